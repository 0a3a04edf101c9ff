/** The server's quota: a fixed window for the whole organization, whichever token is used. */

export interface RateLimit {
  readonly requestsPerMinute: number;
  /** The window's length, and what `retry-after` says throughout it. 60 unless said otherwise. */
  readonly retryAfterSeconds?: number | undefined;
}

export class RateWindow {
  readonly #limit: number;
  readonly retryAfterSeconds: number;
  readonly #tokens = new Set<string>();
  #start = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor({ requestsPerMinute, retryAfterSeconds = 60 }: RateLimit) {
    this.#limit = requestsPerMinute;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Counts a request at `now` (milliseconds). Refused ones do not prolong the window. */
  admits(token: string, now: number): boolean {
    // A token that the server has not seen yet is counted elsewhere.
    if (!this.#tokens.has(token)) {
      this.#tokens.add(token);
      return true;
    }
    if (now - this.#start >= this.retryAfterSeconds * 1000) {
      this.#start = now;
      this.#used = 0;
    }
    if (this.#used >= this.#limit) return false;
    this.#used++;
    return true;
  }
}
