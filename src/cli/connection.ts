/** A few requests to Polar, for a command that a person waits for. */
import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import { PolarClient } from "../polar/client.ts";
import { CorrectedClock, systemClock } from "../polar/clock.ts";
import { openConnections } from "../polar/connections.ts";
import { httpDate } from "../polar/http-date.ts";
import { ListReader } from "../polar/list.ts";
import { type AnswerHeaders, observed } from "../polar/observed.ts";
import type { Stream } from "../streams/define.ts";
import { streams } from "../streams/index.ts";
import { type Found, Prober } from "./probe.ts";

/** What was learned on the way. */
export interface Answers {
  readonly found: readonly Found[];
  /** The API version that the server says it speaks. */
  readonly apiVersion: string | undefined;
  /** How many seconds this machine's clock is ahead of the server's; undefined if it says no time. */
  readonly clockAhead: number | undefined;
}

/** Whoever sits there does not want to wait through eight tries. */
const MOST_RETRIES = 2;

/**
 * Asks Polar for each of these streams.
 * @throws UnauthorizedError for a token that is not accepted; UnreachableError
 */
export async function askPolar(
  wanted: readonly Stream[],
  config: Config,
  log: Log,
): Promise<Answers> {
  let apiVersion: string | undefined;
  let clockAhead: number | undefined;
  const onHead = ({ date, "polar-version": version }: AnswerHeaders) => {
    if (typeof version === "string") apiVersion = version;
    // The header has whole seconds: on average half of one has passed.
    const told = httpDate(date);
    if (!Number.isNaN(told)) clockAhead = (Date.now() - told) / 1_000 - 0.5;
  };
  const stop = new AbortController();
  const client = new PolarClient({
    ...config,
    maxRetries: Math.min(config.maxRetries, MOST_RETRIES),
    dispatcher: observed(await openConnections(config.apiUrl, config.concurrency), onHead),
    log: withoutMetrics(log),
    clock: new CorrectedClock(systemClock, log),
    signal: stop.signal,
  });
  const prober = new Prober(new ListReader(client), streams, wanted, config);
  try {
    const found = await Promise.all(wanted.map((stream) => prober.probe(stream)));
    return { found, apiVersion, clockAhead };
  } finally {
    stop.abort(new Error("all has been asked"));
    await client.close();
  }
}

/** People do not read METRIC lines. */
export function withoutMetrics(log: Log): Log {
  const nothing = () => undefined;
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: (message, fields) => log.info(message, fields),
    warn: (message, fields) => log.warn(message, fields),
    error: (message, fields) => log.error(message, fields),
    recordCount: nothing,
    requestDuration: nothing,
    requestTotal: nothing,
    syncDuration: nothing,
  };
}
