import type { Config } from "../../config/config.ts";
import type { Log } from "../../log/log.ts";
import type { ApiClock } from "../../polar/clock.ts";
import type { ListReader } from "../../polar/list.ts";
import type { State } from "../../singer/state.ts";
import type { LaneProgress } from "./lane-progress.ts";

/** What every sync needs to know of the run. */
export interface Context {
  readonly reader: ListReader;
  readonly log: Log;
  /** Goes by the API's time. */
  readonly clock: ApiClock;
  readonly pageSize: number;
  /** How many pages of one stream may be on their way or waiting to be written. */
  readonly readAhead: number;
  readonly emitActivateVersion: boolean;
  /** The state: a stream's bookmark is what the run begins with, up to the stream's first step. */
  readonly state: State;
  /** What the user has set that some kinds of sources go by. */
  readonly settings: Pick<
    Config,
    | "organizationId"
    | "startDate"
    | "lookbackMinutes"
    | "metricsInterval"
    | "metricsTimezone"
    | "metricsLookbackDays"
    | "fullSweepHours"
    | "useExports"
  >;
}

/** What a sync needs to know of the run and of its place in it. */
export interface LaneContext extends Context {
  /** Of the requests that wait, the lowest number goes first: streams before those after them. */
  readonly priority: number;
  /** To be called when all requests have been sent that can be told: the next stream may begin. */
  readonly onAllRequested: () => void;
  /** Where to tell how far it is. */
  readonly progress: LaneProgress;
}

/** The same place for a part of a sync: others do not begin when that has sent its requests. */
export function quietly(lane: LaneContext): LaneContext {
  return { ...lane, onAllRequested: () => undefined };
}
