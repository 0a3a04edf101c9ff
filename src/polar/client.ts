import { setImmediate } from "node:timers/promises";
import type { Dispatcher } from "undici";
import type { Log } from "../log/log.ts";
import { API_VERSION } from "./api-version.ts";
import { Attempts, StatusError } from "./attempts.ts";
import { type Body, BodyPool } from "./body.ts";
import { RequestBudget } from "./budget.ts";
import type { Clock } from "./clock.ts";
import { RefusedRequestError, UnavailableError } from "./errors.ts";
import { type Answer, exchange, TimeoutError } from "./exchange.ts";
import { Gate } from "./gate.ts";
import { InvalidJsonError } from "./json/json-index.ts";
import { refusal } from "./refusals.ts";
import { retryAfter } from "./retry.ts";
import { seconds, WAIT_WORTH_TELLING } from "./waits.ts";

export interface ClientOptions {
  /** `https://api.polar.sh`, or another server's base URL. */
  readonly apiUrl: string;
  readonly accessToken: string;
  /** Picks the organization for tokens that reach several. */
  readonly organizationId?: string | undefined;
  readonly userAgent: string;
  /** The connections; closed with the client. */
  readonly dispatcher: Dispatcher;
  readonly concurrency: number;
  readonly requestsPerMinute: number;
  readonly requestTimeoutSeconds: number;
  readonly maxRetries: number;
  readonly log: Log;
  readonly clock: Clock;
  /** Ends every request and every wait at once. */
  readonly signal: AbortSignal;
}

export interface ApiRequest {
  /** `/v1/orders/`, with the parent's id filled in where there is one. */
  readonly path: string;
  /** The path as declared, for metrics: ids would make a tag without end. */
  readonly endpoint: string;
  readonly query: URLSearchParams;
  /** Of the requests that wait, the lowest number goes first. */
  readonly priority: number;
  /** How often a 500 is tried again; elsewhere `maxRetries` counts. */
  readonly serverErrorRetries?: number;
}

/** So many answers of 429 in a row, each after its full wait, and the API is not going to yield. */
const LONGEST_SIEGE = 20;

const MOST_REDIRECTS = 5;

/** A failure that took so many milliseconds is one of a server that has too much to do. */
const OVERLOAD = 10_000;

/**
 * Reads from the Polar API: within the request budget, retrying what can be retried, and telling
 * plainly what can't.
 */
