import { setImmediate } from "node:timers/promises";
import { Attempts, StatusError } from "./attempts.ts";
import { type Body, BodyPool } from "./body.ts";
import { RequestBudget } from "./budget.ts";
import { UnavailableError } from "./errors.ts";
import { type Answer, TimeoutError } from "./exchange.ts";
import { Gate } from "./gate.ts";
import { InvalidJsonError } from "./json/json-index.ts";
import { ProxyError } from "./proxy-error.ts";
import { refusal } from "./refusals.ts";
import { retryAfter } from "./retry.ts";
import { Sender, type SenderOptions, type Target } from "./sender.ts";
import { Traffic } from "./traffic.ts";
import { seconds, toldWaits } from "./waits.ts";
import { isWebPage, webPageError } from "./web-page.ts";

/** The connections are closed with the client; the signal ends every request and wait at once. */
export interface ClientOptions extends SenderOptions {
  readonly concurrency: number;
  readonly requestsPerMinute: number;
  readonly maxRetries: number;
}

export interface ApiRequest extends Target {
  /** How often a 500 is tried again; elsewhere `maxRetries` counts. */
  readonly serverErrorRetries?: number;
  /** How often it is tried again at most, where the run can do without it. */
  readonly mostRetries?: number;
}

/** So many waits for a 429 in a row, each to its end, and the API is not going to yield. */
const LONGEST_SIEGE = 20;

/** A failure that took so many milliseconds is one of a server that has too much to do. */
const OVERLOAD = 10_000;

/**
 * Reads from the Polar API: within the request budget, retrying what can be retried, and telling
 * plainly what can't.
 */
