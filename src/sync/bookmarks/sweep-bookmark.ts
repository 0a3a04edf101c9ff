import * as z from "zod";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Context } from "../contract/context.ts";
import type { SweepPosition } from "../sweep/position.ts";
import { readBookmark } from "./bookmark.ts";

/**
 * The bookmark of a stream that is read as a whole:
 * `{"version": 1790000000, "sweep": {"page": 37, "rows": 3600, …}}`. `sweep` is there while a sweep
 * is under way; unknown keys are kept.
 */
const bookmarkSchema = z.looseObject({
  /** Epoch seconds; grows with every sweep. */
  version: z.int().nonnegative().optional(),
  sweep: z
    .object({
      page: z.int().min(2),
      page_size: z.int().min(1),
      order: z.array(z.string()),
      rows: z.int().nonnegative(),
      count: z.int().nonnegative().optional(),
      most: z.int().nonnegative().optional(),
      newest: z.string().optional(),
      settled: z.object({ time: z.string(), rows: z.int().nonnegative() }).optional(),
      unreadable: z.array(z.int().nonnegative()).default([]),
      digest: z.string(),
    })
    .optional(),
});

export interface SweepBookmark {
  readonly version: number | undefined;
  readonly position: SweepPosition | undefined;
}

/** The walk that a position belongs to: in another order or page size it means nothing. */
export interface Walk {
  readonly order: readonly string[];
  readonly pageSize: number;
}

/** Reads a stream's bookmark; throws a UserInputError when it is none of ours. */
export function readSweepBookmark(
  stream: string,
  walk: Walk,
  context: Pick<Context, "state">,
): SweepBookmark {
  const { version, sweep } = readBookmark(stream, bookmarkSchema, context);
  const isSameWalk = sweep?.page_size === walk.pageSize && sweep.order.join() === walk.order.join();
  if (!isSameWalk || version === undefined) return { version, position: undefined };
  // An early version of the tap did not write what the API had counted.
  const { count, most } = sweep;
  if (count === undefined || most === undefined) return { version, position: undefined };
  return { version, position: { ...sweep, count, most } };
}

/** What to set in the bookmark when a sweep of this version has come so far, or is over. */
export function sweepBookmark(
  version: number,
  walk: Walk,
  position: SweepPosition | undefined,
): BookmarkFields {
  if (!position) return { version, sweep: undefined };
  const { unreadable, ...rest } = position;
  const walked = { page_size: walk.pageSize, order: walk.order, ...rest };
  return { version, sweep: unreadable.length > 0 ? { ...walked, unreadable } : walked };
}
