import type { Log } from "../log/log.ts";
import { errorCode } from "../shared/errors.ts";
import { ServerError, UnavailableError, UnreachableError } from "./errors.ts";
import { TimeoutError } from "./exchange.ts";
import { backoff } from "./retry.ts";
import { seconds, WAIT_WORTH_TELLING } from "./waits.ts";

/** A plain 500 is more often a row that the server can't print than a bad moment. */
const SERVER_ERROR_RETRIES = 3;

/** What decides how often one request is tried. */
export interface AttemptOptions {
  /** The path that is asked for, to be told. */
  readonly path: string;
  readonly maxRetries: number;
  /** How often a 500 is tried again; fewer than other failures, unless said otherwise. */
  readonly serverErrorRetries?: number | undefined;
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
const NOT_CONNECTED = [
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
];

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
    const { path, maxRetries, log } = this.#options;
    const serverError = error instanceof StatusError && error.status === 500;
    const most = serverError
      ? Math.min(this.#options.serverErrorRetries ?? SERVER_ERROR_RETRIES, maxRetries)
      : maxRetries;
    this.#failures++;
    // A reset before it, such as the server's after a 500, says nothing of a row.
    if (serverError) this.#serverErrors++;
    // Of several addresses that all refuse, Node makes an error without a message.
    const reason = error.message || errorCode(error) || error.name;
    if ((serverError ? this.#serverErrors : this.#failures) > most) {
      const what = `${path} failed ${this.#failures} times, last with: ${reason}.`;
      if (serverError) throw new ServerError(what, { cause: error });
      const FinalError = isNotConnected(error) ? UnreachableError : UnavailableError;
      throw new FinalError(
        `${what} Check the network and api_url; if Polar has an outage, run again later: ` +
          "what was written is kept.",
        { cause: error },
      );
    }
    const delay = backoff(this.#failures, Math.random());
    const isWorthTelling = delay >= WAIT_WORTH_TELLING || error instanceof TimeoutError;
    const level = isWorthTelling ? "warn" : "debug";
    log[level](`${path}: ${reason}; retry ${this.#failures} of ${most} in ${seconds(delay)}.`);
    return delay;
  }
}
