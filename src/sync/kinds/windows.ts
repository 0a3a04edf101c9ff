import type { WindowSource } from "../../streams/define.ts";
import {
  readWindowBookmark,
  type WindowBookmark,
  windowBookmark,
} from "../bookmarks/window-bookmark.ts";
import { allOf, type Sync } from "../contract/step.ts";
import { outputOf } from "../records/output.ts";
import { byApiTime } from "./by-api-time.ts";
import { defineKind, method, type OpenTask } from "./kind.ts";
import { type Window, WindowReader } from "./window-reader.ts";

/**
 * How many rows a window should have: enough that its last, shorter page hardly counts, few enough
 * that little is read again after an interruption.
 */
const ROWS_PER_WINDOW = 5_000;

/** A window that turns out to have more rows than this is cut down before it is read. */
const MOST_ROWS_PER_WINDOW = 4 * ROWS_PER_WINDOW;

/** A stream that is read by time, from its bookmark on or from the start. */
export const windows = defineKind("windows", {
  methods: {
    INCREMENTAL: method({
      replicationKey: ({ timestamp }) => timestamp,
      readBookmark: ({ stream, source }, context) =>
        readWindowBookmark(stream.name, source, context),
      sync: (task) => byApiTime(() => syncWindows(task), task.lane),
    }),
    FULL_TABLE: method({
      readBookmark: ({ stream, source }, context): WindowBookmark => {
        readWindowBookmark(stream.name, source, context);
        return { value: undefined, progress: undefined };
      },
      sync: (task) => byApiTime(() => syncWindows(task), task.lane),
    }),
  },
});

/**
 * Reads a stream from its bookmark to now in windows of time, in ascending order. Each window is a
 * list of its own, counted and repaired like any other, and moves the position on when it is done.
 */
export async function* syncWindows(task: OpenTask<WindowSource, WindowBookmark>): Sync {
  const { stream, source, bookmark, lane } = task;
  const output = outputOf(task);
  const reader = new WindowReader({ stream, source, output }, lane);
  reader.latest = bookmark.progress?.latest ?? bookmark.value;
  let start = firstStart(bookmark, source, lane.settings.startDate);
  // Even if the clock says that the start is yet to come: only an answer can put the clock right.
  const end = Math.max(lane.clock.now(), start + 1);
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
      first.release();
      start = await reader.oldest(window);
      width = Math.max(1, Math.floor(((window.end - start) * ROWS_PER_WINDOW) / count));
      continue;
    }
    if (window.end === end) lane.onAllRequested();
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
  return [{ stream: stream.name, problem: allOf(problem, output.problem) }];
}

/** Where to begin: at an interrupted sync's position, a little before the bookmark, or as set. */
function firstStart(
  { progress, value }: WindowBookmark,
  { earliest, lookbackMinutes }: WindowSource,
  startDate: string | undefined,
): number {
  const limit = startDate ?? earliest;
  const oldest = limit === undefined ? Number.NEGATIVE_INFINITY : Date.parse(limit);
  if (progress) return Date.parse(progress.next);
  if (value === undefined) return oldest;
  return Math.max(oldest, Date.parse(value) - lookbackMinutes * 60_000);
}
