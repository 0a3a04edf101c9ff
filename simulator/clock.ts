/** The simulator's clock: it stands still until somebody sets it, or something changes. */
import { SECOND } from "./time.ts";

/** So long after one change the next one comes at the earliest, in microseconds. */
const STEP = 1_001;

interface Job {
  readonly due: number;
  readonly run: () => void;
}

export class Clock {
  /** Microseconds since 1970. */
  #now: number;
  #jobs: Job[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  /** A moment of its own for each change: no two changes have the same, and none has whole seconds. */
  tick(): number {
    this.set(this.#now + STEP);
    if (this.#now % SECOND === 0) this.set(this.#now + 1);
    return this.#now;
  }

  /** Does what is due until then. Never goes back. */
  set(now: number): void {
    this.#now = Math.max(now, this.#now);
    const due = this.#jobs.filter((job) => job.due <= this.#now).sort((a, b) => a.due - b.due);
    this.#jobs = this.#jobs.filter((job) => !due.includes(job));
    for (const job of due) job.run();
  }

  /** Does something when the clock has moved on by so many seconds. */
  later(seconds: number, run: () => void): void {
    if (seconds <= 0) run();
    else this.#jobs.push({ due: this.#now + seconds * SECOND, run });
  }
}
