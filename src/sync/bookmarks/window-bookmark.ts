import * as z from "zod";
import type { BookmarkFields } from "../../singer/state.ts";
import type { WindowSource } from "../../streams/define.ts";
import type { Context } from "../contract/context.ts";
import { readBookmark } from "./bookmark.ts";

const time = z.iso.datetime({ offset: true });

/**
 * The bookmark of a stream that is read by time:
 * `{"replication_key": "timestamp", "replication_key_value": "2026-08-20T07:12:32.999000Z"}`: the
 * latest row that has been read. `progress` is there while a sync is under way.
 */
const bookmarkSchema = z.looseObject({
  replication_key: z.string().optional(),
  replication_key_value: time.optional(),
  progress: z.object({ next: time, latest: time.optional() }).optional(),
});

export interface WindowBookmark {
  readonly value: string | undefined;
  /** Where the next window begins, and the latest row so far. */
  readonly progress: WindowProgress | undefined;
}

export interface WindowProgress {
  readonly next: string;
  readonly latest?: string | undefined;
}

/** Reads a stream's bookmark; throws a UserInputError when it is none of ours. */
export function readWindowBookmark(
  stream: string,
  source: Pick<WindowSource, "timestamp">,
  context: Pick<Context, "state">,
): WindowBookmark {
  const bookmark = readBookmark(stream, bookmarkSchema, context);
  // A value of another key says nothing about this one.
  const { replication_key: key = source.timestamp } = bookmark;
  const value = key === source.timestamp ? bookmark.replication_key_value : undefined;
  return { value, progress: bookmark.progress };
}

/** What to set in the bookmark: the latest row, and the position while there is more to read. */
export function windowBookmark(
  source: Pick<WindowSource, "timestamp">,
  value: string | undefined,
  progress: WindowProgress | undefined,
): BookmarkFields {
  return { replication_key: source.timestamp, replication_key_value: value, progress };
}
