import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DAY_MILLISECONDS,
  dayRanges,
  dayText,
  type Interval,
  periodStart,
} from "../../../src/sync/kinds/calendar.ts";

/** As `/v1/metrics/limits` of a real server has them, in days. */
const LIMITS: Record<Interval, number> = {
  hour: 7,
  day: 366,
  week: 371,
  month: 1_460,
  year: 3_650,
};

const interval = fc.constantFrom<Interval>("hour", "day", "week", "month", "year");
const time = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2060-12-31"), noInvalidDate: true })
  .map((date) => date.getTime());

describe("the start of a period", () => {
  it.each([
    ["hour", "2024-02-29T23:59:59.999Z", "2024-02-29"],
    ["day", "2024-02-29T00:00:00.000Z", "2024-02-29"],
    ["week", "2026-11-01T12:00:00Z", "2026-10-26"], // a Sunday
    ["week", "2026-11-02T00:00:00Z", "2026-11-02"], // a Monday
    ["week", "2023-01-01T00:00:00Z", "2022-12-26"],
    ["month", "2024-02-29T12:00:00Z", "2024-02-01"],
    ["year", "2024-12-31T23:59:59Z", "2024-01-01"],
  ] as const)("of the %s of %s is %s", (length, at, start) => {
    expect(dayText(periodStart(Date.parse(at), length))).toBe(start);
  });
});

describe("ranges of days", () => {
  it("hold every day once, in order, and are cut between periods and within the limits", () => {
    fc.assert(
      fc.property(interval, time, fc.nat(4_000), (length, from, days) => {
        const until = from + days * DAY_MILLISECONDS;
        const ranges = [...dayRanges(from, until, length)];
        expect(ranges[0]?.first).toBe(periodStart(from, length));
        expect(ranges.at(-1)?.last).toBe(periodStart(until, "day"));
        const some = length === "hour" ? ranges.slice(-50) : ranges;
        for (const [index, { first, last }] of some.entries()) {
          expect(first).toBe(periodStart(first, length));
          expect(last).toBeGreaterThanOrEqual(first);
          // With a day to spare, for whoever asks beyond the last one.
          expect((last - first) / DAY_MILLISECONDS + 2).toBeLessThanOrEqual(LIMITS[length]);
          const next = some[index + 1]?.first ?? last + DAY_MILLISECONDS;
          expect(next).toBe(last + DAY_MILLISECONDS);
        }
      }),
    );
  });

  it("are few: each but the last is nearly as long as the limits allow", () => {
    fc.assert(
      fc.property(interval, time, (length, from) => {
        const ranges = [...dayRanges(from, from + 20_000 * DAY_MILLISECONDS, length)];
        const longestPeriod = { hour: 1, day: 1, week: 7, month: 31, year: 366 }[length];
        for (const { first, last } of ranges.slice(0, -1)) {
          const days = (last - first) / DAY_MILLISECONDS + 1;
          expect(days).toBeGreaterThanOrEqual(LIMITS[length] - 1 - longestPeriod);
        }
      }),
      { numRuns: 10 },
    );
  });

  it("are none when the beginning has not come yet", () => {
    const now = Date.parse("2026-11-01T12:00:00Z");
    expect([...dayRanges(Date.parse("2026-11-02"), now, "day")]).toEqual([]);
  });
});
