import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestBudget } from "../../src/polar/budget.ts";

const WINDOW = 60_000;

describe("RequestBudget", () => {
  it("starts as many as allowed in every rolling window, and waits only when it is full", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.oneof(fc.constant(0), fc.nat(500), fc.nat(70_000)), { maxLength: 200 }),
        (limit, pauses) => {
          const budget = new RequestBudget(limit, WINDOW);
          const starts: number[] = [];
          let now = 1_000_000;
          for (const pause of pauses) {
            now += pause;
            const inWindow = starts.filter((start) => start > now - WINDOW);
            const wait = budget.wait(now);
            // The reference: when the oldest of the full window has left it.
            const [oldest = 0] = inWindow;
            expect(wait).toBe(inWindow.length < limit ? 0 : oldest + WINDOW - now);
            now += wait;
            expect(budget.wait(now)).toBe(0);
            budget.take(now);
            starts.push(now);
          }
          for (const [index, start] of starts.entries()) {
            const end = starts[index + limit];
            if (end !== undefined) expect(end - start).toBeGreaterThanOrEqual(WINDOW);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("has not lost count after many windows", () => {
    const budget = new RequestBudget(300, WINDOW);
    let now = 0;
    let waits = 0;
    for (let request = 0; request < 30_000; request++) {
      const wait = budget.wait(now);
      if (wait > 0) waits++;
      now += wait;
      budget.take(now);
    }
    expect(waits).toBe(99);
    expect(now).toBe(99 * WINDOW);
  });

  it("counts a minute unless told otherwise", () => {
    const budget = new RequestBudget(1);
    budget.take(5);
    expect(budget.wait(5)).toBe(60_000);
    expect(budget.wait(60_004)).toBe(1);
    expect(budget.wait(60_005)).toBe(0);
  });
});
