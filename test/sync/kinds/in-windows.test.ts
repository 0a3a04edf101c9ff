import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListPage } from "../../../src/polar/list.ts";
import type { Step } from "../../../src/sync/contract/step.ts";
import { readInWindows } from "../../../src/sync/kinds/in-windows.ts";
import { type Window, WindowReader } from "../../../src/sync/kinds/window-reader.ts";
import { outputOf } from "../../../src/sync/records/output.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextWith } from "../contexts.ts";
import { taskOf } from "../syncs.ts";

/** More questions than these, and the reading does not end. */
const MOST_QUESTIONS = 5_000;

const stream = streamNamed("events");
const { source } = stream;
if (source.kind !== "windows") throw new Error("events are read in windows");
const windows = source;

/** Knows how many rows each millisecond has, and keeps the windows that are read. */
class CountingReader extends WindowReader {
  readonly windows: Window[] = [];
  readonly #rows: ReadonlyMap<number, number>;
  #questions = 0;

  constructor(rows: ReadonlyMap<number, number>) {
    const task = taskOf(stream, windows, undefined, contextWith());
    super({ stream, source: windows, output: outputOf(task) }, task.lane);
    this.#rows = rows;
  }

  countOf({ start, end }: Window): number {
    let count = 0;
    for (const [time, rows] of this.#rows) if (time >= start && time < end) count += rows;
    return count;
  }

  get questions(): number {
    return this.#questions;
  }

  override async first(window: Window): Promise<ListPage> {
    if (++this.#questions > MOST_QUESTIONS) throw new Error("the reading does not end");
    return new ListPage([], { totalCount: this.countOf(window), lastPage: 1, receivedAt: 0 });
  }

  override async oldest({ start, end }: Window): Promise<number> {
    return Math.min(...[...this.#rows.keys()].filter((time) => time >= start && time < end));
  }

  override async *read(window: Window): AsyncGenerator<Step, string | undefined> {
    this.windows.push(window);
    yield* [];
    return undefined;
  }
}

async function windowsOf(rows: readonly (readonly [time: number, rows: number])[], span: Window) {
  const reader = new CountingReader(new Map(rows));
  let isLastOpen = 0;
  const told: unknown[] = [];
  for await (const step of readInWindows(reader, span, () => void isLastOpen++)) {
    if (step.kind === "window") told.push([step.window, step.rows]);
  }
  expect(isLastOpen).toBe(1);
  expect(told).toEqual(reader.windows.map((window) => [window, reader.countOf(window)]));
  return reader;
}

const HOUR = 3_600_000;
const YEAR = 365 * 86_400_000;

describe("a span of time", () => {
  it("is read at once when it has few rows, and when it has none", async () => {
    const span = { start: Number.NEGATIVE_INFINITY, end: YEAR };
    expect((await windowsOf([[7, 5_000]], span)).windows).toEqual([span]);
    expect((await windowsOf([], span)).windows).toEqual([span]);
  });

  it("is cut into windows without a gap, each of a good size", async () => {
    const crowd = fc.tuple(
      fc.integer({ min: 0, max: YEAR - 1 }),
      fc.integer({ min: 1, max: 9_000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(crowd, { maxLength: 60 }), async (rows) => {
        const span = { start: Number.NEGATIVE_INFINITY, end: YEAR };
        const reader = await windowsOf(rows, span);
        const { windows } = reader;
        expect(windows[0]?.start).toBe(span.start);
        expect(windows.at(-1)?.end).toBe(span.end);
        for (const [index, { start }] of windows.entries()) {
          if (index > 0) expect(start).toBe(windows[index - 1]?.end);
        }
        for (const window of windows) {
          if (window.end - window.start > 1) {
            expect(reader.countOf(window)).toBeLessThanOrEqual(20_000);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it("takes few questions where a crowded hour stands before an empty year", async () => {
    const crowd = Array.from({ length: 60 }, (_, minute) => [minute * 60_000, 500] as const);
    const reader = await windowsOf(crowd, { start: 0, end: YEAR });
    expect(reader.windows.filter(({ start }) => start < HOUR).length).toBeGreaterThan(4);
    // Each window after it is eight times as wide as the last one.
    expect(reader.questions).toBeLessThan(20);
  });

  it("is read to its end though a single millisecond has more rows than a window should", async () => {
    const rows = [[1_000, 30_000]] as const;
    const { windows } = await windowsOf(rows, { start: 0, end: 2_000 });
    expect(windows.at(-1)?.end).toBe(2_000);
    const alone = await windowsOf(rows, { start: 1_000, end: 1_001 });
    expect(alone.windows).toEqual([{ start: 1_000, end: 1_001 }]);
  });
});
