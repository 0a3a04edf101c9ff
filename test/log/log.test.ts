import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog, type ProcessLog } from "../../src/log/log.ts";
import { TapError, UserInputError } from "../../src/shared/errors.ts";

let folder: string;
let structured: Record<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tap-polar-log-"));
  const path = join(folder, "logging.json");
  const formatter = { "()": "singer_sdk.logging.StructuredFormatter" };
  const content = {
    version: 1,
    formatters: { singer_formatter: formatter },
    root: { level: "INFO" },
  };
  writeFileSync(path, JSON.stringify(content));
  structured = { SINGER_SDK_LOG_CONFIG: path };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A log whose lines can be read. */
async function open(environment: Record<string, string> = {}) {
  let text = "";
  const output = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  const log = await createLog(output, environment);
  return { log, lines: () => text.split("\n").slice(0, -1) };
}

/** Lines without the time they begin with. */
const untimed = (lines: string[]) =>
  lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, ""));

function sayAll(log: ProcessLog): void {
  log.debug("debug");
  log.info("info");
  log.warn("warn");
  log.error("error");
}

describe("lines for people", () => {
  it("begin with time, level and stream", async () => {
    const { log, lines } = await open();
    log.info("100 rows", { stream: "orders", page: 2, sort: "created_at", last: undefined });
    expect(lines()[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO /);
    expect(untimed(lines())).toEqual(["INFO orders: 100 rows (page=2, sort=created_at)"]);
  });

  it("stay one line whatever the message holds", async () => {
    const { log, lines } = await open();
    log.error("two\r\nlines\u001b[31m red\u2028");
    expect(untimed(lines())).toEqual(["ERROR two lines [31m red"]);
  });

  it("show stacks at DEBUG only, causes included, and no text that failed to parse", async () => {
    const quiet = await open();
    const loud = await open({ LOGLEVEL: "DEBUG" });
    const cause = new SyntaxError('Unexpected token, "private content" is not valid JSON');
    for (const { log } of [quiet, loud]) {
      log.warn("trying again", { error: new TapError("no answer", { cause }) });
    }
    expect(untimed(quiet.lines())).toEqual(["WARNING trying again"]);
    expect(loud.lines()).toContain("  TapError: no answer");
    expect(loud.lines()).toContain("  caused by SyntaxError: invalid syntax");
    expect(loud.lines().some((line) => /^ {4}at .*log\.test\.ts:\d+\)$/.test(line))).toBe(true);
    expect(loud.lines().join()).not.toContain("private content");
  });

  it("has Singer's metrics", async () => {
    const { log, lines } = await open();
    log.recordCount("orders", 7);
    log.requestDuration("/v1/orders/", 200, 0.25);
    log.requestTotal("/v1/orders/", 200, 12, 0.75);
    log.requestTotal("/v1/orders/", undefined, 1, 60);
    log.syncDuration("orders", 2.5, false);
    expect(untimed(lines())).toEqual([
      'INFO METRIC: {"type":"counter","metric":"record_count","value":7,"tags":{"stream":"orders"}}',
      'INFO METRIC: {"type":"timer","metric":"http_request_duration","value":0.75,"tags":{"endpoint":"/v1/orders/","http_status_code":200,"status":"succeeded","count":12}}',
      'INFO METRIC: {"type":"timer","metric":"http_request_duration","value":60,"tags":{"endpoint":"/v1/orders/","status":"failed","count":1}}',
      'INFO METRIC: {"type":"timer","metric":"sync_duration","value":2.5,"tags":{"stream":"orders","status":"failed"}}',
    ]);
  });
});

it("at DEBUG each request has its own metric, and they are not added up", async () => {
  const { log, lines } = await open({ LOGLEVEL: "DEBUG" });
  log.requestDuration("/v1/orders/", undefined, 60);
  log.requestTotal("/v1/orders/", undefined, 1, 60);
  expect(untimed(lines())).toEqual([
    'DEBUG METRIC: {"type":"timer","metric":"http_request_duration","value":60,"tags":{"endpoint":"/v1/orders/","status":"failed"}}',
  ]);
});

