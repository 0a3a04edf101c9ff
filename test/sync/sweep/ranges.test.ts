import { describe, expect, it } from "vitest";
import { Ranges } from "../../../src/sync/sweep/ranges.ts";
import { RowTimes } from "../../../src/sync/sweep/times.ts";
import { rowsFrom } from "../rows.ts";

const times = new RowTimes({ order: ["created_at"] });

/** A time as the sweep knows it. */
const known = (created_at: string) => times.of(rowsFrom([{ created_at }]), 0) ?? "";

const noon = known("2026-08-01T12:00:00Z");
const later = known("2026-08-01T12:00:00.000999Z");
const evening = known("2026-08-01T18:00:00.5Z");

describe("ranges of time", () => {
  it("are one at first, without borders", () => {
    const ranges = new Ranges({ after: "a", before: "b" });
    ranges.add(noon);
    expect(ranges.all).toEqual([{ query: {}, seen: 1, isResumed: false }]);
  });

  it("hold their end, and ask for a microsecond more, since the API leaves out both borders", () => {
    const ranges = new Ranges({ after: "a", before: "b" });
    ranges.cut(noon);
    ranges.cut(later);
    for (const time of [noon, later, later, evening, undefined]) ranges.add(time);
    expect(ranges.all).toMatchObject([
      { query: { b: "2026-08-01T12:00:00.000001Z" }, seen: 1 },
      { query: { a: "2026-08-01T12:00:00.000000Z", b: "2026-08-01T12:00:00.001000Z" }, seen: 2 },
      { query: { a: "2026-08-01T12:00:00.000999Z" }, seen: 2 },
    ]);
  });

  it("are not cut twice at one time", () => {
    const ranges = new Ranges({ after: "a", before: "b" });
    for (const time of [noon, noon, known("2026-08-01T11:00:00Z")]) ranges.cut(time);
    expect(ranges.all).toHaveLength(2);
  });

  it("count what an interrupted sweep has seen in the oldest", () => {
    const ranges = new Ranges({ after: "a", before: "b" });
    ranges.resume(40);
    ranges.cut(noon);
    ranges.add(noon);
    ranges.forget(10);
    expect(ranges.all.map(({ seen, isResumed }) => [seen, isResumed])).toEqual([
      [31, true],
      [0, false],
    ]);
  });
});
