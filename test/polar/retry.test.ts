import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoff, retryAfter } from "../../src/polar/retry.ts";

describe("backoff", () => {
  it.each([
    [1, 125, 250],
    [2, 250, 500],
    [5, 2_000, 4_000],
    [7, 8_000, 16_000],
    [8, 15_000, 30_000],
    [9, 15_000, 30_000],
    [2_000, 15_000, 30_000],
  ])("before retry %i is between %i and %i ms", (retry, shortest, longest) => {
    expect(backoff(retry, 0)).toBe(shortest);
    expect(backoff(retry, 1)).toBe(longest);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
        const milliseconds = backoff(retry, random);
        expect(milliseconds).toBeGreaterThanOrEqual(shortest);
        expect(milliseconds).toBeLessThanOrEqual(longest);
        expect(Number.isInteger(milliseconds)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});

describe("retryAfter", () => {
  const now = Date.parse("2026-08-01T12:00:00Z");

  it.each([
    ["60", 60_000],
    [" 7 ", 7_000],
    ["1.5", 1_500],
    ["0", 1_000],
    ["0.2", 1_000],
    ["Sat, 01 Aug 2026 12:00:30 GMT", 30_000],
    ["Sat, 01 Aug 2026 11:59:00 GMT", 1_000],
    ["Saturday, 01-Aug-26 12:00:30 GMT", 30_000],
    [undefined, 60_000],
    ["", 60_000],
    ["  ", 60_000],
    ["soon", 60_000],
    ["60, 60", 60_000],
  ])("%j is %i ms", (header, milliseconds) => {
    expect(retryAfter(header, now)).toBe(milliseconds);
  });

  it.each(["9".repeat(30), "86400", "Fri, 01 Aug 2053 12:00:00 GMT"])(
    "%j is an hour: longer than that nobody waits without asking again",
    (header) => {
      expect(retryAfter(header, now)).toBe(3_600_000);
    },
  );

  it("is a time that a timer can keep, whatever the header says", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)),
        (header) => {
          const milliseconds = retryAfter(header, now);
          expect(milliseconds).toBeGreaterThanOrEqual(1_000);
          expect(milliseconds).toBeLessThanOrEqual(3_600_000);
        },
      ),
    );
  });
});
