import type { ListPage } from "../../polar/list.ts";
import type { WindowSource } from "../../streams/define.ts";
import { type WindowBookmark, windowBookmark } from "../bookmarks/window-bookmark.ts";
import type { Context, Place } from "../engine/context.ts";
import type { Sync } from "../engine/step.ts";
import { type Window, type Windowed, WindowReader } from "./window-reader.ts";

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
 * `startDate` is the setting, in milliseconds since the epoch.
 */
export async function* syncWindows(
  windowed: Windowed,
  bookmark: WindowBookmark,
  startDate: number | undefined,
  context: Context,
  place: Place,
): Sync {
  const { stream, source } = windowed;
  const reader = new WindowReader(windowed, context, place);
  reader.latest = bookmark.progress?.latest ?? bookmark.value;
  let start = firstStart(bookmark, source, startDate);
  // Even if the clock says that the start is yet to come: only an answer can put the clock right.
  const end = Math.max(context.clock.now(), start + 1);
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
    const problemHere = yield* reader.read(window, first);
    problem ??= problemHere;
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

function release(page: ListPage): void {
  for (const answer of page.answers) answer.release();
}
