/**
 * The claim, in every schedule: what a sweep calls whole has no row missing that was there all the
 * time, and no row was written twice. `SCHEDULES=all` looks at every pair of changes, too,
 * and counts the schedules.
 */
import { afterAll, describe, expect, it, vi } from "vitest";
import { reasonToStartOver, type Verdict } from "../../../src/sync/sweep/verdicts.ts";
import { type Choose, forEverySchedule } from "../every-schedule.ts";
import { type Change, changesOf, rowsOf, ScheduledList } from "../scheduled-list.ts";
import { AGAIN, hideEachOther, isVerdict, read, sources } from "./scheduled-sweeps.ts";

const all = process.env.SCHEDULES === "all";
if (all) vi.setConfig({ testTimeout: 7_200_000 });

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

let schedules = 0;

/** Holds that nothing was lost or written twice in what was tried, and counts it. */
function expectNothingLost(tried: Tried): void {
  expect(tried).toMatchObject({ lost: [], twice: [] });
  schedules += tried.schedules;
}

afterAll(() => {
  if (all) process.stdout.write(`${JSON.stringify({ schedules })}\n`);
});

describe.each(Object.entries(sources))("a list %s", (_, source) => {
  const whole = async (scheduled: ScheduledList, written: unknown[]) => {
    const verdict = await read(scheduled, written, { source });
    return isVerdict(verdict) ? verdict : undefined;
  };

  it.each([0, 1, 2, 3, 4, 5, 6])("of %i rows loses none by any one change", async (count) => {
    const tried = nothingTried();
    for (const change of changesOf(count, 0)) {
      await trySchedules(tried, count, [change], whole);
    }
    expectNothingLost(tried);
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
    expectNothingLost(tried);
    expect(tried.whole).toBe(tried.schedules);
  });
});

describe("an interrupted sweep", () => {
  it.each(["ordered by time", "with ranges of time"] as const)(
    "of a list %s that goes on loses none by any one change, wherever it stood",
    async (name) => {
      const source = sources[name];
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
      expectNothingLost(tried);
      expect(resumed).toBeGreaterThan(200);
    },
  );
});
