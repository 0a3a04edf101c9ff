import * as z from "zod";
import { isoTime } from "../../shared/time.ts";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Context } from "../contract/context.ts";
import { readBookmark } from "./bookmark.ts";

/**
 * What the bookmark of a list that is caught up has besides that of its sweeps: `{"replication_key":
 * "created_at", "replication_key_value": "2026-08-20T07:12:32.999000Z", "swept_at": "…",
 * "caught_up_at": "…", "count": 100112, "recent": "…", "open": "…", "unreadable": 1, "rows_per_100_customers":
 * 510}`. Its numbers are whole: who reads others as decimals may not be able to write them back.
 */
const bookmarkSchema = z.looseObject({
  replication_key: z.string().optional(),
  replication_key_value: isoTime.optional(),
  swept_at: isoTime.optional(),
  caught_up_at: isoTime.optional(),
  count: z.int().nonnegative().optional(),
  recent: z.string().optional(),
  open: z.string().optional(),
  unreadable: z.int().nonnegative().optional(),
  rows_per_100_customers: z.int().nonnegative().optional(),
  interrupted: z.object({ begun_at: isoTime, open: z.string().optional() }).optional(),
});

/** What a sweep that was interrupted has seen, beside its place. */
export interface Interrupted {
  /** When it began, in milliseconds since the epoch. */
  readonly begunAt: number;
  /** As in {@link Ground}. */
  readonly open: string | undefined;
}

/** Reads what is known of an interrupted sweep; undefined when there is none, or only its place. */
export function readInterrupted(
  stream: string,
  context: Pick<Context, "state">,
): Interrupted | undefined {
  const { interrupted } = readBookmark(stream, bookmarkSchema, context);
  return interrupted && { begunAt: Date.parse(interrupted.begun_at), open: interrupted.open };
}

/** What to set in the bookmark while a sweep is under way, and after it. */
export function interruptedFields(interrupted: Interrupted | undefined): BookmarkFields {
  if (!interrupted) return { interrupted: undefined };
  const { begunAt, open } = interrupted;
  return { interrupted: { begun_at: new Date(begunAt).toISOString(), open } };
}

/** What is known of a list that has been read whole, and caught up since. */
export interface Ground {
  /** The latest time of a row, as the API wrote it; undefined for an empty list. */
  readonly newest: string | undefined;
  /** When the last full sweep began, in milliseconds since the epoch. */
  readonly sweptAt: number;
  /** All that happened before this moment is known, as far as the sources can tell. */
  readonly caughtUpAt: number;
  /** How many rows the list had then. */
  readonly count: number;
  /** The ids of its newest rows, as `KnownIds` writes them; undefined when they are too many. */
  readonly recent: string | undefined;
  /** The rows that were open, as `OpenRowsReading` writes them. */
  readonly open: string | undefined;
  /** How many rows the last full sweep could not read. Which they are nobody knows until the next one. */
  readonly unreadable: number;
  readonly rowsPerCustomer: number | undefined;
}

/**
 * Reads what is known of a list; undefined when it was never swept as a whole, or by a version of the
 * tap that kept less. Throws a UserInputError when the bookmark is none of ours.
 */
export function readGround(
  stream: string,
  createdBy: string,
  context: Pick<Context, "state">,
): Ground | undefined {
  const bookmark = readBookmark(stream, bookmarkSchema, context);
  const { swept_at, caught_up_at, count, recent, rows_per_100_customers } = bookmark;
  if (swept_at === undefined || caught_up_at === undefined || count === undefined) return undefined;
  if (bookmark.replication_key !== createdBy) return undefined;
  return {
    newest: bookmark.replication_key_value,
    sweptAt: Date.parse(swept_at),
    caughtUpAt: Date.parse(caught_up_at),
    count,
    recent,
    open: bookmark.open,
    unreadable: bookmark.unreadable ?? 0,
    rowsPerCustomer:
      rows_per_100_customers === undefined ? undefined : rows_per_100_customers / 100,
  };
}

/**
 * Up to when the least known of all lists in the state is known, in milliseconds since the epoch: one
 * whose sweep was interrupted will be known as of its beginning. Those whose next full sweep is due
 * don't count, since it hears everything. Infinity when there is none.
 */
export function leastKnownUntil(
  { state }: Pick<Context, "state">,
  sweepIsDueBefore: number,
): number {
  const moments = state.streams().flatMap((stream) => {
    // Whose bookmark has another form is no list that is caught up.
    const { data = {} } = bookmarkSchema.safeParse(state.bookmark(stream));
    const begunAt = data.interrupted?.begun_at;
    const [sweptAt, knownUntil] = [begunAt ?? data.swept_at, begunAt ?? data.caught_up_at];
    if (sweptAt === undefined || knownUntil === undefined) return [];
    return Date.parse(sweptAt) <= sweepIsDueBefore ? [] : [Date.parse(knownUntil)];
  });
  return Math.min(...moments);
}

/** What to set in the bookmark when a list is known as far as this. */
export function groundFields(createdBy: string, ground: Ground): BookmarkFields {
  return {
    replication_key: createdBy,
    replication_key_value: ground.newest,
    swept_at: new Date(ground.sweptAt).toISOString(),
    caught_up_at: new Date(ground.caughtUpAt).toISOString(),
    count: ground.count,
    recent: ground.recent,
    open: ground.open,
    unreadable: ground.unreadable === 0 ? undefined : ground.unreadable,
    rows_per_100_customers:
      ground.rowsPerCustomer === undefined ? undefined : Math.round(ground.rowsPerCustomer * 100),
  };
}
