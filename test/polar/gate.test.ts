import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestBudget } from "../../src/polar/budget.ts";
import { Gate } from "../../src/polar/gate.ts";
import { ManualClock, settled } from "./clocks.ts";

function open({ requestsPerMinute = 1_000 } = {}) {
  const clock = new ManualClock();
  const abort = new AbortController();
  const budgetWaits: number[] = [];
  const gate = new Gate(new RequestBudget(requestsPerMinute), clock, abort.signal, (wait) =>
    budgetWaits.push(wait),
  );
  const entered: string[] = [];
  const enter = (name: string, priority = 0) =>
    void gate.enter(priority).then(
      () => entered.push(name),
      (reason) => entered.push(`${name}: ${reason.message}`),
    );
  return { gate, clock, abort, budgetWaits, entered, enter };
}

describe("Gate", () => {
  it("lets the first in alone, and more only once it is widened", async () => {
    const { gate, entered, enter } = open();
    for (const name of ["a", "b", "c", "d"]) enter(name);
    await settled();
    expect(entered).toEqual(["a"]);
    gate.leave();
    await settled();
    expect(entered).toEqual(["a", "b"]);
    gate.widen(3);
    await settled();
    expect(entered).toEqual(["a", "b", "c", "d"]);
  });

  it("never has more in flight than its limit, and never leaves a place free", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.constantFrom("enter", "enter", "leave"), { maxLength: 60 }),
        async (limit, moves) => {
          const { gate, entered, enter } = open();
          gate.widen(limit);
          let waitingOrIn = 0;
          let left = 0;
          for (const [index, move] of moves.entries()) {
            if (move === "enter") {
              waitingOrIn++;
              enter(String(index));
            } else if (entered.length > left) {
              left++;
              gate.leave();
            }
            await settled();
            expect(entered.length - left).toBe(Math.min(limit, waitingOrIn - left));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("lets the lowest priority number in first, then who came first", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }), async (priorities) => {
        const { gate, entered, enter } = open();
        enter("first");
        for (const [index, priority] of priorities.entries())
          enter(`${priority}-${index}`, priority);
        for (const _ of priorities) {
          gate.leave();
          await settled();
        }
        const expected = [...priorities.entries()]
          .sort(([a, one], [b, other]) => one - other || a - b)
          .map(([index, priority]) => `${priority}-${index}`);
        expect(entered).toEqual(["first", ...expected]);
      }),
      { numRuns: 50 },
    );
  });

  it("lets half as many in when the server can't keep up, and more again one by one", async () => {
    const { gate, clock, entered, enter } = open();
    const leave = (count: number) => {
      for (let left = 0; left < count; left++) gate.leave();
    };
    gate.widen(8);
    const before = clock.monotonic();
    for (let count = 0; count < 8; count++) enter("early");
    await clock.pass(60_000);
    expect(gate.narrow(before)).toBe(4);
    expect(gate.narrow(before)).toBeUndefined(); // the same trouble
    leave(8);
    for (let count = 0; count < 10; count++) enter("late");
    await settled();
    expect(entered.filter((name) => name === "late")).toHaveLength(4);

    for (let answers = 1; answers < 50; answers++) gate.widen(8);
    await settled();
    expect(entered.filter((name) => name === "late")).toHaveLength(4);
    gate.widen(8);
    await settled();
    expect(entered.filter((name) => name === "late")).toHaveLength(5);
    for (let answers = 0; answers < 200; answers++) gate.widen(8);
    await settled();
    expect(entered.filter((name) => name === "late")).toHaveLength(8);
    leave(8);
    await settled();
    expect(entered).toHaveLength(18);

    for (const limit of [4, 2, 1, undefined]) {
      await clock.pass(1);
      const later = clock.monotonic();
      await clock.pass(1);
      expect(gate.narrow(later)).toBe(limit);
    }
  });

  it("waits for the budget, once for all who wait, and says so once", async () => {
    const { gate, clock, budgetWaits, entered, enter } = open({ requestsPerMinute: 2 });
    gate.widen(10);
    enter("a");
    gate.leave();
    await clock.pass(10_000);
    for (const name of ["b", "c", "d", "e"]) enter(name);
    await settled();
    expect(entered).toEqual(["a", "b"]);
    expect(clock.asleep).toBe(1);
    gate.leave();
    await clock.pass(49_999);
    expect(entered).toEqual(["a", "b"]);
    await clock.pass(1);
    expect(entered).toEqual(["a", "b", "c"]);
    gate.leave();
    await clock.pass(30_000);
    expect(entered).toEqual(["a", "b", "c", "d"]);
    expect(budgetWaits.slice(0, 2)).toEqual([50_000, 10_000]);
  });

  it("lets nobody in during a pause, also when it is prolonged", async () => {
    const { gate, clock, budgetWaits, entered, enter } = open();
    gate.widen(10);
    expect(gate.pause(5_000)).toBe(true);
    enter("a");
    await clock.pass(4_000);
    expect(gate.pause(5_000)).toBe(true);
    await clock.pass(4_999);
    enter("b");
    expect(entered).toEqual([]);
    await clock.pass(1);
    expect(entered).toEqual(["a", "b"]);
    expect(budgetWaits).toEqual([]);
  });

  it("takes a shorter pause, or one that ends with another, for no news", async () => {
    const { gate, clock, entered, enter } = open();
    expect(gate.pause(60_000)).toBe(true);
    expect(gate.pause(60_000)).toBe(false);
    expect(gate.pause(1_000)).toBe(false);
    await clock.pass(500);
    expect(gate.pause(60_000)).toBe(false);
    enter("a");
    await clock.pass(60_000 - 1);
    expect(entered).toEqual([]);
    await clock.pass(1);
    expect(entered).toEqual(["a"]);
  });

  it("refuses everybody when the run is aborted: those who wait, who sleep and who come", async () => {
    const { gate, clock, abort, entered, enter } = open();
    for (const name of ["a", "b"]) enter(name);
    gate.pause(60_000);
    gate.leave();
    enter("c");
    await settled();
    expect(clock.asleep).toBe(1);
    abort.abort(new Error("over"));
    enter("d");
    await settled();
    expect(entered).toEqual(["a", "b: over", "c: over", "d: over"]);
    expect(clock.asleep).toBe(0);
  });
});
