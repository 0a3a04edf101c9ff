/** Runs of lists in this process, each with the state that the one before has left, for tests. */
import type { Simulator } from "../../../simulator/index.ts";
import { TapError } from "../../../src/shared/errors.ts";
import { type BookmarkFields, State } from "../../../src/singer/state.ts";
import { streams } from "../../../src/streams/index.ts";
import type { Context } from "../../../src/sync/contract/context.ts";
import type { Sync } from "../../../src/sync/contract/step.ts";
import { planLanes } from "../../../src/sync/engine/plan.ts";
import { InstantClock } from "../../polar/clocks.ts";
import { plainSettings, select } from "../contexts.ts";
import { contextFor, takeAll } from "../syncs.ts";

/** By how much InstantClock is ahead of its start. */
const AHEAD = 1_000_000;

/** What a run has brought of a stream. */
export interface Brought {
  /** In their order. */
  readonly ids: readonly unknown[];
  readonly problem: string | undefined;
  readonly isActivated: boolean;
}

export class Runs {
  readonly #simulator: Simulator;
  readonly #names: readonly string[];
  readonly #overrides: Partial<Context>;
  state = State.empty();

  constructor(simulator: Simulator, names: readonly string[], overrides: Partial<Context> = {}) {
    this.#simulator = simulator;
    this.#names = names;
    this.#overrides = overrides;
  }

  /** Some hours pass, and then a run reads the lists, twenty rows a page, at the same time. */
  async next(hours = 1) {
    const { clock } = this.#simulator;
    clock.advance(hours * 3_600);
    const before = this.#simulator.requests.length;
    const next = State.parse(this.state.toJson(), "state.json");
    const context = contextFor(
      this.#simulator,
      { maxRetries: 1 },
      { state: next, emitActivateVersion: true, pageSize: 20, ...this.#overrides },
    );
    const now = new InstantClock(new Date(clock.now.getTime() - AHEAD).toISOString());
    const chosen = streams.filter(({ name }) => this.#names.includes(name)).map(incremental);
    const lanes = planLanes(streams, chosen, { ...context, clock: now });
    const brought = new Map<string, Brought>();
    const read = async (lane: (typeof lanes)[number]) => {
      const sync = lane.open({ priority: 0, onAllRequested: () => undefined });
      const setBookmark = (stream: string, fields: BookmarkFields) =>
        next.setBookmark(stream, fields);
      const { taken, outcomes } = await takeAll(failing(lane.streams, sync), setBookmark);
      for (const { stream, problem } of outcomes) {
        const ids = taken.flatMap((one) =>
          one.kind === "record" && one.stream === stream ? [one.record.id] : [],
        );
        const isActivated = taken.some((one) => one.kind === "activate" && one.stream === stream);
        brought.set(stream, { ids, problem, isActivated });
      }
    };
    await Promise.all(lanes.map(read));
    this.state = State.parse(next.toJson(), "state.json");
    const requests = this.#simulator.requests.slice(before).map(({ path }) => path);
    const of = (stream: string): Brought =>
      brought.get(stream) ?? { ids: [], problem: undefined, isActivated: false };
    return { of, requests, logged: context.logged.join("\n") };
  }
}

/** A sync whose failure is the problem of its streams, as in a run. */
async function* failing(names: readonly string[], sync: Sync): Sync {
  try {
    return yield* sync;
  } catch (error) {
    if (!(error instanceof TapError)) throw error;
    return names.map((stream) => ({ stream, problem: error.message }));
  }
}

/** A stream as it is selected by default, with all of its columns. */
function incremental(stream: (typeof streams)[number]) {
  const selected = select(stream);
  const { source } = stream;
  const isCaughtUp = source.kind === "list" && source.changes !== undefined;
  const replicationMethod = isCaughtUp ? "INCREMENTAL" : "FULL_TABLE";
  return { ...selected, selection: { ...selected.selection, replicationMethod } as const };
}

/** Settings that differ from the plain ones. */
export const settingsWith = (settings: Partial<Context["settings"]>) => ({
  settings: { ...plainSettings, ...settings },
});
