import type { Log } from "../log/log.ts";
import { errorCode } from "../shared/errors.ts";
import {
  BlockedError,
  type PolarError,
  ServerError,
  UnavailableError,
  UnreachableError,
} from "./errors.ts";
import { type Obstacle, obstacleOf } from "./obstacles.ts";
import { backoff } from "./retry.ts";
import { seconds } from "./waits.ts";

/** A plain 500 is more often a row that the server can't print than a bad moment. */
const SERVER_ERROR_RETRIES = 3;

/** A web page may come by mistake, while a server is being changed. */
const WEB_PAGE_RETRIES = 2;

/** What decides how often one request is tried. */
export interface AttemptOptions {
  /** Of the API. */
  readonly url: URL;
  /** The path that is asked for, to be told. */
  readonly path: string;
  readonly maxRetries: number;
  /** How often a 500 is tried again; fewer than other failures, unless said otherwise. */
  readonly serverErrorRetries?: number | undefined;
  /** Whether the API has ever answered in this run. */
  readonly isReached: () => boolean;
  readonly log: Log;
}

/** A status that another try may not bring. */
export class StatusError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** What the system or undici reports when no connection to the API comes about. */
const NOT_CONNECTED = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];

function isNotConnected(error: Error): boolean {
  return NOT_CONNECTED.includes(errorCode(error) ?? "");
}

/** Counts the failures of one request and decides how long to wait, or to give up. */
export class Attempts {
  readonly #options: AttemptOptions;
  #failures = 0;
  #serverErrors = 0;

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait after this failure; throws the user's error when it was the last one. */
  failed(error: Error): number {
    const { path, log } = this.#options;
    const obstacle = this.#obstacle(error);
    const serverError = error instanceof StatusError && error.status === 500;
    const most = this.#most(obstacle, serverError);
    this.#failures++;
    // A reset before it, such as the server's after a 500, says nothing of a row.
    if (serverError) this.#serverErrors++;
    // Of several addresses that all refuse, Node makes an error without a message.
    const reason = error.message || errorCode(error) || error.name;
    if ((serverError ? this.#serverErrors : this.#failures) > most) {
      throw obstacle?.error ?? this.#final(error, reason, serverError);
    }
    const delay = backoff(this.#failures, Math.random());
    log.warn(`${path}: ${reason}; retry ${this.#failures} of ${most} in ${seconds(delay)}.`);
    return delay;
  }

  #obstacle(error: Error): Obstacle | undefined {
    const { url, isReached } = this.#options;
    if (error instanceof BlockedError) return { retries: WEB_PAGE_RETRIES, error };
    return obstacleOf(error, url, isReached());
  }

  #most(obstacle: Obstacle | undefined, serverError: boolean): number {
    const { maxRetries, serverErrorRetries = SERVER_ERROR_RETRIES } = this.#options;
    const worthIt = serverError ? serverErrorRetries : obstacle?.retries;
    return Math.min(worthIt ?? maxRetries, maxRetries);
  }

  #final(cause: Error, reason: string, serverError: boolean): PolarError {
    const what = `${this.#options.path} failed ${this.#failures} times, last with: ${reason}.`;
    if (serverError) return new ServerError(what, { cause });
    const FinalError = isNotConnected(cause) ? UnreachableError : UnavailableError;
    return new FinalError(
      `${what} Check the network and api_url; if Polar has an outage, run again later: ` +
        "what was written is kept.",
      { cause },
    );
  }
}
