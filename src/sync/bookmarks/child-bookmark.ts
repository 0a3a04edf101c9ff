import * as z from "zod";
import { isoTime } from "../../shared/time.ts";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Context } from "../contract/context.ts";
import { readBookmark } from "./bookmark.ts";

const parent = z.object({ stream: z.string(), id: z.string() });

/** A parent, by the stream that it is a row of. */
export type ParentPosition = Readonly<z.infer<typeof parent>>;

/**
 * The bookmark of a stream that is read parent by parent:
 * `{"version": 1790000000, "after": {"stream": "customers", "id": "…"}, "failed": [{…}],
 * "parents_at": {"customers": "…"}}`. `after` is the parent that was done last, while a sync is under
 * way; `failed` are those behind it whose rows could not be read; `parents_at` says of each stream of
 * parents up to when they were known as the rows of all of them were read.
 */
const bookmarkSchema = z.looseObject({
  version: z.int().nonnegative().optional(),
  after: parent.optional(),
  failed: z.array(parent).default([]),
  parents_at: z.record(z.string(), isoTime).default({}),
});

export interface ChildBookmark {
  readonly version: number | undefined;
  readonly after: ParentPosition | undefined;
  readonly failed: readonly ParentPosition[];
  /** By stream, in milliseconds since the epoch. */
  readonly parentsAt: ReadonlyMap<string, number>;
}

/** Reads a stream's bookmark; throws a UserInputError when it is none of ours. */
export function readChildBookmark(stream: string, context: Pick<Context, "state">): ChildBookmark {
  const bookmark = readBookmark(stream, bookmarkSchema, context);
  const { version, after, failed, parents_at } = bookmark;
  const parentsAt = Object.entries(parents_at).map(
    ([parents, at]) => [parents, Date.parse(at)] as const,
  );
  return { version, after, failed, parentsAt: new Map(parentsAt) };
}

/** What to set in the bookmark when a sync has come so far, or is over. */
export function childBookmark(
  version: number,
  after: ParentPosition | undefined,
  failed: readonly ParentPosition[],
): BookmarkFields {
  return { version, after, failed: failed.length > 0 ? failed : undefined };
}

/** What to set when all that had to be read has been, as of these moments by stream of parents. */
export function parentsAtFields(parentsAt: ReadonlyMap<string, number>): BookmarkFields {
  const texts = [...parentsAt].map(([stream, at]) => [stream, new Date(at).toISOString()]);
  return { parents_at: parentsAt.size > 0 ? Object.fromEntries(texts) : undefined };
}
