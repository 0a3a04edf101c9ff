import { setTimeout as delay } from "node:timers/promises";

/** Time as the rooms below see it; tests pass their own. */
export interface Clock {
  /** Milliseconds that only grow, for measuring and waiting. */
  monotonic(): number;
  /** Milliseconds since the epoch (UTC), for timestamps. */
  now(): number;
  /** Resolves after so many milliseconds, or rejects with the signal's reason as soon as it aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
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
