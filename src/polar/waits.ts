/** Waits that users are told of. */
import type { Log } from "../log/log.ts";
import type { Clock } from "./clock.ts";

/** Milliseconds from which on a wait is worth a line in the log. */
const WAIT_WORTH_TELLING = 1_000;

/** Between two such lines about the budget. */
const TELLING_INTERVAL = 60_000;

/** A wait in whole seconds, as it is told. */
export function seconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 1_000)} s`;
}

/**
 * Tells of the waits for the budget: that it sets the pace from now on, and of those that can be
 * felt, one a minute.
 */
export function toldWaits({
  requestsPerMinute,
  clock,
  log,
}: {
  readonly requestsPerMinute: number;
  readonly clock: Clock;
  readonly log: Log;
}): (milliseconds: number) => void {
  const budget = `${requestsPerMinute} requests in a minute are the budget (requests_per_minute).`;
  let isTold = false;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (milliseconds) => {
    if (milliseconds < WAIT_WORTH_TELLING) {
      if (!isTold) log.info(`Requests are spread from here on: ${budget}`);
    } else if (clock.monotonic() >= toldAt + TELLING_INTERVAL) {
      toldAt = clock.monotonic();
      log.info(`Waiting ${seconds(milliseconds)}: ${budget}`);
    }
    isTold = true;
  };
}
