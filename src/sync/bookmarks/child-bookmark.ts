import * as z from "zod";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Context } from "../contract/context.ts";
import { readBookmark } from "./bookmark.ts";

const parent = z.object({ stream: z.string(), id: z.string() });

/** A parent, by the stream that it is a row of. */
export type ParentPosition = Readonly<z.infer<typeof parent>>;

/**
 * The bookmark of a stream that is read parent by parent:
 * `{"version": 1790000000, "after": {"stream": "customers", "id": "…"}, "failed": [{…}]}`. `after`
 * is the parent that was done last, while a sync is under way; `failed` are those behind it whose
 * rows could not be read.
 */
const bookmarkSchema = z.looseObject({
  version: z.int().nonnegative().optional(),
  after: parent.optional(),
  failed: z.array(parent).default([]),
});

export interface ChildBookmark {
  readonly version: number | undefined;
  readonly after: ParentPosition | undefined;
  readonly failed: readonly ParentPosition[];
}

/** Reads a stream's bookmark; throws a UserInputError when it is none of ours. */
export function readChildBookmark(stream: string, context: Pick<Context, "state">): ChildBookmark {
  const { version, after, failed } = readBookmark(stream, bookmarkSchema, context);
  return { version, after, failed };
}

/** What to set in the bookmark when a sync has come so far, or is over. */
export function childBookmark(
  version: number,
  after: ParentPosition | undefined,
  failed: readonly ParentPosition[],
): BookmarkFields {
  return { version, after, failed: failed.length > 0 ? failed : undefined };
}