describe("levels", () => {
  it.each([
    [{}, 3],
    [{ LOGLEVEL: "DEBUG" }, 4],
    [{ LOGLEVEL: "warning" }, 2],
    [{ LOGLEVEL: "40" }, 1],
    [{ LOGLEVEL: "CRITICAL" }, 0],
    [{ LOGLEVEL: "DEBUG", TAP_POLAR_LOGLEVEL: "ERROR" }, 1],
    [{ LOGLEVEL: "", TAP_POLAR_LOGLEVEL: "" }, 3],
  ])("%j lets %i of 4 lines through", async (environment, count) => {
    const { log, lines } = await open(environment);
    sayAll(log);
    expect(lines()).toHaveLength(count);
  });

  it("root.level of the logging file counts where no variable does", async () => {
    const path = join(folder, "quiet.json");
    writeFileSync(path, JSON.stringify({ root: { level: "ERROR" } }));
    const quiet = await open({ SINGER_SDK_LOG_CONFIG: path });
    const asked = await open({ SINGER_SDK_LOG_CONFIG: path, LOGLEVEL: "INFO" });
    for (const { log } of [quiet, asked]) sayAll(log);
    expect([quiet.lines().length, asked.lines().length]).toEqual([1, 3]);
  });

  it("an unknown level and an unreadable file are told, and end nothing", async () => {
    const { lines } = await open({ LOGLEVEL: "LOUD", SINGER_SDK_LOG_CONFIG: join(folder, "none") });
    expect(untimed(lines())).toEqual([
      `WARNING SINGER_SDK_LOG_CONFIG: ${join(folder, "none")} has no effect (ENOENT)`,
      "WARNING LOGLEVEL: must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
    ]);
  });
});

describe("TAP_POLAR_LOG_FORMAT", () => {
  it.each([
    [{ TAP_POLAR_LOG_FORMAT: "json" }, true],
    [{ TAP_POLAR_LOG_FORMAT: " JSON " }, true],
    [{ TAP_POLAR_LOG_FORMAT: "" }, false],
    [{ TAP_POLAR_LOG_FORMAT: "text" }, false],
  ])("%j", async (environment, isJson) => {
    const { log, lines } = await open(environment);
    log.info("so it is", { stream: "orders" });
    expect(lines()[0]?.startsWith("{")).toBe(isJson);
    expect(lines()[0]).toContain("orders: so it is");
  });

  it("wins over the file of SINGER_SDK_LOG_CONFIG", async () => {
    const { log, lines } = await open({ ...structured, TAP_POLAR_LOG_FORMAT: "text" });
    log.info("so it is");
    expect(untimed(lines())).toEqual(["INFO so it is"]);
  });

  it("of another name is told, and has no effect", async () => {
    const { lines } = await open({ ...structured, TAP_POLAR_LOG_FORMAT: "xml" });
    expect(lines().map((line) => JSON.parse(line).message)).toEqual([
      "TAP_POLAR_LOG_FORMAT: must be json or text",
    ]);
  });
});

describe("the line below the log", () => {
  /** What a terminal of 30 columns gets. */
  async function atTerminal(environment: Record<string, string> = {}) {
    let text = "";
    const output = new Writable({
      write(chunk, _, done) {
        text += chunk;
        done();
      },
    });
    const terminal = Object.assign(output, { isTTY: true, columns: 30 });
    return { log: await createLog(terminal, environment), text: () => text };
  }
  const empty = "\r\u001b[2K";

  it("makes way for each line of the log, and goes with the last", async () => {
    const { log, text } = await atTerminal();
    log.show("10 %");
    log.show("10 %");
    log.show("20 %");
    log.info("a");
    log.lastLine("b");
    expect(text().replace(/\d{4}-[-\dT:.]+Z /, "")).toBe(
      `${empty}10 %${empty}20 %${empty}INFO a\n20 %${empty}tap-polar: b\n`,
    );
  });

  it("masks secrets and stays one line", async () => {
    const { log, text } = await atTerminal();
    log.hide("s3cret-s3cret");
    log.show("a\nb s3cret-s3cret");
    expect(text()).toBe(`${empty}a b ***`);
  });

  it.each([
    [{}, 29],
    [{ TAP_POLAR_LOG_FORMAT: "json" }, undefined],
    [{ LOGLEVEL: "WARNING" }, undefined],
  ])("with %j has room for %s", async (environment, room) => {
    expect((await atTerminal(environment)).log.room).toBe(room);
    expect((await open(environment)).log.room).toBeUndefined();
  });
});

