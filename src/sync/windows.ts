import type { ListPage } from "../polar/list.ts";
import type { Rows } from "../polar/rows.ts";
import type { ListSource, Stream, WindowSource } from "../streams/define.ts";
import type { Context, Place } from "./context.ts";
import type { Output } from "./output.ts";
import { itemKey, readFirstPage, readList } from "./read-list.ts";
import { findProperty, text } from "./row-properties.ts";
import type { Step, Sync } from "./step.ts";
import { problemOf } from "./verdicts.ts";
import { type WindowBookmark, windowBookmark } from "./window-bookmark.ts";

export interface Windowed {
  readonly stream: Stream;
  readonly source: WindowSource;
  readonly output: Output;
  /** `start_date`, in milliseconds since the epoch. */
  readonly startDate: number | undefined;
}

/** From `start` up to, but not including, `end`: whole milliseconds since the epoch. */
interface Window {
  /** -Infinity reaches back to the very first row. */
  readonly start: number;
  readonly end: number;
}

/**
 * How many rows a window should have: enough that its last, shorter page hardly counts, few enough
 * that little is read again after an interruption.
 */
const ROWS_PER_WINDOW = 5_000;

/** A window that turns out to have more rows than this is cut down before it is read. */
const MOST_ROWS_PER_WINDOW = 4 * ROWS_PER_WINDOW;

/**
 * Reads a stream from its bookmark to now in windows of time, in ascending order. Each window is a
 * list of its own, counted and repaired like any other, and moves the position on when it is done.
 */
export async function* syncWindows(
  windowed: Windowed,
  bookmark: WindowBookmark,
  context: Context,
  place: Place,
): Sync {
  const { stream, source, startDate } = windowed;
  const reader = new WindowReader(windowed, context, place);
  const end = context.clock.now();
  reader.latest = bookmark.progress?.latest ?? bookmark.value;
  let start = firstStart(bookmark, source, startDate);
  let width = Number.POSITIVE_INFINITY;
  let problem: string | undefined;
  /** What the bookmark may claim: it stays before the first window that is not whole. */
  let position = windowBookmark(source, bookmark.value, bookmark.progress);
  while (start < end) {
    const cut = Number.isFinite(width);
    const window: Window = { start, end: cut ? Math.min(start + width, end) : end };
    const first = await reader.first(window);
    const count = first.totalCount ?? 0;
    if (count > (cut ? MOST_ROWS_PER_WINDOW : ROWS_PER_WINDOW) && window.end - start > 1) {
      start = reader.oldest(first, window);
      width = Math.max(1, Math.floor(((window.end - start) * ROWS_PER_WINDOW) / count));
      release(first);
      continue;
    }
    if (window.end === end) place.onAllRequested();
    problem ??= yield* reader.read(window, first);
    const progress = { next: new Date(window.end).toISOString(), latest: reader.latest };
    if (!problem) position = windowBookmark(source, bookmark.value, progress);
    yield { kind: "bookmark", stream: stream.name, bookmark: position };
    yield { kind: "checkpoint" };
    start = window.end;
    const growth = Math.min(8, Math.max(1 / 4, ROWS_PER_WINDOW / Math.max(1, count)));
    width = Math.max(1, Math.floor(width * growth));
  }
  if (!problem) position = windowBookmark(source, reader.latest, undefined);
  yield { kind: "bookmark", stream: stream.name, bookmark: position };
  return [{ stream: stream.name, problem }];
}

/** Where to begin: at an interrupted sync's position, a little before the bookmark, or as set. */
function firstStart(
  { progress, value }: WindowBookmark,
  { earliest, lookbackMinutes }: WindowSource,
  startDate: number | undefined,
): number {
  const oldest = startDate ?? (earliest ? Date.parse(earliest) : Number.NEGATIVE_INFINITY);
  if (progress) return Date.parse(progress.next);
  if (value === undefined) return oldest;
  return Math.max(oldest, Date.parse(value) - lookbackMinutes * 60_000);
}

/** Reads windows and keeps the time of the latest row. */
class WindowReader {
  readonly #windowed: Windowed;
  readonly #context: Context;
  readonly #place: Place;
  /** The timestamp of the latest row so far, as the API wrote it. */
  latest: string | undefined;

  constructor(windowed: Windowed, context: Context, place: Place) {
    this.#windowed = windowed;
    this.#context = context;
    this.#place = { ...place, onAllRequested: () => undefined };
  }

  first(window: Window): Promise<ListPage> {
    return readFirstPage({ source: this.#listOf(window) }, this.#context, this.#place);
  }

  /** When the rows of a window begin: known where the first page has the oldest row first. */
  oldest(first: ListPage, window: Window): number {
    const { order, timestamp } = this.#windowed.source;
    const rows = first.answers[0]?.rows;
    const oldest = rows && order.length > 0 ? timeOf(rows, 0, timestamp) : undefined;
    const known = oldest === undefined ? Number.NaN : Date.parse(oldest);
    if (known >= window.start && known < window.end) return known;
    return Number.isFinite(window.start) ? window.start : 0;
  }

  async *read(window: Window, first: ListPage): AsyncGenerator<Step, string | undefined> {
    const { stream, source, output } = this.#windowed;
    const progress = readList(
      {
        source: this.#listOf(window),
        key: itemKey(stream),
        onRow: (rows, row, { receivedAt }) => {
          const timestamp = timeOf(rows, row, source.timestamp);
          const time = timestamp === undefined ? Number.NaN : Date.parse(timestamp);
          // The window asks for a little more than it takes; its neighbour takes that.
          if (time < window.start || time >= window.end) return;
          this.#note(timestamp, time);
          output.add(rows, row, receivedAt);
        },
        firstPage: first,
        mayRepeatRows: source.mayRepeatRows === true,
      },
      this.#context,
      this.#place,
    );
    let next = await progress.next();
    for (; !next.done; next = await progress.next()) yield* output.take();
    return problemOf(stream.name, next.value);
  }

  #note(timestamp: string | undefined, time: number): void {
    const latest = this.latest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(this.latest);
    if (time >= latest) this.latest = timestamp;
  }

  /**
   * The API leaves out both borders and compares whole milliseconds: the millisecond before the
   * start is named so that the first one is within.
   */
  #listOf({ start, end }: Window): ListSource {
    const { path, order, startParameter, endParameter } = this.#windowed.source;
    const query: Record<string, string> = { [endParameter]: new Date(end).toISOString() };
    if (Number.isFinite(start)) query[startParameter] = new Date(start - 1).toISOString();
    return { kind: "list", path, order, query };
  }
}

/** A row's timestamp as the API wrote it; undefined when it is no string. */
function timeOf(rows: Rows, row: number, property: string): string | undefined {
  const found = findProperty(rows, row, property);
  if (found === -1) return undefined;
  const value = text(rows, found);
  return value.startsWith('"') ? value.slice(1, -1) : undefined;
}

function release(page: ListPage): void {
  for (const answer of page.answers) answer.release();
}
