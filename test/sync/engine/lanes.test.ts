import { describe, expect, it } from "vitest";
import { LaneProgress } from "../../../src/sync/contract/lane-progress.ts";
import type { Outcome, Step, Sync } from "../../../src/sync/contract/step.ts";
import { type LanePlan, Lanes } from "../../../src/sync/engine/lanes.ts";
import { settled } from "../../polar/clocks.ts";

/** Lanes that do as they are told, and a list of what they did. */
function controlled(count: number) {
  const events: string[] = [];
  const places: { priority: number; onAllRequested: () => void }[] = [];
  const plans = Array.from({ length: count }, (_, index): LanePlan => {
    const name = `lane ${index}`;
    return {
      streams: [name],
      progress: new LaneProgress([name]),
      open: (place) => {
        places[index] = place;
        return steps();
      },
    };
    async function* steps(): Sync {
      events.push(`${name} starts`);
      yield { kind: "checkpoint" };
      events.push(`${name} goes on`);
      return [{ stream: name, problem: undefined }];
    }
  });
  return {
    plans,
    events,
    allRequested: (index: number) => places[index]?.onAllRequested(),
    places,
  };
}

async function drain(sync: Sync): Promise<{ steps: Step[]; outcomes: readonly Outcome[] }> {
  const steps: Step[] = [];
  let next = await sync.next();
  for (; !next.done; next = await sync.next()) steps.push(next.value);
  return { steps, outcomes: next.value };
}

describe("Lanes", () => {
  it("start one after the other while each is written", async () => {
    const { plans, events } = controlled(3);
    for (const lane of new Lanes(plans, 9)) {
      await settled();
      events.push("written");
      await drain(lane.steps());
    }
    expect(events).toEqual([
      ...["lane 0 starts", "written", "lane 0 goes on"],
      ...["lane 1 starts", "written", "lane 1 goes on"],
      ...["lane 2 starts", "written", "lane 2 goes on"],
    ]);
  });

  it("start the next one as soon as all requests of the current one are sent, and no sooner", async () => {
    const { plans, events, allRequested } = controlled(4);
    const turns = new Lanes(plans, 9)[Symbol.iterator]();
    turns.next();
    await settled();
    expect(events).toEqual(["lane 0 starts"]);
    allRequested(0);
    allRequested(0);
    await settled();
    expect(events).toEqual(["lane 0 starts", "lane 1 starts"]);
    allRequested(1);
    await settled();
    expect(events).toEqual(["lane 0 starts", "lane 1 starts", "lane 2 starts"]);
  });

  it("go no further ahead of the one that is written than they may", async () => {
    const { plans, events, allRequested } = controlled(6);
    const turns = new Lanes(plans, 2)[Symbol.iterator]();
    turns.next();
    for (const index of [0, 1, 2, 3]) allRequested(index);
    await settled();
    expect(events).toEqual(["lane 0 starts", "lane 1 starts", "lane 2 starts"]);
    turns.next();
    allRequested(2);
    await settled();
    expect(events.at(-1)).toBe("lane 3 starts");
    expect(events.length).toBe(4);
  });

  it("have priorities in the order in which they are written", () => {
    const { plans, places } = controlled(3);
    const all = [...new Lanes(plans, 9)];
    expect(all.length).toBe(3);
    expect(places.map(({ priority }) => priority)).toEqual([0, 1, 2]);
  });

  it("are started once, however they are reached", async () => {
    const { plans, events, allRequested } = controlled(2);
    for (const lane of new Lanes(plans, 9)) {
      allRequested(0);
      lane.start();
      const { steps, outcomes } = await drain(lane.steps());
      expect(steps).toEqual([{ kind: "checkpoint" }]);
      expect(outcomes).toEqual([{ stream: lane.streams[0], problem: undefined }]);
    }
    expect(events.filter((event) => event.endsWith("starts"))).toEqual([
      "lane 0 starts",
      "lane 1 starts",
    ]);
  });

  it("tell of a failure when their turn comes", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const { plans, allRequested } = controlled(1);
    const failing: LanePlan = {
      streams: ["x"],
      progress: new LaneProgress(["x"]),
      // biome-ignore lint/correctness/useYield: it fails before its first step
      open: async function* () {
        throw new Error("no");
      },
    };
    const turns = new Lanes([...plans, failing], 9)[Symbol.iterator]();
    turns.next();
    allRequested(0);
    await settled();
    await settled();
    const { value } = turns.next();
    if (!value) throw new Error("a lane is missing");
    await expect(drain(value.steps())).rejects.toThrow("no");
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});
