import * as z from "zod";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Context } from "../contract/context.ts";
import type { Interval } from "../kinds/calendar.ts";
import { readBookmark } from "./bookmark.ts";

/**
 * The bookmark of a stream of figures per period:
 * `{"replication_key": "timestamp", "replication_key_value": "2026-08-20T00:00:00.000Z", "interval": "day"}`:
 * the last day that has been read.
 */
const bookmarkSchema = z.looseObject({
  replication_key_value: z.iso.datetime({ offset: true }).optional(),
  interval: z.string().optional(),
});

export interface PeriodBookmark {
  readonly value: string | undefined;
  readonly interval: string | undefined;
}

/** Reads a stream's bookmark; throws a UserInputError when it is none of ours. */
export function readPeriodBookmark(
  stream: string,
  context: Pick<Context, "state">,
): PeriodBookmark {
  const bookmark = readBookmark(stream, bookmarkSchema, context);
  return { value: bookmark.replication_key_value, interval: bookmark.interval };
}

/** What to set in the bookmark when everything up to this day has been read. */
export function periodBookmark(interval: Interval, value: string): BookmarkFields {
  return { replication_key: "timestamp", replication_key_value: value, interval };
}
