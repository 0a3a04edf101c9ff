/** Of the requests of a minute this part may start at once, but at least so many. */
const BURST_PART = 1 / 5;
const LEAST_BURST = 20;

/**
 * When requests may start: never more than the number within any rolling minute, and in an even
 * flow, so that others who share the API's limit find room in every second. What has not been used
 * for a while may start at once, up to a burst; the rest of its minute is slower for that. Polar
 * counts per organization in fixed windows of 60 seconds; staying under the number in every rolling
 * window stays under it in theirs. When a request arrives there is not known, only that it does so
 * before its answer comes: so it counts from its start until a minute after its end.
 */
export class RequestBudget {
  readonly #requestsPerWindow: number;
  readonly #windowMilliseconds: number;
  readonly #burst: number;
  #underWay = 0;
  /** When those that are over leave the window, oldest first; those before `#first` have left it. */
  #leaving: number[] = [];
  #first = 0;
  /** How many may start at once, as of `#at`; the next one may when there is a whole one. */
  #ready: number;
  #at = Number.NEGATIVE_INFINITY;

  constructor(requestsPerWindow: number, windowMilliseconds = 60_000) {
    this.#requestsPerWindow = requestsPerWindow;
    this.#windowMilliseconds = windowMilliseconds;
    const part = Math.floor(requestsPerWindow * BURST_PART);
    this.#burst = Math.min(requestsPerWindow, Math.max(LEAST_BURST, part));
    this.#ready = this.#burst;
  }

  /** Milliseconds from `now` until the next request may start: 0 when it may start at once. */
  wait(now: number): number {
    this.#pass(now);
    if (this.#free === 0) return this.#untilOldestLeaves(now) || this.#windowMilliseconds;
    // Rounding must not make anybody wait for the last billionth of a request.
    return this.#ready > 1 - 1e-6 ? 0 : (1 - this.#ready) / this.#rate(now);
  }

  /** Counts a request that starts at `now`. */
  take(now: number): void {
    this.#pass(now);
    this.#underWay++;
    this.#ready--;
  }

  /** Tells that a request has ended at `now`. */
  end(now: number): void {
    this.#underWay--;
    this.#leaving.push(now + this.#windowMilliseconds);
  }

  /** How many requests the window that ends at `now` holds. */
  used(now: number): number {
    return this.#underWay + this.#leaving.filter((leaves) => leaves > now).length;
  }

  /** How many more the window takes. */
  get #free(): number {
    const counted = this.#underWay + this.#leaving.length - this.#first;
    return Math.max(0, this.#requestsPerWindow - counted);
  }

  /**
   * Requests per millisecond: the even flow, or what is left of the window and the place of its
   * oldest, spread over the time until that leaves, where it is less.
   */
  #rate(now: number): number {
    const even = this.#requestsPerWindow / this.#windowMilliseconds;
    const until = this.#untilOldestLeaves(now);
    return until > 0 ? Math.min(even, (this.#free + 1) / until) : even;
  }

  #untilOldestLeaves(now: number): number {
    const leaves = this.#leaving[this.#first];
    return leaves === undefined ? 0 : leaves - now;
  }

  /** Lets time pass up to `now`. */
  #pass(now: number): void {
    while (this.#at < now) {
      const until = Math.min(now, this.#leaving[this.#first] ?? now);
      const more = (until - this.#at) * this.#rate(this.#at);
      this.#ready = Math.min(this.#burst, this.#ready + more);
      this.#at = until;
      this.#forget();
    }
  }

  #forget(): void {
    while ((this.#leaving[this.#first] ?? Number.POSITIVE_INFINITY) <= this.#at) this.#first++;
    if (this.#first > 1_024) {
      this.#leaving = this.#leaving.slice(this.#first);
      this.#first = 0;
    }
  }
}
