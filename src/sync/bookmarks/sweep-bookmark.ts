import * as z from "zod";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Context } from "../contract/context.ts";
import type { SweepPosition } from "../sweep/sweep.ts";
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
  const resumable =
    sweep !== undefined &&
    version !== undefined &&
    sweep.page_size === walk.pageSize &&
    sweep.order.join() === walk.order.join();
  return { version, position: resumable ? sweep : undefined };
}

/** What to set in the bookmark when a sweep of this version has come so far, or is over. */
export function sweepBookmark(
  version: number,
  walk: Walk,
  position: SweepPosition | undefined,
): BookmarkFields {
  if (!position) return { version, sweep: undefined };
  const { page, rows, unreadable, digest } = position;
  const walked = { page, page_size: walk.pageSize, order: walk.order, rows, digest };
  return { version, sweep: unreadable.length > 0 ? { ...walked, unreadable } : walked };
}
