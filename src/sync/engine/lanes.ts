import type { LaneProgress } from "../contract/lane-progress.ts";
import type { Outcome, Step, Sync } from "../contract/step.ts";

/** Opens the sync of a lane. It must not do anything before its first step is asked for. */
export interface LanePlan {
  /** The streams whose records the lane brings. */
  readonly streams: readonly string[];
  readonly progress: LaneProgress;
  readonly open: (place: { priority: number; onAllRequested: () => void }) => Sync;
}

/** One sync of several that are written one after the other. */
export class Lane {
  readonly streams: readonly string[];
  readonly progress: LaneProgress;
  readonly #open: () => Sync;
  #sync: Sync | undefined;
  #first: Promise<IteratorResult<Step, readonly Outcome[]>> | undefined;
  allRequested = false;

  constructor(plan: LanePlan, priority: number, onAllRequested: () => void) {
    this.streams = plan.streams;
    this.progress = plan.progress;
    this.#open = () =>
      plan.open({
        priority,
        onAllRequested: () => {
          this.allRequested = true;
          onAllRequested();
        },
      });
  }

  /** Starts the lane's requests before its turn to be written. */
  start(): void {
    if (this.#first) return;
    this.#sync = this.#open();
    this.#first = this.#sync.next();
    // A failure is told when the lane's turn comes.
    this.#first.catch(() => undefined);
  }

  /** The lane's steps; returns how its streams have ended. */
  async *steps(): Sync {
    this.start();
    for (let next = await this.#first; ; next = await this.#sync?.next()) {
      if (!next) return [];
      if (next.done) return next.value;
      yield next.value;
    }
  }
}

/**
 * Lanes in the order in which they are written. When a lane has sent its last request the next one
 * begins to read, so that the connections stay busy across the end of a stream; but no more than
 * `readAhead` lanes wait with pages in hand.
 */
export class Lanes {
  readonly #lanes: readonly Lane[];
  readonly #readAhead: number;
  #current = 0;
  #furthest = 0;

  constructor(plans: readonly LanePlan[], readAhead: number) {
    this.#readAhead = readAhead;
    this.#lanes = plans.map((plan, index) => new Lane(plan, index, () => this.#advance()));
  }

  *[Symbol.iterator](): Generator<Lane, void> {
    for (const [index, lane] of this.#lanes.entries()) {
      this.#current = index;
      this.#furthest = Math.max(this.#furthest, index);
      lane.start();
      this.#advance();
      yield lane;
    }
  }

  #advance(): void {
    while (this.#lanes[this.#furthest]?.allRequested) {
      const next = this.#lanes[this.#furthest + 1];
      if (!next || this.#furthest + 1 > this.#current + this.#readAhead) return;
      this.#furthest++;
      next.start();
    }
  }
}
