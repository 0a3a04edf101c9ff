import * as z from "zod";
import { isoTime } from "../../shared/time.ts";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Context } from "../contract/context.ts";
import { readBookmark } from "./bookmark.ts";

/**
 * The bookmark of a stream of figures per period: for each parent the last day that has been read.
 *
 *     {"interval": "day", "timezone": "UTC", "partitions": [{"context": {"meter_id": "…"},
 *      "replication_key": "timestamp", "replication_key_value": "2026-08-20T00:00:00.000Z"}]}
 *
 * One without partitions, as older versions wrote it, says nothing of single parents.
 */
const bookmarkSchema = z.looseObject({
  interval: z.string().optional(),
  timezone: z.string().optional(),
  partitions: z
    .array(
      z.looseObject({
        context: z.record(z.string(), z.string()),
        replication_key_value: isoTime,
      }),
    )
    .default([]),
});

/** The periods that a bookmark speaks of: others are other rows, and are read from the start. */
export interface Periods {
  readonly interval: string;
  readonly timezone: string;
}

/** For each parent when the last day begins that has been read, in ISO 8601. */
export type PeriodBookmark = ReadonlyMap<string, string>;

/**
 * Reads a stream's bookmark; throws a UserInputError when it is none of ours.
 * @param column the stream's column that names the parent
 */
export function readPeriodBookmark(
  stream: string,
  column: string,
  { interval, timezone }: Periods,
  context: Pick<Context, "state">,
): PeriodBookmark {
  const bookmark = readBookmark(stream, bookmarkSchema, context);
  if (bookmark.interval !== interval || bookmark.timezone !== timezone) return new Map();
  return new Map(
    bookmark.partitions.flatMap(
      ({ context: { [column]: parent }, replication_key_value: value }) =>
        parent === undefined ? [] : [[parent, value]],
    ),
  );
}

/** What to set in the bookmark when so much has been read. */
export function periodBookmark(
  column: string,
  { interval, timezone }: Periods,
  positions: PeriodBookmark,
): BookmarkFields {
  const partitions = [...positions].map(([parent, value]) => ({
    context: { [column]: parent },
    replication_key: "timestamp",
    replication_key_value: value,
  }));
  const older = { replication_key: undefined, replication_key_value: undefined };
  return { ...older, interval, timezone, partitions };
}
