import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Counted } from "../../../src/sync/bookmarks/window-bookmark.ts";
import { CountsBehind } from "../../../src/sync/kinds/counts-behind.ts";

const time = fc.integer({ min: 0, max: 100_000 });

/** Remembers these times, cut at these moments. */
function remember(times: readonly number[], cuts: readonly number[]) {
  const counts = new CountsBehind([]);
  for (const before of [...new Set(cuts)].sort((a, b) => a - b)) {
    counts.add({ before, rows: times.filter((one) => one < before).length });
  }
  return counts;
}

/** Asks a list of these times, and keeps what was asked. */
function ask(times: readonly number[]) {
  const asked: number[] = [];
  const countBefore = async (moment: number) => {
    asked.push(moment);
    return times.filter((one) => one < moment).length;
  };
  return { asked, countBefore };
}

const world = fc.record({
  times: fc.array(time, { maxLength: 200 }),
  cuts: fc.array(time, { minLength: 1, maxLength: 80 }),
  late: fc.array(time, { maxLength: 6 }),
});

describe("counts of the past", () => {
  it("tell with one question that nothing has come", async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ times, cuts }) => {
        const { asked, countBefore } = ask(times);
        expect(await remember(times, cuts).changes(countBefore)).toEqual([]);
        expect(asked).toHaveLength(1);
      }),
    );
  });

  it("tell of every row that came late between which moments it is, and once only", async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ times, cuts, late }) => {
        const counts = remember(times, cuts);
        const now = [...times, ...late];
        const { asked, countBefore } = ask(now);

        const changes = (await counts.changes(countBefore)) ?? [];

        const last = counts.last?.before ?? 0;
        const behind = late.filter((one) => one < last);
        const found = changes.map(({ start, end, rows }) => {
          expect(behind.filter((one) => one >= start && one < end)).toHaveLength(rows);
          return rows;
        });
        expect(found.reduce((sum, rows) => sum + rows, 0)).toBe(behind.length);
        // A search for each, of 40 moments at the most, and no moment twice.
        expect(asked.length).toBeLessThanOrEqual(1 + behind.length * 6);
        expect(new Set(asked).size).toBe(asked.length);
        for (const change of changes) counts.settle(change);
        expect(await counts.changes(ask(now).countBefore)).toEqual([]);
      }),
    );
  });

  it("know what has gone as well, and where rows have come and gone at different times", async () => {
    const counts = remember([1, 2, 3, 15, 25, 35], [10, 20, 30, 40]);

    const changes = await counts.changes(ask([1, 15, 25, 25, 35, 38, 39]).countBefore);

    expect(changes).toEqual([
      { start: Number.NEGATIVE_INFINITY, end: 10, rows: -2 },
      { start: 20, end: 30, rows: 1 },
      { start: 30, end: 40, rows: 2 },
    ]);
  });

  it("leave a change where it is until it is settled", async () => {
    const counts = remember([15, 25], [10, 20, 30]);
    const { countBefore } = ask([5, 15, 25, 26]);
    const [first, second] = (await counts.changes(countBefore)) ?? [];

    if (second) counts.settle(second);

    expect(await counts.changes(countBefore)).toEqual([first]);
  });

  it("say nothing when the API gives no count", async () => {
    expect(await remember([15, 25], [10, 20]).changes(async () => undefined)).toBeUndefined();
  });
});

describe("what is remembered", () => {
  it("stays small, keeps its ends, and stays exact", () => {
    fc.assert(
      fc.property(world, ({ times, cuts }) => {
        const { moments } = remember(times, cuts);
        const sorted = [...new Set(cuts)].sort((a, b) => a - b);
        expect(moments.length).toBe(Math.min(40, sorted.length));
        expect([moments[0]?.before, moments.at(-1)?.before]).toEqual([sorted[0], sorted.at(-1)]);
        for (const { before, rows } of moments) {
          expect(rows).toBe(times.filter((one) => one < before).length);
        }
      }),
    );
  });

  it("grows coarser with age: an hourly run of three years has hours, days and weeks behind it", () => {
    const counts = new CountsBehind([]);
    const hours = 3 * 365 * 24;
    for (let hour = 1; hour <= hours; hour++) counts.add({ before: hour, rows: hour * 100 });

    expect(counts.moments).toHaveLength(40);
    const widths = widthsOf(counts.moments);
    expect(widths.at(-1)).toBe(1);
    const ofYesterday = counts.moments.findIndex(({ before }) => before > hours - 24);
    expect(widths[ofYesterday - 1]).toBeLessThanOrEqual(24);
    // Nowhere more than a tenth of all would have to be read again.
    expect(Math.max(...widths)).toBeLessThan(hours / 10);
  });
});

const widthsOf = (moments: readonly Counted[]) =>
  moments.slice(1).map(({ before }, index) => before - (moments[index]?.before ?? 0));