describe("the structured log", () => {
  it("has the fields of the Singer SDK", async () => {
    const { log, lines } = await open(structured);
    log.warn("late", { stream: "orders", page: 2 });
    expect(JSON.parse(lines()[0] ?? "")).toEqual({
      level: "warning",
      pid: process.pid,
      logger_name: "tap-polar",
      ts: expect.any(Number),
      thread_name: "MainThread",
      app_name: "tap-polar",
      stream_name: "orders",
      message: "orders: late",
      extra: { page: 2 },
    });
  });

  it("has stream_name always, metrics and exceptions where there are any", async () => {
    const { log, lines } = await open(structured);
    log.recordCount("orders", 7);
    log.requestTotal("/v1/orders/", 200, 2, 0.5);
    log.error("broken", { error: new TapError("no answer", { cause: new Error("reset") }) });
    const [records, metric, failure] = lines().map((line) => JSON.parse(line));
    expect(records).toMatchObject({
      stream_name: "orders",
      message: "METRIC orders: record_count 7",
      metric_info: { metric: "record_count", value: 7, tags: { stream: "orders" } },
    });
    expect(metric).toMatchObject({
      stream_name: null,
      message: "METRIC /v1/orders/: http_request_duration 0.5",
      metric_info: { metric: "http_request_duration", value: 0.5 },
    });
    expect(failure.exception).toMatchObject({
      type: "TapError",
      module: "tap_polar",
      message: "no answer",
      cause: { type: "Error", message: "reset" },
    });
    expect(failure.exception.traceback[0]).toEqual({
      filename: expect.stringContaining("log.test.ts"),
      function: expect.any(String),
      lineno: expect.any(Number),
      line: "",
    });
  });

  it("has a plain last line all the same", async () => {
    const { log, lines } = await open(structured);
    log.fatal(new TapError("The token has expired; make a new one."));
    expect(lines().at(-1)).toBe("tap-polar: The token has expired; make a new one.");
    const [record] = lines().map((line, index) => (index === 0 ? JSON.parse(line) : line));
    expect(record).toMatchObject({ level: "error", message: expect.stringMatching(/^The token/) });
    expect(record.exception).toMatchObject({ type: "TapError" });
  });
});