export class PolarClient {
  /** What it has sent, and what it waits for. */
  readonly traffic: Traffic;
  readonly #options: ClientOptions;
  readonly #url: URL;
  readonly #sender: Sender;
  readonly #budget: RequestBudget;
  readonly #gate: Gate;
  readonly #bodies = new BodyPool();
  #isReached = false;
  /** Waits for a 429 since the last success, and when the last of these was called for. */
  #siege = 0;
  #besiegedAt = Number.NEGATIVE_INFINITY;
  /** Connections that the server may reset, having answered 500 on them. */
  #doomedConnections = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#url = new URL(options.apiUrl);
    this.traffic = new Traffic(options);
    this.#sender = new Sender(options, this.traffic);
    this.#budget = new RequestBudget(options.requestsPerMinute);
    const tell = toldWaits(options);
    this.#gate = new Gate(this.#budget, options.clock, options.signal, (milliseconds) => {
      tell(milliseconds);
      this.traffic.waits(milliseconds, "for the budget (requests_per_minute)");
    });
  }

  /** How many requests of the budget the last minute has used. */
  get used(): number {
    return this.#budget.used(this.#options.clock.monotonic());
  }

  /**
   * Sends a request until it succeeds, and returns what `read` makes of the body. What `read`
   * returns owns the body and releases it; when `read` throws an {@link InvalidJsonError} the
   * answer counts as damaged and the request is tried again. `describe` says what came, for the log
   * at level DEBUG.
   *
   * Rejects with a `PolarError` when the API refuses or stays unavailable, and with the signal's
   * reason when the run is aborted.
   */
  async get<T>(
    request: ApiRequest,
    read: (body: Body, receivedAt: number) => T,
    describe: (result: T) => string = () => "",
  ): Promise<T> {
    const { clock, signal } = this.#options;
    const attempts = this.#attempts(request);
    for (;;) {
      const asked = clock.monotonic();
      await this.#gate.enter(request.priority);
      const entered = clock.monotonic();
      const body = this.#bodies.take();
      let kept = false;
      let failure: Error | undefined;
      try {
        const answer = await this.#sendAndLeave(request, body);
        if (answer.status !== 200) this.#tellRequest(request, answer, "", asked, entered);
        failure = this.#failure(answer, body, request, entered);
        if (answer.status === 200 && !failure) {
          const receivedAt = clock.now();
          // The next request goes out before this answer is looked at: undici takes two turns of the
          // event loop until it sends on a connection that has just been used.
          await setImmediate();
          await setImmediate();
          const result = read(body, receivedAt);
          kept = true;
          this.#siege = 0;
          this.#tellRequest(request, answer, describe(result), asked, entered);
          return result;
        }
      } catch (error) {
        if (!this.#mayRetry(error)) throw error;
        if (!this.#isAftermath(error)) failure = error;
      } finally {
        if (!kept) body.release();
      }
      // Nothing to count after a 429, for which the gate makes everybody wait, or an aftermath.
      if (failure) {
        this.#easeOff(failure, entered);
        const delay = attempts.failed(failure);
        this.traffic.waits(delay, `to try ${request.path} again`);
        await clock.sleep(delay, signal);
      }
    }
  }

  #attempts({ path, serverErrorRetries, mostRetries = Infinity }: ApiRequest): Attempts {
    const { log } = this.#options;
    const maxRetries = Math.min(mostRetries, this.#options.maxRetries);
    const isReached = () => this.#isReached;
    return new Attempts({ url: this.#url, path, serverErrorRetries, maxRetries, isReached, log });
  }

  /** At level DEBUG each answer has a line, with the time that the request waited for its turn. */
  #tellRequest(
    { path, query }: ApiRequest,
    { status }: Answer,
    description: string,
    asked: number,
    entered: number,
  ): void {
    const { clock, log } = this.#options;
    const took = ((clock.monotonic() - entered) / 1_000).toFixed(2);
    const waited = ((entered - asked) / 1_000).toFixed(2);
    const what = description === "" ? "" : `, ${description}`;
    log.debug(`GET ${path}?${query}: ${status}${what}, ${took} s after a wait of ${waited} s`);
  }

  /** A server that answers late, or not at all, may have too much to do at once. */
  #easeOff(failure: Error, entered: number): void {
    const waited = this.#options.clock.monotonic() - entered;
    if (!(failure instanceof TimeoutError) && waited < OVERLOAD) return;
    const limit = this.#gate.narrow(entered);
    if (limit === undefined) return;
    this.#options.log.warn(
      `The API took ${seconds(waited)} and failed (${failure.message}): no more than ${limit} ` +
        "requests at once for now (concurrency).",
    );
  }

  /** Closes every connection. Resolves when none is left. */
  close(): Promise<void> {
    this.traffic.logTotals();
    return this.#options.dispatcher.destroy();
  }

  /** Sends a request that has entered the gate, and makes room for the next when it is over. */
  async #sendAndLeave(request: ApiRequest, body: Body): Promise<Answer> {
    try {
      const answer = await this.#sender.send(request, body, () => this.#gate.follow());
      this.#isReached = true;
      if (answer.status === 200) this.#gate.widen(this.#options.concurrency);
      return answer;
    } finally {
      this.#gate.leave();
    }
  }

  /** What to count against the retries, if anything; throws what is final. */
  #failure(answer: Answer, body: Body, request: ApiRequest, entered: number): Error | undefined {
    const { status, headers } = answer;
    if (status === 200) {
      return isWebPage(headers, body.bytes)
        ? webPageError(status, body.bytes, this.#url.host)
        : undefined;
    }
    if (status === 429) {
      this.#slowDown(headers["retry-after"], request, entered);
      return undefined;
    }
    if (status === 500) this.#doomedConnections++;
    if (mayPass(answer)) return new StatusError(status);
    throw refusal(answer, body.bytes, request.path, this.#url.host);
  }

  #slowDown(header: string | undefined, request: ApiRequest, entered: number): void {
    const { clock, log } = this.#options;
    // Those that were under way together are refused together: that is one wait.
    if (entered > this.#besiegedAt) {
      this.#besiegedAt = clock.monotonic();
      this.#siege++;
    }
    if (this.#siege > LONGEST_SIEGE) {
      throw new UnavailableError(
        `The API has asked ${LONGEST_SIEGE} times in a row to wait (429, last ${request.path}). ` +
          "Another program may be using up the organization's limit; lower requests_per_minute or try later.",
      );
    }
    const milliseconds = retryAfter(header, clock.now());
    this.traffic.waits(milliseconds, "as Polar asks to (429)");
    if (this.#gate.pause(milliseconds)) {
      log.warn(`The API asks to slow down (429): all requests wait ${seconds(milliseconds)}.`);
    }
  }

  /**
   * Whether a failure only tells of an earlier 500: Polar resets the connection after it, and the
   * next request on it, whichever that is, breaks.
   */
  #isAftermath(error: Error): boolean {
    const isReset =
      "code" in error && (error.code === "ECONNRESET" || error.code === "UND_ERR_SOCKET");
    if (!isReset || this.#doomedConnections === 0) return false;
    this.#doomedConnections--;
    return true;
  }

  #mayRetry(error: unknown): error is Error {
    if (this.#options.signal.aborted || !(error instanceof Error)) return false;
    if (error instanceof InvalidJsonError || error instanceof TimeoutError) return true;
    if (error instanceof ProxyError) return true;
    // Codes mark what undici and the system report: trouble on the way, or a call that can't be made.
    return "code" in error && error.code !== "UND_ERR_INVALID_ARG";
  }
}

/** Whether another try may bring a better status. */
function mayPass({ status, headers }: Answer): boolean {
  if (status === 511 || headers["cf-mitigated"] !== undefined) return false;
  return status >= 500 || status === 408 || status === 425;
}
