import * as z from "zod";
import { isoTime } from "../../shared/time.ts";
import type { BookmarkFields } from "../../singer/state.ts";
import type { WindowSource } from "../../streams/define.ts";
import type { Context } from "../contract/context.ts";
import { readBookmark } from "./bookmark.ts";

/** A moment, in milliseconds since the epoch, and how many rows there were before it. */
export interface Counted {
  readonly before: number;
  readonly rows: number;
}

/**
 * The bookmark of a stream that is read by time:
 * `{"replication_key": "timestamp", "replication_key_value": "2026-08-20T07:12:32.999000Z"}`: the
 * latest row that has been read. `progress` is there while a sync is under way. `counted` tells how
 * many rows there were before some moments, from `since` on; it belongs to the value that it repeats:
 * with another one, set by hand, it has no meaning.
 */
const bookmarkSchema = z.looseObject({
  replication_key: z.string().optional(),
  replication_key_value: isoTime.optional(),
  progress: z.object({ next: isoTime, latest: isoTime.optional() }).optional(),
  counted: z
    .object({
      value: isoTime.optional(),
      since: isoTime.optional(),
      before: z.array(z.tuple([isoTime, z.int().nonnegative()])),
    })
    .optional(),
});

export interface WindowBookmark {
  readonly value: string | undefined;
  /** Where the next window begins, and the latest row so far. */
  readonly progress: WindowProgress | undefined;
  readonly counted: readonly Counted[];
}

export interface WindowProgress {
  readonly next: string;
  readonly latest?: string | undefined;
}

/**
 * Reads a stream's bookmark; throws a UserInputError when it is none of ours.
 * @param since the earliest time that is read, in milliseconds since the epoch or -Infinity: rows
 *   that were counted from another one on are other rows
 */
export function readWindowBookmark(
  stream: string,
  source: Pick<WindowSource, "timestamp">,
  since: number,
  context: Pick<Context, "state">,
): WindowBookmark {
  const bookmark = readBookmark(stream, bookmarkSchema, context);
  const { progress, counted } = bookmark;
  // A value of another key says nothing about this one.
  const { replication_key: key = source.timestamp } = bookmark;
  const value = key === source.timestamp ? bookmark.replication_key_value : undefined;
  const isValid = counted?.value === value && counted?.since === timeText(since);
  const moments = (isValid && counted?.before) || [];
  return {
    value,
    progress,
    counted: moments.map(([before, rows]) => ({ before: Date.parse(before), rows })),
  };
}

/** What to set in the bookmark: the latest row, and the position while there is more to read. */
export function windowBookmark(
  source: Pick<WindowSource, "timestamp">,
  since: number,
  { value, progress, counted }: WindowBookmark,
): BookmarkFields {
  const before = counted.map((one) => [timeText(one.before), one.rows]);
  return {
    replication_key: source.timestamp,
    replication_key_value: value,
    progress,
    counted: before.length > 0 ? { value, since: timeText(since), before } : undefined,
  };
}

function timeText(milliseconds: number): string | undefined {
  return Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : undefined;
}
