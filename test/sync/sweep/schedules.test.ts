/**
 * The claim, in every schedule: what a sweep calls whole has no row missing that was there all the
 * time, and no row was written twice. `SCHEDULES=all` looks at every pair of changes, too.
 */
import { describe, expect, it, vi } from "vitest";
import type { ListSource } from "../../../src/streams/define.ts";
import type { SweepPosition } from "../../../src/sync/sweep/position.ts";
import { type SweepOptions, sweep } from "../../../src/sync/sweep/sweep.ts";
import { reasonToStartOver, type Verdict } from "../../../src/sync/sweep/verdicts.ts";
import { type Choose, forEverySchedule } from "../every-schedule.ts";
import { propertyOf } from "../rows.ts";
import { type Change, changesOf, HALVES, RANGE, rowsOf, ScheduledList } from "../scheduled-list.ts";

const all = process.env.SCHEDULES === "all";
if (all) vi.setConfig({ testTimeout: 7_200_000 });

const list = { kind: "list", path: "/v1/x/" } as const;
const byTime: ListSource = { ...list, order: ["created_at"] };
const withRanges: ListSource = { ...byTime, range: RANGE };
const unordered: ListSource = { ...list, order: [] };
const split: ListSource = { ...unordered, splits: HALVES };

const sources: [string, ListSource][] = [
  ["ordered by time", byTime],
  ["with ranges of time", withRanges],
  ["without an order", unordered],
  ["that can be split", split],
];

/** Stands for a row that one sweep has handed on before. */
const AGAIN = "again";

/** Reads a list to its end, or for so many pages. */
async function read(
  scheduled: ScheduledList,
  written: unknown[],
  options: Partial<SweepOptions> & Pick<SweepOptions, "source">,
  pages = Number.POSITIVE_INFINITY,
): Promise<Verdict | SweepPosition | undefined> {
  const own = new Set<unknown>();
  const progress = sweep({
    primaryKey: ["id"],
    pageSize: 2,
    readAhead: 2,
    read: scheduled.read,
    onRow: (rows, row) => {
      const id = propertyOf(rows, row, "id");
      written.push(own.has(id) ? AGAIN : id);
      own.add(id);
    },
    onAllRequested: () => undefined,
    ...options,
  });
  let next = await progress.next();
  for (let page = 1; !next.done && page < pages; page++) next = await progress.next();
  if (next.done) return next.value;
  const position = next.value;
  await progress.return({ outcome: "short", found: 0, expected: 0, steady: true, unreadable: [] });
  return position;
}

const isVerdict = (value: Verdict | SweepPosition | undefined): value is Verdict =>
  value !== undefined && "outcome" in value;

interface Tried {
  schedules: number;
  whole: number;
  readonly lost: string[];
  readonly twice: string[];
}

/** Runs every schedule of these changes, or `most` of them, and notes what is wrong. */
async function trySchedules(
  tried: Tried,
  count: number,
  changes: readonly Change[],
  run: (scheduled: ScheduledList, written: unknown[]) => Promise<Verdict | undefined>,
  { most, isAtomic = false }: { most?: number; isAtomic?: boolean } = {},
): Promise<void> {
  tried.schedules += await forEverySchedule(async (choose: Choose) => {
    const scheduled = new ScheduledList({ rows: rowsOf(count), changes, choose, isAtomic });
    const written: unknown[] = [];
    const verdict = await scheduled.serve(run(scheduled, written));
    const what = `${changes.map(({ name }) => name).join(", ")}: ${written.join(" ")}`;
    if (written.includes(AGAIN)) tried.twice.push(what);
    if (verdict?.outcome !== "whole") return;
    tried.whole++;
    if (scheduled.lasting.some((id) => !written.includes(id))) tried.lost.push(what);
  }, most);
}

const nothingTried = (): Tried => ({ schedules: 0, whole: 0, lost: [], twice: [] });

describe.each(sources)("a list %s", (_, source) => {
  const whole = async (scheduled: ScheduledList, written: unknown[]) => {
    const verdict = await read(scheduled, written, { source });
    return isVerdict(verdict) ? verdict : undefined;
  };

  it.each([0, 1, 2, 3, 4, 5, 6])("of %i rows loses none by any one change", async (count) => {
    const tried = nothingTried();
    for (const change of changesOf(count, 0)) {
      await trySchedules(tried, count, [change], whole);
    }
    expect(tried).toMatchObject({ lost: [], twice: [] });
    // Reading on brings what is missing: no change alone leaves a list unproven.
    expect(tried.whole).toBe(tried.schedules);
  });

  it("of three rows and of four loses none by two changes, but for those that hide each other", async () => {
    const tried = nothingTried();
    for (const count of [3, 4]) {
      for (const one of changesOf(count, 0)) {
        for (const other of changesOf(count, 1)) {
          if (hideEachOther(source, one, other)) continue;
          await trySchedules(tried, count, [one, other], whole, all ? {} : { most: 6 });
        }
      }
    }
    expect(tried).toMatchObject({ lost: [], twice: [] });
    expect(tried.whole).toBe(tried.schedules);
  });
});

/**
 * One row goes, and one comes that is not newer than all: the counts stay as they were. Without an
 * order by time, nobody knows what is new.
 */
function hideEachOther(source: ListSource, one: Change, other: Change): boolean {
  if (source.range) return false;
  const kinds = [one, other].map(({ name }) => name.split(" ")[0] ?? "");
  const comes = source.order.length > 0 ? ["before", "just"] : ["before", "just", "newest"];
  return kinds.includes("delete") && kinds.some((kind) => comes.includes(kind));
}

describe("an interrupted sweep", () => {
  it.each([
    ["ordered by time", byTime],
    ["with ranges of time", withRanges],
  ])(
    "of a list %s that goes on loses none by any one change, wherever it stood",
    async (_, source) => {
      const tried = nothingTried();
      let resumed = 0;
      const goesOn = async (scheduled: ScheduledList, written: unknown[], pages: number) => {
        const resume = await read(scheduled, written, { source }, pages);
        if (!resume || isVerdict(resume)) return undefined;
        const second = await read(scheduled, written, { source, resume });
        if (!isVerdict(second) || reasonToStartOver(second)) return undefined;
        resumed++;
        return second;
      };
      for (const count of all ? [4, 5, 6] : [5]) {
        for (const change of changesOf(count, 0)) {
          for (const pages of [2, 3]) {
            const run = (scheduled: ScheduledList, written: unknown[]) =>
              goesOn(scheduled, written, pages);
            await trySchedules(tried, count, [change], run, all ? {} : { most: 12 });
          }
        }
      }
      expect(tried).toMatchObject({ lost: [], twice: [] });
      expect(resumed).toBeGreaterThan(200);
    },
  );
});
