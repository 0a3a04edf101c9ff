import { describe, expect, it } from "vitest";
import { RecentRows } from "../../../src/sync/changes/recent-rows.ts";
import { rowsFrom } from "../rows.ts";

const BEGUN = Date.parse("2026-08-20T12:00:00Z");
const HALF_AN_HOUR = 1_800_000;

function passed(...times: readonly string[]): RecentRows {
  const recent = new RecentRows("created_at", { begunAt: BEGUN });
  const rows = rowsFrom(times.map((created_at, at) => ({ id: `row-${at}`, created_at })));
  for (const row of times.keys()) recent.add(rows, row);
  return recent;
}

describe("the newest rows", () => {
  it("are those of the half hour before the newest of them, as the next sync will meet them", () => {
    const recent = passed(
      "2026-08-20T10:59:59.999999Z",
      "2026-08-20T11:00:00Z",
      "2026-08-20T11:30:00Z",
    );
    expect([0, 1, 2].map((at) => recent.known.has(`row-${at}`))).toEqual([false, true, true]);
    expect(recent.newest).toBe("2026-08-20T11:30:00Z");
    expect(RecentRows.since(recent.newest, BEGUN)).toBe(Date.parse("2026-08-20T11:00:00Z"));
  });

  it("are all of that half hour, however many", () => {
    const times = Array.from({ length: 9_000 }, (_, at) =>
      new Date(BEGUN - HALF_AN_HOUR + at * 100).toISOString(),
    );
    expect(passed(...times).known.size).toBe(9_000);
  });

  it("are of the half hour before the sync where a row claims to be of tomorrow", () => {
    const recent = passed("2026-08-20T11:30:00Z", "2026-08-21T12:00:00Z");
    expect(RecentRows.since(recent.newest, BEGUN)).toBe(BEGUN - HALF_AN_HOUR);
    expect(recent.known.has("row-0")).toBe(true);
  });

  it("leave those to the next sync that have come since this one began, each counted once", () => {
    const recent = passed("2026-08-20T11:59:59.999Z", "2026-08-20T12:00:00Z");
    const again = rowsFrom([{ id: "row-1", created_at: "2026-08-20T12:00:00Z" }]);
    recent.add(again, 0);
    expect(recent.later).toBe(1);
    expect(recent.known.has("row-0")).toBe(true);
    expect(recent.known.has("row-1")).toBe(false);
  });

  it("do not mind a row without a time or an id", () => {
    const recent = new RecentRows("created_at", { begunAt: BEGUN });
    const rows = rowsFrom([{ id: "a" }, { created_at: "2026-08-20T11:00:00Z" }]);
    recent.add(rows, 0);
    recent.add(rows, 1);
    expect(recent.newest).toBeUndefined();
    expect(RecentRows.since(undefined, BEGUN)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("are not more than are needed, whatever passes by", () => {
    const hours = Array.from({ length: 10_000 }, (_, at) =>
      new Date(BEGUN - (10_000 - at) * 60_000).toISOString(),
    );
    expect(passed(...hours).known.size).toBe(31);
  });
});
