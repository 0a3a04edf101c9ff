import { describe, expect, it } from "vitest";
import type { Sync } from "../../../src/sync/contract/step.ts";
import { byApiTime } from "../../../src/sync/kinds/by-api-time.ts";
import { InstantClock } from "../../polar/clocks.ts";
import { takeAll } from "../syncs.ts";

/** The steps of a sync that begins with one correction of the clock and learns of another. */
async function stepsOf(before: number | undefined, after: number) {
  let correction = before;
  const opened: number[] = [];
  const closed: number[] = [];
  async function* open(): Sync {
    const number = opened.push(opened.length + 1);
    try {
      correction = after;
      yield { kind: "bookmark", stream: "events", bookmark: { number } };
      yield { kind: "checkpoint" };
      return [{ stream: "events", problem: undefined }];
    } finally {
      closed.push(number);
    }
  }
  const clock = Object.defineProperty(new InstantClock(), "correction", { get: () => correction });
  const { taken, outcomes } = await takeAll(byApiTime(open, { clock }));
  return { taken, outcomes, opened, closed };
}

describe("a sync that asks by time", () => {
  it.each<[string, number | undefined, number, number]>([
    ["once when the machine's time is right", undefined, 0, 1],
    ["once when it is hardly wrong", undefined, -1_000, 1],
    ["anew when its first answer shows the time to be late", undefined, 1_001, 2],
    ["anew when its first answer shows the time to be early", undefined, -60_000, 2],
    ["once when the API's time was known before", 60_000, 120_000, 1],
  ])("is opened %s", async (_, before, after, times) => {
    const { taken, outcomes, opened, closed } = await stepsOf(before, after);
    expect(opened).toHaveLength(times);
    expect(closed).toEqual(opened);
    // Nothing of the one that was given up is handed on.
    expect(taken).toEqual([
      { kind: "bookmark", bookmark: { number: times } },
      { kind: "checkpoint" },
    ]);
    expect(outcomes).toEqual([{ stream: "events", problem: undefined }]);
  });
});
