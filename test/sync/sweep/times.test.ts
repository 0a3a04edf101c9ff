import { describe, expect, it } from "vitest";
import { RowTimes } from "../../../src/sync/sweep/times.ts";
import { rowsFrom } from "../rows.ts";

/** A page of rows with these times. */
function page(times: readonly unknown[]) {
  return [rowsFrom(times.map((created_at) => ({ created_at })))];
}

const times = new RowTimes({ order: ["created_at", "email"] });

describe("the times of rows", () => {
  it("compares times with and without a fraction as what they are", () => {
    const half = times.latest(page(["2026-05-01T00:00:00Z", "2026-05-01T00:00:00.5Z"]));
    expect(half).toBe(times.latest(page(["2026-05-01T00:00:00.500000Z"])));
    expect(half).not.toBe(times.latest(page(["2026-05-01T00:00:00Z"])));
  });

  it("knows nothing where rows show no time, or the order is by something else", () => {
    expect(times.latest(page(["Zoe", null, 7]))).toBeUndefined();
    expect(times.latest(page([]))).toBeUndefined();
    expect(new RowTimes({ order: [] }).latest(page(["2026-05-01T00:00:00Z"]))).toBeUndefined();
    expect(
      new RowTimes({ order: ["slug"] }).latest(page(["2026-05-01T00:00:00Z"])),
    ).toBeUndefined();
  });

  it("are cut to what the API sorts by", () => {
    const whole = new RowTimes({ order: ["created_at"], wholeMilliseconds: true });
    const pages = ["2026-05-01T00:00:00.001Z", "2026-05-01T00:00:00.001999Z"].map((one) =>
      page([one]),
    );
    expect(new Set(pages.map((one) => whole.latest(one))).size).toBe(1);
    expect(new Set(pages.map((one) => times.latest(one))).size).toBe(2);
  });

  it("are latest at one end of a page in their order, and anywhere in another", () => {
    const [early, late] = ["2026-05-01T00:00:00Z", "2026-05-01T00:00:01.000001Z"];
    const latest = times.latest(page([late]));
    expect(times.latest(page([early, late]), ["created_at", "email"])).toBe(latest);
    expect(times.latest(page([late, early]), ["-created_at", "-email"])).toBe(latest);
    expect(times.latest(page([early, late, early]), ["amount"])).toBe(latest);
    expect(times.latest([...page([early]), ...page([late]), ...page([])], ["created_at"])).toBe(
      latest,
    );
  });
});
