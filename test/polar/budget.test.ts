import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RateWindow } from "../../simulator/limits.ts";
import { RequestBudget } from "../../src/polar/budget.ts";

const WINDOW = 60_000;

/** When so many requests start that are always wanted at once, from 0 on. */
function startsOf(limit: number, count: number): number[] {
  const budget = new RequestBudget(limit);
  let now = 0;
  return Array.from({ length: count }, () => {
    for (let wait = budget.wait(now); wait > 0; wait = budget.wait(now)) now += wait;
    budget.take(now);
    budget.end(now);
    return now;
  });
}

/** How many start in each stretch of so many milliseconds. */
function countsOf(starts: readonly number[], stretch: number): number[] {
  const counts: number[] = [];
  for (const start of starts) {
    const at = Math.floor(start / stretch);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

describe("RequestBudget", () => {
  it("lets no more arrive than allowed in any rolling window, however long they are on their way", () => {
    const step = fc.record({
      pause: fc.oneof(
        fc.constant(0),
        fc.nat(500),
        fc.nat(70_000),
        fc.double({ min: 0, max: 9, noNaN: true }),
      ),
      duration: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(90_000)),
      arrival: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(step, { maxLength: 200 }),
        (limit, steps) => {
          const budget = new RequestBudget(limit, WINDOW);
          const arrivals: number[] = [];
          const ends: number[] = [];
          let now = 1_000_000;
          const passTo = (time: number) => {
            for (const end of ends.sort((one, other) => one - other))
              if (end <= time) budget.end(end);
            ends.splice(0, ends.findLastIndex((end) => end <= time) + 1);
            now = time;
          };
          for (const { pause, duration, arrival } of steps) {
            passTo(now + pause);
            for (let wait = budget.wait(now); wait > 0; wait = budget.wait(now)) passTo(now + wait);
            budget.take(now);
            arrivals.push(now + arrival * duration);
            ends.push(now + duration);
          }
          arrivals.sort((one, other) => one - other);
          for (const [index, arrived] of arrivals.entries()) {
            const later = arrivals[index + limit];
            if (later !== undefined) expect(later - arrived).toBeGreaterThan(WINDOW - 1e-3);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    [300, 1_000],
    [300, 5_000],
    [60, 1_000],
    [500, 20_000],
    [6, 100],
    [1, 5],
  ])("of %i a minute is no slower than that for %i requests", (limit, count) => {
    const bound = (count / limit) * WINDOW;
    expect(startsOf(limit, count).at(-1)).toBeLessThanOrEqual(bound * 1.05);
  });

  it.each([
    [300, 60],
    [500, 100],
    [60, 20],
    [20, 20],
    [6, 6],
  ])("of %i a minute lets %i start at once, and then spreads the others", (limit, burst) => {
    const starts = startsOf(limit, limit * 10);
    expect(starts.filter((start) => start === 0)).toHaveLength(burst);
    // In no second there are more than fit an even flow, and in no stretch of the flow's own none.
    const perSecond = countsOf(starts.slice(burst), 1_000);
    expect(Math.max(...perSecond.filter(Boolean))).toBeLessThanOrEqual(Math.ceil(limit / 60) + 1);
    const gaps = starts.slice(burst + 1).map((start, at) => start - (starts[burst + at] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual((2 * WINDOW) / limit);
  });

  it.each([
    [300, 1_500],
    [60, 300],
    [7, 40],
  ])("of %i a minute is never refused by the API's fixed windows", (limit, count) => {
    for (const first of [0, 1, 29_999, 59_999]) {
      const window = new RateWindow({ requestsPerMinute: limit });
      window.admits("token", first); // makes the token known
      const starts = startsOf(limit, count).map((start) => first + start);
      expect(starts.filter((start) => !window.admits("token", start))).toEqual([]);
    }
  });

  it("lets a burst start again after a while in which nobody asked", () => {
    const budget = new RequestBudget(300);
    for (let count = 0; count < 60; count++) {
      budget.take(0);
      budget.end(0);
    }
    expect(budget.wait(0)).toBeGreaterThan(0);
    for (let count = 0; count < 60; count++) {
      expect(budget.wait(WINDOW)).toBe(0);
      budget.take(WINDOW);
      budget.end(WINDOW);
    }
    expect(budget.wait(WINDOW)).toBeGreaterThan(0);
  });

  it("counts also what starts without having asked", () => {
    const budget = new RequestBudget(2);
    for (let count = 0; count < 3; count++) {
      budget.take(5);
      budget.end(5);
    }
    expect(budget.wait(5)).toBe(WINDOW);
    expect(budget.wait(60_004)).toBe(1);
  });

  it("waits for what is under way, though it may never end", () => {
    const budget = new RequestBudget(2);
    budget.take(0);
    budget.take(0);
    expect(budget.wait(90_000)).toBe(WINDOW);
    budget.end(90_000);
    expect(budget.wait(90_000)).toBe(WINDOW);
    expect(budget.wait(150_000)).toBe(0);
  });
});