export class PolarClient {
  readonly #options: ClientOptions;
  readonly #base: URL;
  readonly #basePath: string;
  readonly #dispatcher: Dispatcher;
  readonly #gate: Gate;
  readonly #bodies = new BodyPool();
  readonly #headers: Record<string, string>;
  #consecutiveRateLimits = 0;
  /** Connections that the server may reset, having answered 500 on them. */
  #doomedConnections = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#base = new URL(options.apiUrl);
    this.#basePath = this.#base.pathname.replace(/\/$/, "");
    this.#dispatcher = options.dispatcher;
    this.#gate = new Gate(
      new RequestBudget(options.requestsPerMinute),
      options.clock,
      options.signal,
      (milliseconds) => {
        // At the edge of the budget each request waits for an old one to leave the minute.
        if (milliseconds < WAIT_WORTH_TELLING) return;
        options.log.info(
          `Waiting ${seconds(milliseconds)}: ${options.requestsPerMinute} requests in a minute are ` +
            "the budget (requests_per_minute).",
        );
      },
    );
    this.#headers = {
      accept: "application/json",
      // The scanner reads the bytes as they arrive.
      "accept-encoding": "identity",
      authorization: `Bearer ${options.accessToken}`,
      "polar-version": API_VERSION,
      "user-agent": options.userAgent,
      ...(options.organizationId ? { "polar-organization": options.organizationId } : {}),
    };
  }

  /**
   * Sends a request until it succeeds, and returns what `read` makes of the body. What `read`
   * returns owns the body and releases it; when `read` throws an {@link InvalidJsonError} the
   * answer counts as damaged and the request is tried again.
   *
   * Rejects with a `PolarError` when the API refuses or stays unavailable, and with the signal's
   * reason when the run is aborted.
   */
  async get<T>(request: ApiRequest, read: (body: Body, receivedAt: number) => T): Promise<T> {
    const { path, serverErrorRetries } = request;
    const { maxRetries, log } = this.#options;
    const attempts = new Attempts({ path, serverErrorRetries, maxRetries, log });
    for (;;) {
      await this.#gate.enter(request.priority);
      const entered = this.#options.clock.monotonic();
      const body = this.#bodies.take();
      let kept = false;
      let failure: Error | undefined;
      try {
        const answer = await this.#sendAndLeave(request, body);
        if (answer.status === 200) {
          const receivedAt = this.#options.clock.now();
          // The next request goes out before this answer is looked at: undici takes two turns of the
          // event loop until it sends on a connection that has just been used.
          await setImmediate();
          await setImmediate();
          const result = read(body, receivedAt);
          kept = true;
          this.#consecutiveRateLimits = 0;
          return result;
        }
        failure = this.#failure(answer, body, request);
      } catch (error) {
        if (!this.#mayRetry(error)) throw error;
        if (!this.#isAftermath(error)) failure = error;
      } finally {
        if (!kept) body.release();
      }
      // Nothing to count after a 429, for which the gate makes everybody wait, or an aftermath.
      if (failure) {
        this.#easeOff(failure, entered);
        await this.#options.clock.sleep(attempts.failed(failure), this.#options.signal);
      }
    }
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
    return this.#dispatcher.destroy();
  }

  /** Sends a request that has entered the gate, and makes room for the next when it is over. */
  async #sendAndLeave(request: ApiRequest, body: Body): Promise<Answer> {
    try {
      const answer = await this.#send(request, body);
      if (answer.status === 200) this.#gate.widen(this.#options.concurrency);
      return answer;
    } finally {
      this.#gate.leave();
    }
  }

  async #send(request: ApiRequest, body: Body): Promise<Answer> {
    const { clock, log, requestTimeoutSeconds, signal } = this.#options;
    let path = this.#basePath + request.path;
    const query = request.query.toString();
    if (query !== "") path += `?${query}`;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const started = clock.monotonic();
      let status: number | undefined;
      try {
        const timeout = requestTimeoutSeconds * 1_000;
        const url = { origin: this.#base.origin, path };
        const answer = await exchange(this.#dispatcher, url, this.#headers, body, timeout, signal);
        status = answer.status;
        if (status < 300 || status > 399) return answer;
        path = this.#redirected(path, answer.headers.location, status);
        this.#gate.follow();
      } finally {
        log.requestDuration(request.endpoint, status, (clock.monotonic() - started) / 1_000);
      }
    }
    throw new RefusedRequestError(`${request.path} redirects without end. Check api_url.`);
  }

  /** The API redirects a wrong trailing slash; the token follows to the same origin only. */
  #redirected(path: string, location: string | undefined, status: number): string {
    const from = new URL(path, this.#base);
    if (location === undefined || !URL.canParse(location, from.href)) {
      throw new RefusedRequestError(`${from.pathname} answers ${status} without a target.`);
    }
    const target = new URL(location, from);
    if (target.origin !== from.origin) {
      throw new RefusedRequestError(
        `${from.pathname} redirects to another server (${target.origin}), where the access token ` +
          "must not go. Check api_url.",
      );
    }
    return target.pathname + target.search;
  }

  /** What to count against the retries for a status other than 200; throws what is final. */
  #failure(answer: Answer, body: Body, request: ApiRequest): StatusError | undefined {
    const { status, headers } = answer;
    if (status === 429) {
      this.#slowDown(headers["retry-after"], request);
      return undefined;
    }
    if (status === 500) this.#doomedConnections++;
    if (status >= 500 || status === 408 || status === 425) return new StatusError(status);
    throw refusal(status, headers, body.bytes, request.path);
  }

  #slowDown(header: string | undefined, request: ApiRequest): void {
    this.#consecutiveRateLimits++;
    if (this.#consecutiveRateLimits > LONGEST_SIEGE) {
      throw new UnavailableError(
        `The API has refused ${LONGEST_SIEGE} requests in a row as too many (429, last ${request.path}). ` +
          "Another program may be using up the organization's limit; lower requests_per_minute or try later.",
      );
    }
    const milliseconds = retryAfter(header, this.#options.clock.now());
    if (this.#gate.pause(milliseconds)) {
      this.#options.log.warn(
        `The API asks to slow down (429): all requests wait ${seconds(milliseconds)}.`,
      );
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
    // Codes mark what undici and the system report: trouble on the way, or a call that can't be made.
    return "code" in error && error.code !== "UND_ERR_INVALID_ARG";
  }
}
