import * as z from "zod";
import type { BookmarkFields } from "../../singer/state.ts";
import { readBookmark } from "../bookmarks/bookmark.ts";
import type { Context } from "../contract/context.ts";
import { type Bucket, decodeBuckets, encodeBuckets } from "./export-buckets.ts";
import type { Member } from "./member.ts";

/** What is known of a list's export, and so of the values that its rows have. */
export interface ExportIndex {
  /** Stands for the columns that the digests are made of. */
  readonly columns: string;
  /** Rows created from this moment on are in no bucket yet. In milliseconds since the epoch. */
  readonly until: number;
  /** Where the next look at the older buckets begins. */
  readonly next: number;
  readonly buckets: readonly Bucket[];
}

const time = z.iso.datetime();

/** In the list's bookmark, beside the rest. What is none of ours is as good as none. */
const bookmarkSchema = z.looseObject({
  export_index: z
    .object({ columns: z.string(), until: time, next: time, known: z.string() })
    .optional()
    .catch(undefined),
});

/** Streams that come with the list have the same bookmark; the index is large, and kept once. */
export function keeperOf({ task }: Pick<Member, "task">): string {
  return task.members[0]?.declaration.name ?? task.stream.name;
}

/** What an earlier run has kept; undefined before the first full sweep. */
export function readIndex(
  member: Pick<Member, "task">,
  context: Pick<Context, "state">,
): ExportIndex | undefined {
  const { export_index: kept } = readBookmark(keeperOf(member), bookmarkSchema, context);
  if (!kept) return undefined;
  const until = Date.parse(kept.until);
  const buckets = decodeBuckets(kept.known, until);
  return { columns: kept.columns, until, next: Date.parse(kept.next), buckets };
}

/** What to set in the bookmark. */
export function indexFields(index: ExportIndex | undefined): BookmarkFields {
  return {
    export_index: index && {
      columns: index.columns,
      until: new Date(index.until).toISOString(),
      next: new Date(index.next).toISOString(),
      known: encodeBuckets(index.buckets, index.until),
    },
  };
}
