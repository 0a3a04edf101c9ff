import type { Outcome } from "./step.ts";

/** What has become of a stream so far. */
export interface StreamProgress {
  readonly stream: string;
  /** Records that have been written. */
  rows: number;
  /** How it has ended, once it has. */
  outcome: Outcome | undefined;
}

/** How much a sync has to do, and has done. */
export interface Work {
  /** What is counted: rows, or whose rows are asked for. */
  readonly unit: string;
  /** As many as an interrupted sync had done before. */
  readonly before: number;
  /** All that there are, as soon as that is known. */
  total: number | undefined;
  done: number;
}

/** How far a lane has come: its sync and the run tell, and whoever follows the run reads it. */
export class LaneProgress {
  readonly streams: readonly StreamProgress[];
  /** When its turn to be written has come, in milliseconds of the monotonic clock. */
  startedAt: number | undefined;
  /** How long that took. */
  seconds = 0;
  #work: Work | undefined;

  constructor(streams: readonly string[]) {
    this.streams = streams.map((stream) => ({ stream, rows: 0, outcome: undefined }));
  }

  get work(): Readonly<Work> | undefined {
    return this.#work;
  }

  /** Begins to count, perhaps anew. `before` have been done by a sync that was interrupted. */
  begin(unit: string, before = 0): void {
    this.#work = { unit, before, total: undefined, done: before };
  }

  /** Tells how many there are. The first answer counts: later ones may be about a part only. */
  expect(total: number | undefined): void {
    if (this.#work) this.#work.total ??= total;
  }

  /** Tells that one more is done. */
  advance(): void {
    if (this.#work) this.#work.done++;
  }

  /** Counts records that have been written. */
  wrote(stream: string, rows: number): void {
    const one = this.streams.find((each) => each.stream === stream);
    if (one) one.rows += rows;
  }

  end(outcomes: readonly Outcome[]): void {
    for (const one of this.streams) {
      one.outcome = outcomes.find(({ stream }) => stream === one.stream) ?? one.outcome;
    }
  }
}
