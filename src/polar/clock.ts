import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log/log.ts";
import { httpDate } from "./http-date.ts";

/** Time as the rooms below see it; tests pass their own. */
export interface Clock {
  /** Milliseconds that only grow, for measuring and waiting. */
  monotonic(): number;
  /** Milliseconds since the epoch (UTC), for timestamps. */
  now(): number;
  /** Resolves after so many milliseconds, or rejects with the signal's reason as soon as it aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** A clock that goes by the API's: what is asked for by time is what the API takes for that time. */
export interface ApiClock extends Clock {
  /**
   * By how many milliseconds the machine's time has been put right; undefined as long as no answer
   * has told the API's time. Whoever has asked for something by `now()`, and finds another correction
   * after the first answer, has asked for the wrong time.
   */
  readonly correction: number | undefined;
  /**
   * Takes note of the `Date` header of an answer that has just come, so many milliseconds after it
   * was asked for.
   */
  hear(date: string | undefined, elapsed: number): void;
}

/** The machine's own time. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    delay(milliseconds, undefined, { signal }).catch(() => {
      throw signal.reason; // nothing else ends a delay early
    }),
};

/** A header tells whole seconds. */
const RESOLUTION = 1_000;

/** A machine whose clock is so far away from the API's has to be put right. */
const WORTH_TELLING = 5 * 60_000;

/** The machine's clock, put right by what the API's answers say. */
export class CorrectedClock implements ApiClock {
  readonly #machine: Clock;
  readonly #log: Log;
  #correction: number | undefined;
  #isTold = false;

  constructor(machine: Clock, log: Log) {
    this.#machine = machine;
    this.#log = log;
  }

  get correction(): number | undefined {
    return this.#correction;
  }

  monotonic(): number {
    return this.#machine.monotonic();
  }

  now(): number {
    return this.#machine.now() + (this.#correction ?? 0);
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return this.#machine.sleep(milliseconds, signal);
  }

  hear(date: string | undefined, elapsed: number): void {
    const told = httpDate(date);
    if (Number.isNaN(told)) return;
    // The answer was dated at some time between question and arrival: more is not known, and what
    // is possible is left alone.
    const arrived = this.#machine.now();
    const least = told - arrived;
    const most = told + RESOLUTION - (arrived - elapsed);
    this.#correction = Math.min(Math.max(this.#correction ?? 0, least), most);
    this.#tell(this.#correction);
  }

  #tell(correction: number): void {
    if (this.#isTold || Math.abs(correction) <= WORTH_TELLING) return;
    this.#isTold = true;
    const way = correction > 0 ? "slow" : "fast";
    this.#log.warn(
      `The clock of this machine is ${inWords(Math.abs(correction))} ${way}, compared with the API's, ` +
        "whose time is taken instead. Set the clock.",
    );
  }
}

function inWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
