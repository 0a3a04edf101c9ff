import type { Log } from "../../log/log.ts";
import type { ApiClock } from "../../polar/clock.ts";
import type { ListReader } from "../../polar/list.ts";
import type { State } from "../../singer/state.ts";

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
  /** The state that the run begins with. */
  readonly state: State;
}

/** The place of a sync in the run. */
export interface Place {
  /** Of the requests that wait, the lowest number goes first: streams before those after them. */
  readonly priority: number;
  /** To be called when all requests have been sent that can be told: the next stream may begin. */
  readonly onAllRequested: () => void;
}
