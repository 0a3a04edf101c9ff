import * as z from "zod";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Context } from "../contract/context.ts";
import { readBookmark } from "./bookmark.ts";

/** The parent that was done last. */
export interface ParentPosition {
  readonly stream: string;
  readonly id: string;
}

/**
 * The bookmark of a stream that is read parent by parent:
 * `{"version": 1790000000, "after": {"stream": "customers", "id": "…"}}`. `after` is there while a
 * sync is under way.
 */
const bookmarkSchema = z.looseObject({
  version: z.int().nonnegative().optional(),
  after: z.object({ stream: z.string(), id: z.string() }).optional(),
});

export interface ChildBookmark {
  readonly version: number | undefined;
  readonly after: ParentPosition | undefined;
}

/** Reads a stream's bookmark; throws a UserInputError when it is none of ours. */
export function readChildBookmark(stream: string, context: Pick<Context, "state">): ChildBookmark {
  const { version, after } = readBookmark(stream, bookmarkSchema, context);
  return { version, after };
}

/** What to set in the bookmark when a sync has come so far, or is over. */
export function childBookmark(version: number, after: ParentPosition | undefined): BookmarkFields {
  return { version, after };
}
