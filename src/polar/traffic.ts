import type { Log } from "../log/log.ts";
import type { Clock } from "./clock.ts";

/** Between two totals of the requests in the log. */
const TOTALS_INTERVAL = 60_000;

/** Waits shorter than this are the usual pace. */
const LEAST_WAIT = 1_000;

/** Requests to one endpoint that ended in one way. */
interface Total {
  readonly endpoint: string;
  readonly status: number | undefined;
  count: number;
  seconds: number;
}

/** What a client sends and waits for: for the metrics, and for whoever follows the run. */
export class Traffic {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #log: Log;
  readonly #sent = new Map<number, number>();
  readonly #totals = new Map<string, Total>();
  #totalsAt: number;
  #wait = { until: Number.NEGATIVE_INFINITY, reason: "" };

  constructor({ clock, log }: { readonly clock: Pick<Clock, "monotonic">; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
    this.#totalsAt = clock.monotonic();
  }

  /** Counts a request that goes out with this priority, each try by itself. */
  sent(priority: number): void {
    this.#sent.set(priority, this.requestsOf(priority) + 1);
  }

  /** How many requests have gone out with this priority. */
  requestsOf(priority: number): number {
    return this.#sent.get(priority) ?? 0;
  }

  /** Takes note of how a request has ended. `status` is undefined when no answer came. */
  ended(endpoint: string, status: number | undefined, seconds: number): void {
    this.#log.requestDuration(endpoint, status, seconds);
    const name = `${endpoint} ${status}`;
    const total = this.#totals.get(name) ?? { endpoint, status, count: 0, seconds: 0 };
    total.count++;
    total.seconds += seconds;
    this.#totals.set(name, total);
    if (this.#clock.monotonic() - this.#totalsAt >= TOTALS_INTERVAL) this.logTotals();
  }

  /** Logs the requests since the last time. */
  logTotals(): void {
    for (const { endpoint, status, count, seconds } of this.#totals.values()) {
      this.#log.requestTotal(endpoint, status, count, seconds);
    }
    this.#totals.clear();
    this.#totalsAt = this.#clock.monotonic();
  }

  /** Tells that requests wait for so many milliseconds; of several waits the longest counts. */
  waits(milliseconds: number, reason: string): void {
    const until = this.#clock.monotonic() + milliseconds;
    if (milliseconds >= LEAST_WAIT && until > this.#wait.until) this.#wait = { until, reason };
  }

  /** The wait that goes on, and for how many more milliseconds. */
  get wait(): { readonly milliseconds: number; readonly reason: string } | undefined {
    const milliseconds = this.#wait.until - this.#clock.monotonic();
    return milliseconds > 0 ? { milliseconds, reason: this.#wait.reason } : undefined;
  }
}
