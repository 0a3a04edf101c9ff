import type { Dispatcher } from "undici";
import type { Log } from "../log/log.ts";
import { API_VERSION } from "./api-version.ts";
import type { Body } from "./body.ts";
import type { ApiClock } from "./clock.ts";
import { BlockedError } from "./errors.ts";
import { type Answer, exchange } from "./exchange.ts";
import type { Traffic } from "./traffic.ts";

export interface SenderOptions {
  /** `https://api.polar.sh`, or another server's base URL. */
  readonly apiUrl: string;
  readonly accessToken: string;
  /** Picks the organization for tokens that reach several. */
  readonly organizationId?: string | undefined;
  readonly userAgent: string;
  readonly dispatcher: Dispatcher;
  readonly requestTimeoutSeconds: number;
  readonly log: Log;
  readonly clock: ApiClock;
  readonly signal: AbortSignal;
}

/** Where to send a request to. */
export interface Target {
  /** `/v1/orders/`, with the parent's id filled in where there is one. */
  readonly path: string;
  /** The path as declared, for metrics: ids would make a tag without end. */
  readonly endpoint: string;
  readonly query: URLSearchParams;
  /** Of the requests that wait, the lowest number goes first; they are counted by it, too. */
  readonly priority: number;
  /** The media type to ask for, where it is not JSON. */
  readonly accept?: string;
}

const MOST_REDIRECTS = 5;

/** Larger answers are a mistake, or an attack on the memory of this machine. */
const LARGEST_JSON = 32 * 2 ** 20;
/** A list may be exported as a whole. */
const LARGEST_CSV = 256 * 2 ** 20;

/** Sends requests to the API with all that belongs to them, and follows its redirects. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #base: URL;
  readonly #basePath: string;
  readonly #headers: Record<string, string>;
  readonly #traffic: Traffic;

  constructor(options: SenderOptions, traffic: Traffic) {
    this.#options = options;
    this.#traffic = traffic;
    this.#base = new URL(options.apiUrl);
    this.#basePath = this.#base.pathname.replace(/\/$/, "");
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

  /** Sends one request; `onRedirect` hears of each further one that a redirect costs. */
  async send(target: Target, body: Body, onRedirect: () => void): Promise<Answer> {
    let path = this.#basePath + target.path;
    const query = target.query.toString();
    if (query !== "") path += `?${query}`;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = await this.#exchange(path, target, body);
      const { status, headers } = answer;
      if (status < 300 || status > 399) return answer;
      path = this.#redirected(path, headers.location, status);
      onRedirect();
    }
    throw new BlockedError(`${target.path} redirects without end. Check api_url.`);
  }

  async #exchange(path: string, target: Target, body: Body): Promise<Answer> {
    const { endpoint, priority, accept } = target;
    const { dispatcher, clock, requestTimeoutSeconds, signal } = this.#options;
    this.#traffic.sent(priority);
    const started = clock.monotonic();
    let status: number | undefined;
    try {
      const limits = {
        timeoutMilliseconds: requestTimeoutSeconds * 1_000,
        mostBytes: accept === undefined ? LARGEST_JSON : LARGEST_CSV,
      };
      const url = { origin: this.#base.origin, path };
      const headers = accept === undefined ? this.#headers : { ...this.#headers, accept };
      const answer = await exchange(dispatcher, url, headers, body, limits, signal);
      status = answer.status;
      clock.hear(answer.headers.date, clock.monotonic() - started);
      return answer;
    } finally {
      // What was given up because nobody wants it any more has not failed.
      if (status !== undefined || !signal.aborted) {
        this.#traffic.ended(endpoint, status, (clock.monotonic() - started) / 1_000);
      }
    }
  }

  /** The API redirects a wrong trailing slash; the token follows to the same origin only. */
  #redirected(path: string, location: string | undefined, status: number): string {
    const from = new URL(path, this.#base);
    if (location === undefined || !URL.canParse(location, from.href)) {
      throw new BlockedError(`${from.pathname} answers ${status} without a target. Check api_url.`);
    }
    const target = new URL(location, from);
    if (target.origin !== from.origin) {
      throw new BlockedError(
        `${from.pathname} redirects to another server (${target.origin}), where the access token ` +
          "must not go. Check api_url; if it is right, a login page of this network may stand before it.",
      );
    }
    return target.pathname + target.search;
  }
}
