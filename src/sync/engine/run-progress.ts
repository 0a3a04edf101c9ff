import type { Traffic } from "../../polar/traffic.ts";
import type { LaneProgress, StreamProgress } from "../contract/lane-progress.ts";
import type { Outcome } from "../contract/step.ts";

export type { LaneProgress };

/** A stream in the summary of a run. */
export interface StreamSummary extends Readonly<StreamProgress> {
  /** Those of the lists that bring its rows; none where another stream has brought them along. */
  readonly requests: number;
  readonly seconds: number;
}

/** A stream that is not complete, and why. */
export type Incomplete = Outcome & { readonly problem: string };

/** Those of the streams that are not complete; also those that a run which broke off had not read. */
export function incompleteOf(streams: readonly StreamSummary[]): Incomplete[] {
  return streams.flatMap(({ stream, outcome }) => {
    const { problem, ...rest } = outcome ?? { problem: "the run ended before that." };
    return problem === undefined ? [] : [{ ...rest, stream, problem }];
  });
}

/** What the client of a run tells. */
export interface Client {
  readonly traffic: Pick<Traffic, "requestsOf" | "wait">;
  readonly used: number;
}

/** How a run gets on, and how it has ended: to be looked at whenever one likes. */
export class RunProgress {
  /** In the order in which they are written, which is that of their priorities. */
  readonly lanes: readonly LaneProgress[];
  readonly requestsPerMinute: number;
  readonly #client: Client;
  readonly #monotonic: () => number;

  constructor(
    lanes: readonly LaneProgress[],
    client: Client,
    requestsPerMinute: number,
    monotonic: () => number,
  ) {
    this.lanes = lanes;
    this.requestsPerMinute = requestsPerMinute;
    this.#client = client;
    this.#monotonic = monotonic;
  }

  /** The lane whose turn it is to be written. */
  get current(): LaneProgress | undefined {
    return this.lanes.find(
      ({ startedAt, streams }) =>
        startedAt !== undefined && streams.some(({ outcome }) => outcome === undefined),
    );
  }

  /** How many seconds ago a lane's turn has come. */
  secondsOf({ startedAt }: LaneProgress): number {
    return startedAt === undefined ? 0 : (this.#monotonic() - startedAt) / 1_000;
  }

  /** How many requests a lane has sent, each try counted. */
  requestsOf(lane: LaneProgress): number {
    return this.#client.traffic.requestsOf(this.lanes.indexOf(lane));
  }

  /** How many requests of the budget the last minute has used. */
  get used(): number {
    return this.#client.used;
  }

  /** What requests wait for, should they do so. */
  get wait(): Traffic["wait"] {
    return this.#client.traffic.wait;
  }

  /** All streams of the run, in the order in which they are written. */
  get streams(): readonly StreamSummary[] {
    return this.lanes.flatMap((lane) =>
      lane.streams.map((one, index) => ({
        ...one,
        requests: index === 0 ? this.requestsOf(lane) : 0,
        seconds: lane.seconds,
      })),
    );
  }
}

/** Hears of the turning points of a run. */
export interface Follower {
  /** Before the first request. */
  starts(run: RunProgress): void;
  /** The first rows of a lane are there. */
  laneStarts(lane: LaneProgress): void;
  /** All rows of a lane are written, or as many as could be. */
  laneEnds(lane: LaneProgress): void;
}
