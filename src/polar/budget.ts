/**
 * How many requests may start within any rolling minute. Polar counts per organization in fixed
 * windows of 60 seconds; staying under the number in every rolling window stays under it in theirs.
 */
export class RequestBudget {
  readonly #requestsPerWindow: number;
  readonly #windowMilliseconds: number;
  /** Start times in milliseconds, oldest first; those before `#first` have left the window. */
  #starts: number[] = [];
  #first = 0;

  constructor(requestsPerWindow: number, windowMilliseconds = 60_000) {
    this.#requestsPerWindow = requestsPerWindow;
    this.#windowMilliseconds = windowMilliseconds;
  }

  /** Milliseconds from `now` until the next request may start: 0 when it may start at once. */
  wait(now: number): number {
    this.#forget(now - this.#windowMilliseconds);
    if (this.#starts.length - this.#first < this.#requestsPerWindow) return 0;
    return (this.#starts[this.#first] ?? now) + this.#windowMilliseconds - now;
  }

  /** Counts a request that starts at `now`. */
  take(now: number): void {
    this.#starts.push(now);
  }

  #forget(until: number): void {
    while ((this.#starts[this.#first] ?? Number.POSITIVE_INFINITY) <= until) this.#first++;
    if (this.#first > 1_024) {
      this.#starts = this.#starts.slice(this.#first);
      this.#first = 0;
    }
  }
}
