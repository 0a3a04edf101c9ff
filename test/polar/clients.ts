/** A client for tests, with a log that can be read and time that does not pass. */
import { Pool } from "undici";
import { onTestFinished } from "vitest";
import type { Log } from "../../src/log/log.ts";
import type { Body } from "../../src/polar/body.ts";
import { type ApiRequest, type ClientOptions, PolarClient } from "../../src/polar/client.ts";
import { InvalidJsonError } from "../../src/polar/json/json-index.ts";
import { InstantClock } from "./clocks.ts";

export const TOKEN = "polar_oat_Zq1SecretOfThisTest";

/** A log that keeps its lines. */
export function keptLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const log: Log = {
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    recordCount: (stream, count) => void lines.push(`count: ${stream} ${count}`),
    requestDuration: (endpoint, status) => void lines.push(`request: ${endpoint} ${status}`),
    requestTotal: (endpoint, status, count) =>
      void lines.push(`requests: ${endpoint} ${status} ${count}`),
    syncDuration: (stream, _seconds, ok) => void lines.push(`duration: ${stream} ${ok}`),
  };
  return { log, lines };
}

export function openClient(apiUrl: string, options: Partial<ClientOptions> = {}) {
  const { concurrency = 4 } = options;
  const clock = new InstantClock();
  const abort = new AbortController();
  const { log, lines } = keptLog();
  const client = new PolarClient({
    apiUrl,
    accessToken: TOKEN,
    userAgent: "test/1",
    dispatcher: new Pool(new URL(apiUrl).origin, { connections: concurrency, pipelining: 1 }),
    concurrency,
    requestsPerMinute: 300,
    requestTimeoutSeconds: 30,
    maxRetries: 5,
    log,
    clock,
    signal: abort.signal,
    ...options,
  });
  onTestFinished(() => client.close());
  return { client, clock, abort, lines };
}

export function request(overrides: Partial<ApiRequest> = {}): ApiRequest {
  const query = new URLSearchParams({ page: "1" });
  return { path: "/v1/orders/", endpoint: "/v1/orders/", query, priority: 0, ...overrides };
}

/** Reads the body as text and gives it back at once; text that is not JSON counts as damaged. */
export function readText(body: Body): string {
  const text = body.bytes.toString();
  try {
    JSON.parse(text);
  } catch {
    throw new InvalidJsonError("not JSON", 0);
  }
  body.release();
  return text;
}
