/** Time for tests: none of it passes by itself. */
import type { ApiClock } from "../../src/polar/clock.ts";

/** Sleeps at once: its time jumps to where the sleep would end, and the length is recorded. */
export class InstantClock implements ApiClock {
  readonly correction = 0;
  readonly slept: number[] = [];
  readonly #start: number;
  #time = 1_000_000;

  constructor(start = "2026-08-01T12:00:00Z") {
    this.#start = Date.parse(start);
  }

  monotonic(): number {
    return this.#time;
  }

  now(): number {
    return this.#start + this.#time;
  }

  hear(): void {
    // Nobody needs to put it right.
  }

  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.slept.push(milliseconds);
    this.#time += milliseconds;
  }
}

/** Sleeps until the test lets time pass. */
export class ManualClock implements ApiClock {
  readonly correction = 0;
  #time = 1_000_000;
  readonly #sleepers = new Set<{ until: number; wake: () => void }>();

  monotonic(): number {
    return this.#time;
  }

  now(): number {
    return Date.parse("2026-08-01T12:00:00Z") + this.#time;
  }

  /** How many are asleep. */
  get asleep(): number {
    return this.#sleepers.size;
  }

  hear(): void {
    // Nobody needs to put it right.
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const sleeper = { until: this.#time + milliseconds, wake: resolve };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  /** Lets so many milliseconds pass; whoever wakes up in between does so in order. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#time + milliseconds;
    for (;;) {
      await settled();
      const due = [...this.#sleepers].filter(({ until }) => until <= end);
      const [next] = due.sort((one, other) => one.until - other.until);
      if (!next) break;
      this.#time = next.until;
      this.#sleepers.delete(next);
      next.wake();
    }
    this.#time = end;
    await settled();
  }
}

/** Resolves when everything that needs no more than promises has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