describe("secrets", () => {
  const forms = {
    plain: (secret: string) => secret,
    "JSON-escaped": (secret: string) => JSON.stringify({ a: secret }),
    "JSON-escaped twice": (secret: string) => JSON.stringify(JSON.stringify(secret)),
    "with all characters escaped": (secret: string) =>
      secret.replace(/./g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
    "percent-encoded": encodeURIComponent,
    "percent-encoded in lower case": (secret: string) =>
      encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
    "wholly percent-encoded": (secret: string) =>
      Buffer.from(secret).toString("hex").replace(/../g, "%$&"),
  };
  const secrets = fc.stringMatching(/^[!-~]{8,40}$/);

  it.each(Object.entries(forms))("%s never show, in either form of the log", async (_, form) => {
    await fc.assert(
      fc.asyncProperty(secrets, async (secret) => {
        for (const environment of [{}, structured]) {
          const { log, lines } = await open(environment);
          log.hide(secret);
          log.info(`<${form(secret)}>`, { value: form(secret), error: new Error(form(secret)) });
          log.fatal(new TapError(form(secret)));
          const text = lines().join("\n");
          expect(text).toContain("***");
          // Lines hold much else: what counts is that the secret's place holds the mask instead.
          expect(text).not.toContain(`<${form(secret)}>`);
          expect(lines().at(-1)).not.toContain(form(secret));
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    "polar_oat_4fG7hJ2kL9",
    "polar_at_u_4fG7hJ2kL9",
    "polar_at_o_4fG7hJ2kL9",
    "polar_pat_4fG7hJ2kL9",
    "polar_whs_4fG7hJ2kL9",
    "POLAR_OAT_4FG7HJ2KL9",
  ])("%s is masked though nobody has named it, from the first line on", async (token) => {
    for (const environment of [{}, structured]) {
      const path = `/nowhere/${token}.json`;
      const { log, lines } = await open({ ...environment, TAP_POLAR_LOGLEVEL: token });
      log.warn(`${path}: ${token}: is no setting`, { stream: token, value: { [`a ${token}`]: 1 } });
      log.fatal(new UserInputError([`TAP_POLAR_${token}: no`, `{"access_token": "${token}"}: no`]));
      expect(lines().join("\n").toLowerCase()).not.toContain("4fg7");
    }
    const { lines } = await open({ SINGER_SDK_LOG_CONFIG: `/nowhere/${token}` });
    expect(untimed(lines())[0]).toMatch(/^WARNING SINGER_SDK_LOG_CONFIG: \/nowhere\/\*\*\* has/);
  });

  it("names of settings and variables are no tokens", async () => {
    const { log, lines } = await open();
    const names = "TAP_POLAR_MAX_RETRIES, TAP_POLAR_API_URL, TAP_POLAR_ACCESS_TOKEN, polar_oat_…";
    log.info(names);
    expect(untimed(lines())).toEqual([`INFO ${names}`]);
  });

  it("leave structured lines valid, even when the secret looks like JSON", async () => {
    for (const secret of ["info", "1", "null", '":"', "message"]) {
      const { log, lines } = await open(structured);
      log.hide(secret);
      log.info(`the ${secret} is`);
      expect(JSON.parse(lines()[0] ?? "").message).toBe("the *** is");
    }
  });

  it("that are short are masked as whole words only", async () => {
    const { log, lines } = await open();
    log.hide("or");
    log.info("orders or customers");
    expect(untimed(lines())).toEqual(["INFO orders *** customers"]);
  });
});

describe("the end", () => {
  it("fatal is an error of the log, too, for people as for programs", async () => {
    const { log, lines } = await open();
    log.fatal(new TapError("The token has expired; make a new one."));
    expect(untimed(lines())).toEqual([
      "ERROR The token has expired; make a new one.",
      "tap-polar: The token has expired; make a new one.",
    ]);
  });

  it("fatal tells each mistake in a line of its own, and the last line how many", async () => {
    const { log, lines } = await open();
    log.fatal(new UserInputError(["a.json: x: must be 1", "a.json: y: must be 2"]));
    expect(untimed(lines())).toEqual([
      "ERROR a.json: x: must be 1",
      "ERROR a.json: y: must be 2",
      "tap-polar: 2 mistakes in the input: a.json: x: must be 1 (and 1 more)",
    ]);
  });

  it("fatal tells of dozens of mistakes the first ten, and how many more there are", async () => {
    const { log, lines } = await open();
    log.fatal(new UserInputError(Array.from({ length: 37 }, (_, at) => `a.json: x${at}: no`)));
    expect(untimed(lines()).slice(0, 11)).toEqual([
      ...Array.from({ length: 10 }, (_, at) => `ERROR a.json: x${at}: no`),
      "ERROR and 27 more like these",
    ]);
    expect(lines().at(-1)).toBe(
      "tap-polar: 37 mistakes in the input: a.json: x0: no (and 36 more)",
    );
  });

  it("fatal tells of a bug with its stack, and whom to tell", async () => {
    const { log, lines } = await open();
    log.fatal(new TypeError("x is not a function"));
    expect(untimed(lines())[0]).toBe("CRITICAL Unexpected error");
    expect(lines()[2]).toMatch(/^ {4}at /);
    expect(lines().at(-1)).toMatch(/^tap-polar: unexpected TypeError: x is not .*please report it/);
  });

  it.each(["5", "null", '"text"', "[1]", "a\nb"])(
    "the last line is never JSON: %j",
    async (text) => {
      const { log, lines } = await open();
      log.lastLine(text);
      expect(lines()).toHaveLength(1);
      expect(() => JSON.parse(lines()[0] ?? "")).toThrow();
    },
  );

  it("a closed stderr ends nothing", async () => {
    let writes = 0;
    const output = new Writable({
      write(_chunk, _encoding, done) {
        writes++;
        done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      },
    });
    const log = await createLog(output, {});
    log.info("one");
    await new Promise((resolve) => output.once("close", resolve));
    log.info("two");
    log.fatal(new TapError("three"));
    await log.flush();
    expect(writes).toBe(1);
  });

  it("flush resolves when a slow reader has all lines", async () => {
    const received: string[] = [];
    let release: (() => void) | undefined;
    const output = new Writable({
      write(chunk, _, done) {
        received.push(String(chunk));
        release = done;
      },
    });
    const log = await createLog(output, {});
    log.lastLine("one");
    log.lastLine("two");
    let isFlushed = false;
    const flushed = log.flush().then(() => {
      isFlushed = true;
    });
    await Promise.resolve();
    expect(isFlushed).toBe(false);
    while (!isFlushed) {
      release?.();
      await new Promise(setImmediate);
    }
    await flushed;
    expect(received.filter((line) => line !== "")).toEqual([
      "tap-polar: one\n",
      "tap-polar: two\n",
    ]);
  });
});
