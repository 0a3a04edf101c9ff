import type { WindowSource } from "../../streams/define.ts";
import {
  readWindowBookmark,
  type WindowBookmark,
  windowBookmark,
} from "../bookmarks/window-bookmark.ts";
import type { Context } from "../contract/context.ts";
import { defineKind, method, type OpenTask, type StreamTask } from "../contract/kind.ts";
import { allOf, type Step, type Sync } from "../contract/step.ts";
import { outputOf } from "../records/output.ts";
import { byApiTime } from "./by-api-time.ts";
import { type Change, CountsBehind } from "./counts-behind.ts";
import { readInWindows, type WindowRead } from "./in-windows.ts";
import { WindowReader } from "./window-reader.ts";

/** A stream that is read by time, from its bookmark on or from the start. */
export const windows = defineKind("windows", {
  methods: {
    INCREMENTAL: method({
      replicationKey: ({ timestamp }) => timestamp,
      readBookmark,
      sync: (task) => byApiTime(() => syncWindows(task), task.lane),
    }),
    FULL_TABLE: method({
      readBookmark: (task, context): WindowBookmark => {
        readBookmark(task, context);
        return { value: undefined, progress: undefined, counted: [] };
      },
      sync: (task) => byApiTime(() => syncWindows(task), task.lane),
    }),
  },
});

type WindowTask = OpenTask<WindowSource, WindowBookmark>;

function readBookmark({ stream, source }: StreamTask<WindowSource>, context: Context) {
  return readWindowBookmark(stream.name, source, earliestOf(source, context), context);
}

/** The sync under way. */
interface Windows extends WindowTask {
  readonly reader: WindowReader;
  /** The earliest time that is read, in milliseconds since the epoch or -Infinity. */
  readonly since: number;
  /** Where this sync begins. */
  readonly start: number;
  readonly counts: CountsBehind;
}

/**
 * Reads a stream from its bookmark to now in windows of time, in ascending order. Each window is a
 * list of its own, counted and repaired like any other, and moves the position on when it is done.
 *
 * What lies further back than the look-back is counted: rows that came late change the numbers, and
 * the time that they are in is read again, first of all.
 */
export async function* syncWindows(task: WindowTask): Sync {
  const { stream, source, bookmark, lane } = task;
  const output = outputOf(task);
  const reader = new WindowReader({ stream, source, output }, lane);
  reader.latest = bookmark.progress?.latest ?? bookmark.value;
  const since = earliestOf(source, lane);
  const start = firstStart(task);
  const counts = new CountsBehind(bookmark.counted.filter(({ before }) => before <= start));
  const windows = { ...task, reader, since, start, counts };
  const late = yield* readLate(windows);
  const problem = yield* readOn(windows);
  return [{ stream: stream.name, problem: allOf(late, problem, output.problem) }];
}

/** Reads again where rows have come since it was read; returns why that is not all. */
async function* readLate(windows: Windows): AsyncGenerator<Step, string | undefined> {
  const { stream, source, bookmark, reader, since, counts } = windows;
  if (!counts.last) return undefined;
  const changes = await counts.changes((moment) => reader.countBefore(moment, since));
  if (!changes) {
    return `whether rows of ${stream.name} have come late is not known: the API gives no count.`;
  }
  let problem: string | undefined;
  for (const change of changes) {
    // Rows that have gone stay where they were loaded: there is nothing to read.
    const problemHere = change.rows > 0 ? yield* readChange(windows, change) : undefined;
    problem ??= problemHere;
    if (problemHere !== undefined) continue;
    counts.settle(change);
    const settled = windowBookmark(source, since, { ...bookmark, counted: counts.moments });
    yield { kind: "bookmark", stream: stream.name, bookmark: settled };
    yield { kind: "checkpoint" };
  }
  return problem;
}

async function* readChange(
  { stream, reader, since, lane }: Windows,
  { start, end, rows }: Change,
): AsyncGenerator<Step, string | undefined> {
  const until = new Date(end).toISOString();
  lane.log.info(`${stream.name}: ${rows} rows from before ${until} came late; reading that again.`);
  let problem: string | undefined;
  for await (const step of readInWindows(reader, { start: Math.max(start, since), end })) {
    if (step.kind === "window") problem ??= step.problem;
    else yield step;
  }
  return problem;
}

/** Reads from the start to now; returns why that is not whole. */
async function* readOn(windows: Windows): AsyncGenerator<Step, string | undefined> {
  const { stream, source, bookmark, reader, since, start, counts, lane } = windows;
  lane.progress.begin("rows");
  let isCounted = await isCountedUpTo(windows);
  // Even if the clock says that the start is yet to come: only an answer can put the clock right.
  const end = Math.max(lane.clock.now(), start + 1);
  // What comes later than the look-back is found by its count, so a window ends there.
  const border = Math.max(start, end - lookbackOf(windows));
  let problem: string | undefined;
  /** What the bookmark may claim: it stays before the first window that is not whole. */
  let position = windowBookmark(source, since, { ...bookmark, counted: counts.moments });
  for await (const step of readBothSides(windows, border, end)) {
    if (step.kind !== "window") {
      yield step;
      continue;
    }
    const { window, rows } = step;
    problem ??= step.problem;
    isCounted &&= rows !== undefined;
    if (isCounted && window.end <= border) {
      counts.add({ before: window.end, rows: (counts.last?.rows ?? 0) + (rows ?? 0) });
    }
    if (!problem) {
      const progress = { next: new Date(window.end).toISOString(), latest: reader.latest };
      const { value } = bookmark;
      position = windowBookmark(source, since, { value, progress, counted: counts.moments });
    }
    yield { kind: "bookmark", stream: stream.name, bookmark: position };
    yield { kind: "checkpoint" };
  }
  if (!problem) {
    const done = { value: reader.latest, progress: undefined, counted: counts.moments };
    position = windowBookmark(source, since, done);
  }
  yield { kind: "bookmark", stream: stream.name, bookmark: position };
  return problem;
}

/** Reads up to the border, and from there to the end. */
async function* readBothSides(
  { reader, start, lane }: Windows,
  border: number,
  end: number,
): AsyncGenerator<Step | WindowRead, void> {
  yield* readInWindows(reader, { start, end: border });
  yield* readInWindows(reader, { start: border, end }, lane.onAllRequested);
}

/** Whether it is known how many rows were before the start; asks for it if it has never been known. */
async function isCountedUpTo({ reader, since, start, counts }: Windows): Promise<boolean> {
  if (counts.last ? counts.last.before === start : start === since) return true;
  const rows = await reader.countBefore(start, since);
  if (rows !== undefined) counts.add({ before: start, rows });
  return rows !== undefined;
}

/** Nothing older is read: as the user has set it, or as the API needs it. */
function earliestOf({ earliest }: WindowSource, { settings }: Context): number {
  const limit = settings.startDate ?? earliest;
  return limit === undefined ? Number.NEGATIVE_INFINITY : Date.parse(limit);
}

function lookbackOf({ source, lane }: WindowTask): number {
  return (lane.settings.lookbackMinutes ?? source.lookbackMinutes) * 60_000;
}

/**
 * Where to begin: at an interrupted sync's position, where the counts end, a little before the
 * bookmark, or at the very beginning.
 */
function firstStart(task: WindowTask): number {
  const { progress, value, counted } = task.bookmark;
  const earliest = earliestOf(task.source, task.lane);
  const last = counted.at(-1);
  if (progress) return Date.parse(progress.next);
  if (last) return last.before;
  if (value === undefined) return earliest;
  return Math.max(earliest, Date.parse(value) - lookbackOf(task));
}
