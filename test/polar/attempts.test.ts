import { describe, expect, it } from "vitest";
import { type AttemptOptions, Attempts, StatusError } from "../../src/polar/attempts.ts";
import {
  BlockedError,
  ServerError,
  UnavailableError,
  UnreachableError,
} from "../../src/polar/errors.ts";
import { keptLog } from "./clients.ts";

const failure = (code: string) => Object.assign(new Error(code), { code });
const reset = failure("ECONNRESET");

/** How many more tries these failures of one request get, and the error in the end. */
function triesAfter(failures: readonly Error[], options: Partial<AttemptOptions> = {}) {
  const { log, lines } = keptLog();
  const attempts = new Attempts({
    url: new URL("https://api.polar.sh"),
    path: "/v1/orders/",
    maxRetries: 5,
    isReached: () => true,
    log,
    ...options,
  });
  const delays: number[] = [];
  try {
    for (const error of failures) delays.push(attempts.failed(error));
  } catch (error) {
    return { tries: delays.length, error, delays, lines };
  }
  return { tries: delays.length, error: undefined, delays, lines };
}

const times = (count: number, error: Error) => new Array<Error>(count).fill(error);

describe("a request that fails is tried again", () => {
  it.each<[string, Error, number, new (message: string) => Error]>([
    ["three times after a 500, which is more often a row", new StatusError(500), 3, ServerError],
    ["as often as is set after another status", new StatusError(503), 5, UnavailableError],
    ["as often as is set after a reset", reset, 5, UnavailableError],
    [
      "as often as is set where there is no connection",
      failure("ECONNREFUSED"),
      5,
      UnreachableError,
    ],
    ["twice when a web page came", new BlockedError("a web page"), 2, BlockedError],
    ["never when its certificate is not trusted", failure("CERT_UNTRUSTED"), 0, BlockedError],
  ])("%s", (_, error, most, kind) => {
    const given = triesAfter(times(9, error));
    expect(given.tries).toBe(most);
    expect(given.error).toBeInstanceOf(kind);
    expect(triesAfter(times(most, error)).error).toBeUndefined();
  });

  it("no more often than is set, whatever failed", () => {
    for (const error of [new StatusError(500), new BlockedError("a web page"), reset]) {
      expect(triesAfter([error], { maxRetries: 0 }).tries).toBe(0);
      expect(triesAfter(times(2, error), { maxRetries: 1 }).tries).toBe(1);
    }
  });

  it("as often after a 500 as the one who asks wants it", () => {
    expect(triesAfter(times(9, new StatusError(500)), { serverErrorRetries: 1 }).tries).toBe(1);
  });

  it("as often after a 500 though the connection was reset before each", () => {
    const failures = [
      reset,
      new StatusError(500),
      reset,
      new StatusError(500),
      new StatusError(500),
    ];
    expect(triesAfter(failures).error).toBeUndefined();
    expect(triesAfter([...failures, new StatusError(500)]).error).toBeInstanceOf(ServerError);
  });

  it("after longer and longer waits, each of which is told", () => {
    const { delays, lines } = triesAfter(times(5, reset));
    expect((delays[4] ?? 0) > (delays[0] ?? 0)).toBe(true);
    expect(lines[0]).toMatch(/^warn: \/v1\/orders\/: ECONNRESET; retry 1 of 5 in \d+ s\.$/);
  });

  it("and what is said in the end has the last reason, also of an error without a message", () => {
    const { error } = triesAfter(times(9, Object.assign(new Error(""), { code: "EPIPE" })));
    expect(String(error)).toContain("/v1/orders/ failed 6 times, last with: EPIPE.");
  });
});
