/** Headers by which the tap waits, and puts its clock right. */
import { ok } from "node:assert/strict";
import { Writable } from "node:stream";
import fc from "fast-check";
import { createLog } from "../../src/log/log.ts";
import { CorrectedClock, systemClock } from "../../src/polar/clock.ts";
import { PolarError } from "../../src/polar/errors.ts";
import { refusal } from "../../src/polar/refusals.ts";
import { retryAfter } from "../../src/polar/retry.ts";
import { damaged, jsonText } from "../../test/polar/json/json-texts.ts";
import type { Target } from "../target.ts";

const date = fc
  .date({ min: new Date(-8.64e15), max: new Date(8.64e15), noInvalidDate: true })
  .chain((time) => fc.constantFrom(time.toUTCString(), time.toISOString(), String(time)));

const number = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom("1e9", "0x10", "9".repeat(400), "Infinity", "1,5", "+1", " 7 ", "1; 2", "-0"),
);

const header = fc.oneof(date, number, fc.string(), fc.constantFrom("", "0", "Thu, 01 Jan 1970"));

const silent = new Writable({ write: (_chunk, _encoding, done) => done() });

const log = await createLog(silent, {});

/** The longest wait, and the shortest. */
const HOUR = 3_600_000;
const SECOND = 1_000;

/** `Retry-After` and `Date`, whatever they say, leave a wait and a clock that can be used. */
export const headers: Target = {
  name: "headers",
  inputs: fc.oneof(
    header.map((one) => Buffer.from(one)),
    damaged(header),
  ),
  read(input) {
    const text = input.toString("latin1");
    const wait = retryAfter(text, Date.now());
    ok(wait >= SECOND && wait <= HOUR, `a wait of ${wait} ms`);
    const clock = new CorrectedClock(systemClock, log);
    clock.hear(text, 20);
    clock.hear(new Date().toUTCString(), 20);
    clock.hear(text, 2_000_000);
    const { year } = yearOf(clock.now());
    ok(year >= 1970 && year <= 9999, `a clock in the year ${year}`);
  },
};

function yearOf(milliseconds: number) {
  return { year: new Date(milliseconds).getUTCFullYear() };
}

const status = fc.constantFrom(400, 401, 403, 404, 405, 409, 422, 451, 511);
const challenge = fc.oneof(fc.string(), fc.constantFrom('scope="a:read b"', 'scope=""', "scope"));
const detail = fc.oneof(
  jsonText,
  fc.constantFrom('{"detail":[{"loc":["query",1],"msg":"m"}]}', '{"error":"ResourceNotFound"}'),
  jsonText.map((text) => `{"detail":${text},"error":${text}}`),
);

/** Whatever the API refuses a request with becomes an error for the user. */
export const refusals: Target = {
  name: "refusals",
  inputs: fc
    .tuple(
      status,
      challenge,
      fc.oneof(
        detail.map((one) => Buffer.from(one)),
        damaged(detail),
      ),
    )
    .map(([code, said, body]) =>
      Buffer.concat([Buffer.from(`${code} ${said.replace(/\n/g, "")}\n`), body]),
    ),
  read(input) {
    const end = input.indexOf("\n");
    const head = input.subarray(0, Math.max(0, end)).toString("latin1");
    const answer = {
      status: Number.parseInt(head, 10) || 400,
      headers: { "www-authenticate": head.slice(4) },
    };
    const error = refusal(answer, input.subarray(end + 1), "/v1/orders/", "api.polar.sh");
    ok(error instanceof PolarError && error.message !== "", "an error without words");
  },
};
