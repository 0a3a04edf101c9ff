import { describe, expect, it } from "vitest";
import { UnreadableRows } from "../../../src/sync/sweep/unreadable.ts";

/** What one pass meets: an offset that can't be read, or the sort key of a row. */
function passOf(rows: UnreadableRows, ...met: (number | string)[]): void {
  rows.beginPass();
  for (const one of met) {
    if (typeof one === "number") rows.meet(one);
    else rows.passBy([one]);
  }
}

describe("rows that can't be read", () => {
  it.each<[string, (number | string)[], number]>([
    ["one", ["a", 1, "b"], 1],
    ["next to each other", ["a", 1, 2, "b"], 1],
    ["with one row between them", ["a", 1, "b", 3, "c"], 1],
    ["with tied rows between them", ["a", 1, "b", "b", "b", 5], 1],
    ["with rows of two times between them", ["a", 1, "b", "c", 4], 2],
    ["of which some are surely different", [0, 1, "b", "c", 4, 5, "d", "e", 8], 3],
  ])("are at least so many different ones: %s", (_, met, least) => {
    const rows = new UnreadableRows();
    passOf(rows, ...met);
    expect(rows.least(0)).toBe(least);
    expect(rows.most(0)).toBe(met.filter((one) => typeof one === "number").length);
  });

  it("are those of the pass that has met the most, and stand where the first has met them", () => {
    const rows = new UnreadableRows();
    passOf(rows, 3, "a", "b", 7);
    passOf(rows, 0, "a", "b", 4, 5);
    passOf(rows);
    expect([rows.least(0), rows.most(0), rows.most(2)]).toEqual([2, 3, 0]);
    expect(rows.offsets).toEqual([3, 7]);
    expect(rows.any).toBe(false);
  });

  it("behind an interrupted sweep are all different", () => {
    const rows = new UnreadableRows();
    rows.beginPass();
    rows.resume([3, 4]);
    expect([rows.least(0), rows.most(0)]).toEqual([2, 2]);
  });
});
