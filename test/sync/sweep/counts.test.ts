import { describe, expect, it, onTestFinished } from "vitest";
import type { ListPage } from "../../../src/polar/list.ts";
import { Counts } from "../../../src/sync/sweep/counts.ts";
import { RowTimes } from "../../../src/sync/sweep/times.ts";
import { PageMaker } from "../pages.ts";

const part = { sorting: ["created_at"], query: {}, limit: 10 };
const maker = new PageMaker();

/** A page of rows of these hours, each its own id, from a list of so many. */
function page(
  hours: readonly number[],
  totalCount: number | undefined,
  unreadable: readonly number[] = [],
): ListPage {
  const rows = hours.map((hour) => ({
    id: `row-${hour}`,
    created_at: `2026-08-01T${String(hour).padStart(2, "0")}:00:00Z`,
  }));
  const made = maker.page(rows, { totalCount, lastPage: 1, receivedAt: 0, unreadable });
  onTestFinished(() => made.release());
  return made;
}

function countsFrom(newest: ListPage): Counts {
  const counts = new Counts(new RowTimes({ order: ["created_at"] }), ["id"]);
  counts.noteNewest(newest);
  counts.beginPass();
  return counts;
}

const taking = { offset: 0, onNew: () => undefined };

describe("what the counts say", () => {
  it("adds up when all rows have been seen, and not before", () => {
    const counts = countsFrom(page([3], 3));
    counts.take(page([1, 2], 3), part, taking);
    expect(counts.addUp()).toBe(false);
    counts.take(page([2, 3], 3), part, taking);
    expect(counts.addUp()).toBe(true);
  });

  it("does not take a row that is newer for one that was there", () => {
    const counts = countsFrom(page([3], 3));
    counts.take(page([2, 3, 4], 3), part, taking);
    expect([counts.addUp(), counts.hasNewcomers, counts.seen]).toEqual([false, true, 3]);
  });

  it("must reach the largest count, whichever answer comes last", () => {
    const counts = countsFrom(page([3], 3));
    counts.note(page([], 4));
    counts.note(page([], 3));
    counts.take(page([1, 2, 3], 3), part, taking);
    expect(counts.addUp()).toBe(false);
  });

  it("may add up since a later pass began, with what has been seen since", () => {
    const counts = countsFrom(page([3], 4));
    counts.take(page([2, 3], 3), part, taking);
    counts.noteNewest(page([5], 3));
    counts.beginPass();
    counts.take(page([2, 3], 3), part, taking);
    expect(counts.addUp()).toBe(false);
    counts.take(page([5], 3), part, taking);
    expect(counts.addUp()).toBe(true);
  });

  it.each([
    ["the first answer gave no count", page.bind(null, [3], undefined)],
    ["the newest row could not be read", page.bind(null, [], 3)],
  ])("adds up, too, when %s", (_, newest) => {
    const counts = countsFrom(newest());
    counts.take(page([1, 2], 3), part, taking);
    counts.note(page([], 3));
    expect(counts.addUp()).toBe(false);
    counts.take(page([3], 3), part, taking);
    expect(counts.addUp()).toBe(true);
  });

  it("keeps the time of the newest row for the next sweep, where there is one", () => {
    expect(countsFrom(page([3], 3)).known.newest).toBe("2026-08-01T03:00:00.000000000");
    expect(countsFrom(page([], 3)).known.newest).toBeUndefined();
  });

  it("counts a row once that can't be read, though it is met once more where a gap is looked for", () => {
    const counts = countsFrom(page([3], 3));
    counts.take(page([1, 3], 3, [1]), part, taking);
    counts.take(page([1, 3], 3, [1]), part, { ...taking, between: { from: 0, until: 3 } });
    expect([counts.seen, counts.verdict("short").unreadable]).toEqual([3, [1]]);
  });

  it("counts a row once that an interrupted sweep has read and this one reads again", () => {
    const counts = new Counts(new RowTimes({ order: ["created_at"] }), ["id"]);
    counts.resume({ count: 4, most: 4, rows: 3, unreadable: [] });
    counts.takeKnown(page([2, 3], 4));
    expect([counts.seen, counts.addUp()]).toEqual([3, false]);
  });

  it("tells of no row that could not be read at first, once all have been", () => {
    const counts = countsFrom(page([3], 3));
    counts.take(page([1, 3], 3, [1]), part, taking);
    expect(counts.verdict("whole")).toMatchObject({ found: 2, unreadable: [1] });
    counts.beginPass();
    counts.take(page([2], 3), part, taking);
    expect(counts.verdict("whole")).toMatchObject({ found: 3, unreadable: [] });
  });

  it("goes on with what an interrupted sweep knew", () => {
    const first = countsFrom(page([4], 4));
    first.take(page([1, 2], 4), part, taking);
    const second = new Counts(new RowTimes({ order: ["created_at"] }), ["id"]);
    second.resume(first.known);
    second.take(page([3, 5], 4), part, taking);
    expect(second.addUp()).toBe(false);
    second.take(page([4], 4), part, taking);
    expect(second.addUp()).toBe(true);
  });

  it("goes on with the rows that an interrupted sweep could not read, and counts them once", () => {
    const counts = new Counts(new RowTimes({ order: ["created_at"] }), ["id"]);
    counts.resume({ count: 4, most: 4, rows: 3, unreadable: [1] });
    expect([counts.seen, counts.read, counts.addUp()]).toEqual([3, 2, false]);
    counts.take(page([4], 4), part, taking);
    expect(counts.addUp()).toBe(true);
  });

  it("sees again what an interrupted sweep has not settled, and only that", () => {
    const counts = new Counts(new RowTimes({ order: ["created_at"] }), ["id"]);
    const settled = { time: "2026-08-01T02:00:00.000000000", rows: 2 };
    counts.resume({ count: 4, most: 4, rows: 3, unreadable: [], settled });
    expect(counts.seen).toBe(3);
    expect(counts.forgetUnsettled()).toBe(1);
    counts.take(page([1, 2, 4], 4), part, taking);
    expect([counts.seen, counts.addUp()]).toEqual([3, false]);
    counts.take(page([3], 4), part, taking);
    expect(counts.addUp()).toBe(true);
  });
});

describe("a list is steady", () => {
  it.each([
    ["when every answer counts the same", [3, 3], [1, 2, 3], true],
    ["but not when a row has gone meanwhile, which moves others", [2, 2], [1, 3], false],
    ["nor when one has come", [4, 3], [1, 2, 3], false],
    ["nor when one is newer than all", [3, 3], [1, 2, 4], false],
  ])("%s", (_, answers, hours, isSteady) => {
    const counts = countsFrom(page([3], 3));
    for (const count of answers) counts.note(page([], count));
    counts.take(page(hours, 3), part, taking);
    expect(counts.verdict("whole").steady).toBe(isSteady);
  });
});
