import { describe, expect, it } from "vitest";
import { Newness } from "../../../src/sync/sweep/newness.ts";
import { rowsFrom } from "../rows.ts";

/** A page of rows with these times. */
function page(times: readonly unknown[]) {
  return [rowsFrom(times.map((created_at) => ({ created_at })))];
}

const newness = new Newness(["created_at", "email"]);

describe("Newness", () => {
  it("compares times with and without a fraction as what they are", () => {
    const half = newness.latest(page(["2026-05-01T00:00:00Z", "2026-05-01T00:00:00.5Z"]));
    expect(half).toBe(newness.latest(page(["2026-05-01T00:00:00.500000Z"])));
    expect(half).not.toBe(newness.latest(page(["2026-05-01T00:00:00Z"])));
  });

  it("knows nothing where rows show no time, or the order is by something else", () => {
    expect(newness.latest(page(["Zoe", null, 7]))).toBeUndefined();
    expect(newness.latest(page([]))).toBeUndefined();
    expect(new Newness([]).latest(page(["2026-05-01T00:00:00Z"]))).toBeUndefined();
    expect(new Newness(["slug"]).latest(page(["2026-05-01T00:00:00Z"]))).toBeUndefined();
  });

  it("leaves out rows that came since, unless all seem to: then a clock is wrong", () => {
    const times = ["2026-05-01T00:00:00Z", "2026-05-01T00:00:01.000001Z"];
    const first = newness.latest(page(times.slice(0, 1)));
    expect(newness.latestBefore(page(times), Date.parse("2026-05-01T00:00:01Z"))).toBe(first);
    const both = newness.latest(page(times));
    expect(newness.latestBefore(page(times), Date.parse("2026-05-01T00:00:02Z"))).toBe(both);
    expect(newness.latestBefore(page(times), Date.parse("2025-01-01T00:00:00Z"))).toBe(both);
  });
});
