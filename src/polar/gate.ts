import type { RequestBudget } from "./budget.ts";
import type { Clock } from "./clock.ts";

interface Waiter {
  readonly priority: number;
  readonly enter: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** So many answers without trouble, and a server that had too much to do may have one more. */
const ANSWERS_PER_STEP = 50;

/**
 * Decides when the next request may start: within the concurrency, within the budget of the rolling
 * minute, and not while the API has asked everybody to wait. Of those who wait, the lowest priority
 * number goes first, then who came first.
 */
export class Gate {
  readonly #budget: RequestBudget;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onBudgetWait: (milliseconds: number) => void;
  readonly #waiters: Waiter[] = [];
  #limit = 1;
  /** When the server last had too much to do; undefined as long as it never had. */
  #narrowedAt: number | undefined;
  /** How many have come since the limit last changed, once the server had too much to do. */
  #answers = 0;
  #inFlight = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #wakeUp = false;

  /**
   * Starts with room for a single request; {@link widen} opens it to the full concurrency.
   * `onBudgetWait` hears of each wait that the budget alone has caused.
   */
  constructor(
    budget: RequestBudget,
    clock: Clock,
    signal: AbortSignal,
    onBudgetWait: (milliseconds: number) => void,
  ) {
    this.#budget = budget;
    this.#clock = clock;
    this.#signal = signal;
    this.#onBudgetWait = onBudgetWait;
    signal.addEventListener("abort", () => {
      for (const waiter of this.#waiters.splice(0)) waiter.refuse(signal.reason);
    });
  }

  /** Resolves when a request of this priority may start; rejects when the run is aborted. */
  enter(priority: number): Promise<void> {
    return new Promise((enter, refuse) => {
      if (this.#signal.aborted) return refuse(this.#signal.reason);
      this.#waiters.push({ priority, enter, refuse });
      this.#admit();
    });
  }

  /** Counts one more request of one that has entered: it follows a redirect, and does not wait. */
  follow(): void {
    const now = this.#clock.monotonic();
    this.#budget.end(now);
    this.#budget.take(now);
  }

  /** Tells that a request that had entered is over. */
  leave(): void {
    this.#budget.end(this.#clock.monotonic());
    this.#inFlight--;
    this.#admit();
  }

  /**
   * Tells that an answer has come: so many requests may run at once from now on, unless the server
   * has failed to bear as many. Then each further one has to be earned.
   */
  widen(most: number): void {
    if (this.#limit >= most) return;
    const isEarned = this.#narrowedAt !== undefined;
    if (isEarned && ++this.#answers < ANSWERS_PER_STEP) return;
    this.#answers = 0;
    this.#limit = isEarned ? this.#limit + 1 : most;
    this.#admit();
  }

  /**
   * Halves how many requests may run at once, since one that had entered at `entered` was too much
   * for the server. Those that were under way together count once. Returns the new number if it is
   * another.
   */
  narrow(entered: number): number | undefined {
    const isKnown = this.#narrowedAt !== undefined && entered <= this.#narrowedAt;
    if (isKnown || this.#limit === 1) return undefined;
    this.#narrowedAt = this.#clock.monotonic();
    this.#answers = 0;
    this.#limit = Math.floor(this.#limit / 2);
    return this.#limit;
  }

  /** Starts nothing for so many milliseconds; returns whether that is longer than already agreed. */
  pause(milliseconds: number): boolean {
    const until = this.#clock.monotonic() + milliseconds;
    // Answers that arrive together ask for the same wait: only the first is news.
    const news = until > this.#pausedUntil + 1_000;
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    return news;
  }

  #admit(): void {
    while (this.#waiters.length > 0 && this.#inFlight < this.#limit && !this.#wakeUp) {
      const now = this.#clock.monotonic();
      const budgetWait = this.#budget.wait(now);
      const wait = Math.max(budgetWait, this.#pausedUntil - now);
      if (wait > 0) {
        if (budgetWait === wait) this.#onBudgetWait(budgetWait);
        this.#admitLater(wait);
        return;
      }
      this.#budget.take(now);
      this.#inFlight++;
      this.#nextWaiter()?.enter();
    }
  }

  #admitLater(milliseconds: number): void {
    this.#wakeUp = true;
    this.#clock.sleep(milliseconds, this.#signal).then(
      () => {
        this.#wakeUp = false;
        this.#admit();
      },
      // Only an aborted run ends the sleep early, and then every waiter has been refused already.
      () => undefined,
    );
  }

  #nextWaiter(): Waiter | undefined {
    let best = 0;
    for (const [index, waiter] of this.#waiters.entries()) {
      if (waiter.priority < (this.#waiters[best]?.priority ?? 0)) best = index;
    }
    return this.#waiters.splice(best, 1)[0];
  }
}
