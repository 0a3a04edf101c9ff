import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fakeApi, listAnswer } from "./support/fake-api.ts";
import { namedPipe, type Running, startCommand, workFolder } from "./support/processes.ts";
import { frozenClock, lastStateOf, messagesOf, runTarget } from "./support/run-tap.ts";
import { select } from "./support/select.ts";
import { LineSplitter } from "./support/target-jsonl/lines.ts";
import { memberText } from "./support/target-jsonl/member-text.ts";

const schema =
  '{"type":"SCHEMA","stream":"orders","schema":{"type":"object","properties":{"id":{"type":"string"},"created_at":{"type":["null","string"],"format":"date-time"},"amount":{"type":["null","integer"]},"rate":{"type":["null","number"]},"metadata":{"type":["null","object"]}}},"key_properties":["id"]}';
const state = '{"type":"STATE","value":{"bookmarks":{}}}';
const record = (row: string) => `{"type":"RECORD","stream":"orders","record":${row}}`;
const singer = (...lines: string[]) => lines.map((line) => `${line}\n`).join("");

describe("target-jsonl", () => {
  test("writes rows byte for byte", async () => {
    const rows = [
      '{"id":"1","amount":12345678901234567890123,"rate":1.10}',
      '{"id":"2","rate":1E-12,"metadata":{"record":{"a":-0.0},"n":1e400}}',
      `{"id":"3","amount":${"9".repeat(400)}}`,
      '{ "id" : "\\u0034\\"}\\\\" , "metadata" : { "__proto__" : {}, "{": "\u2028é😀" } }',
      '{"id":"5","created_at":"2026-05-01T00:00:00Z"}',
    ];
    const around = rows.map(
      (row, at) =>
        `{"time_extracted":"2026-01-01T00:00:00.5Z", "x":[{"record":${at}}], "record" : ${row} ,"version":${at},"type":"RECORD","stream":"orders"}`,
    );

    const target = await runTarget(singer(schema, ...around, state));

    expect(target).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await target.rows("orders")).toEqual(rows);
  });

  test("confirms states as they came, none when nothing came", async () => {
    const bookmarks = '{"bookmarks":{"orders":{"id":12345678901234567890123}},"other":1.0}';

    const target = await runTarget(singer(`{"type":"STATE","value":${bookmarks}}`, state));
    const idle = await runTarget("");

    expect(target).toMatchObject({ exitCode: 0, lines: [bookmarks, '{"bookmarks":{}}'] });
    expect(idle).toMatchObject({ exitCode: 0, lines: [], stderr: "" });
  });

  const activate = (version: number) =>
    `{"type":"ACTIVATE_VERSION","stream":"orders","version":${version}}`;
  const versioned = (version: number) =>
    `{"type":"RECORD","stream":"orders","record":{"id":"1"},"version":${version}}`;

  test.each<[what: string, lines: string[], told: string]>([
    [
      "a record without schema",
      [record('{"id":"1"}'), state],
      "line 1: a RECORD of orders comes before its SCHEMA",
    ],
    [
      "a wrong type",
      [schema, record('{"id":"1","amount":1.5}'), state],
      "line 2: a record of orders breaks its schema: amount must be null,integer",
    ],
    [
      "a wrong time",
      [schema, record('{"id":"1","created_at":"May 1"}'), state],
      'line 2: a record of orders breaks its schema: created_at must match format "date-time"',
    ],
    [
      "a missing key",
      [schema, record('{"amount":1}'), state],
      "line 2: a record of orders lacks its key id",
    ],
    [
      "a null key",
      [schema, record('{"id":null}'), state],
      "line 2: a record of orders has null as its key id",
    ],
    [
      "a foreign property",
      [schema, record('{"id":"1","x":1}'), state],
      "line 2: a record of orders has a property that is not in the schema: x",
    ],
    [
      "a foreign __proto__",
      [schema, record('{"id":"1","__proto__":1}'), state],
      "line 2: a record of orders has a property that is not in the schema: __proto__",
    ],
    [
      "a repeated property",
      [schema, record('{"id":"1","id":"1"}'), state],
      "line 2: a record of orders has the same property twice",
    ],
    ["no record", [schema, record("[]"), state], "line 2: record: must be an object"],
    [
      "a version in milliseconds",
      [schema, versioned(1767225600000), state],
      "line 2: version: does not fit 32 bits",
    ],
    [
      "a schema without its key",
      [schema.replace('["id"]', '["key"]'), state],
      "line 1: the schema of orders lacks the key property key",
    ],
    [
      "a broken schema",
      [schema.replace('"string"', '"text"'), state],
      "line 1: the schema of orders is no JSON Schema: ",
    ],
    [
      "a path as stream name",
      [schema.replace("orders", "../orders"), state],
      "line 1: stream: is no usable stream name",
    ],
    [
      "an unknown message type",
      ['{"type":"BATCH","stream":"orders"}', state],
      "line 1: type: is no known message type",
    ],
    [
      "a state without bookmarks",
      ['{"type":"STATE","value":{}}'],
      "line 1: value.bookmarks: must be an object",
    ],
    [
      "an early version",
      [schema, versioned(5), activate(4), state],
      "line 3: ACTIVATE_VERSION of orders says 4, but a record had 5",
    ],
    [
      "a version of nothing",
      [activate(4), state],
      "line 1: ACTIVATE_VERSION of orders comes before its SCHEMA",
    ],
    ["no JSON", ["{no}", state], "line 1: is not JSON"],
    ["an empty line", ["", state], "line 1: is empty"],
    ["no final state", [state, schema], "line 2: the last message is SCHEMA, not STATE"],
  ])("refuses %s", async (_, lines, told) => {
    const target = await runTarget(singer(...lines));

    expect(target.exitCode).toBe(1);
    expect(target.stderr.split("\n")).toEqual([expect.stringContaining(told)]);
  });

  test("accepts a version that is as high as the records'", async () => {
    const target = await runTarget(singer(schema, versioned(5), schema, activate(5), state));

    expect(target).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("refuses bytes that are not UTF-8, and a cut last line", async () => {
    const target = await runTarget(Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x7b]));

    expect(target.exitCode).toBe(1);
    expect(target.stderr).toBe(
      "line 1: is not UTF-8\nline 1: the output ends in the middle of the next line",
    );
  });

  test("keeps the good rows, and confirms no state after a violation", async () => {
    const bad = record("{}");
    const target = await runTarget(
      singer(schema, record('{"id":"1"}'), state, bad, record('{"id":"2"}'), state),
    );

    expect(target).toMatchObject({ exitCode: 1, lines: ['{"bookmarks":{}}'] });
    expect(await target.rows("orders")).toEqual(['{"id":"1"}', '{"id":"2"}']);
  });

  test("reports no more than 20 violations", async () => {
    const target = await runTarget(singer(schema, ...Array(1000).fill(record("{}")), state));

    const told = target.stderr.split("\n");
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe("… and 980 more violations.");
  });

  test("appends, unless told to overwrite; a stream without rows has a file", async () => {
    const folder = await workFolder();
    const rows = async (id: string, ...args: string[]) => {
      const products = schema.replace("orders", "products");
      const input = singer(schema, products, record(`{"id":"${id}"}`), state);
      return (await runTarget(input, { folder, args })).rows("orders");
    };

    expect(await rows("1")).toEqual(['{"id":"1"}']);
    expect(await rows("2")).toEqual(['{"id":"1"}', '{"id":"2"}']);
    expect(await rows("3", "--overwrite")).toEqual(['{"id":"3"}']);
    expect((await readdir(folder)).sort()).toEqual(["orders.jsonl", "products.jsonl"]);
  });

  test("lets a tap be interrupted when asked to", async () => {
    const cut = `${singer(schema, state, record('{"id":"1"}'))}{"type":"REC`;
    const target = await runTarget(cut, { args: ["--interrupted"] });

    expect(target).toMatchObject({ exitCode: 0, stderr: "", lines: ['{"bookmarks":{}}'] });
    expect(await target.rows("orders")).toEqual(['{"id":"1"}']);
  });

  test("dies after as many records as asked for, with these written", async () => {
    const rows = Array.from({ length: 1000 }, (_, id) => record(`{"id":"${id}"}`));
    const input = singer(schema, ...rows.slice(0, 5), state, ...rows.slice(5), state);
    const target = await runTarget(input, { args: ["--die-after", "7", "--slow", "1"] });

    expect(target).toMatchObject({ exitCode: 1, lines: ['{"bookmarks":{}}'] });
    expect(await target.rows("orders")).toHaveLength(7);
  });

  test.each([
    [[], "--output DIR is missing"],
    [["--output", "x", "--slow", "soon"], '--slow takes a number, not "soon"'],
    [["--output", "x", "--quick"], "Unknown option '--quick'"],
  ])("tells what is wrong with %j", async (args, told) => {
    const { exitCode, stderr } = await startCommand("target-jsonl.js", args).ended;

    expect(exitCode).toBe(2);
    expect(stderr).toContain(told);
  });

  test("cuts lines the same however the bytes arrive", () => {
    const lines = fc.array(
      fc.string({ unit: "grapheme" }).map((line) => line.replaceAll("\n", "")),
    );
    fc.assert(
      fc.property(lines, fc.string(), fc.infiniteStream(fc.nat(9)), (whole, rest, sizes) => {
        const open = rest.replaceAll("\n", "");
        const bytes = Buffer.from(singer(...whole) + open);
        const splitter = new LineSplitter();
        const cut: string[] = [];
        for (let at = 0; at < bytes.length; ) {
          const chunk = bytes.subarray(at, at + sizes.next().value + 1);
          for (const line of splitter.push(chunk)) cut.push(line.toString());
          at += chunk.length;
        }
        expect(cut).toEqual(whole);
        expect(splitter.rest).toBe(Buffer.byteLength(open));
      }),
    );
  });

  test("finds a member's text in any JSON", () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(objects, objects, fc.nat(3), (value, others, indent) => {
        const before = Object.entries(others).map(([name, other]) => [`-${name}`, other]);
        const message = Object.fromEntries([...before, ["record", value], ["z", others]]);
        const found = memberText(Buffer.from(JSON.stringify(message, null, indent)), "record");
        expect(JSON.parse(found?.text.toString() ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
        expect(found?.members).toBe(Object.keys(value).length);
      }),
    );
  });
});

describe("processes", () => {
  let forgotten: Running | undefined;

  test("may be forgotten by a test", async () => {
    const from = await namedPipe();
    forgotten = startCommand("target-jsonl.js", ["--output", from], { from });

    expect(forgotten.lines).toEqual([]);
  });

  test("have ended when the next test begins", async () => {
    expect(await forgotten?.ended).toMatchObject({ signal: "SIGKILL", exitCode: undefined });
  });

  test("see no environment but their own", async () => {
    const script = join(await workFolder(), "env.mjs");
    await writeFile(
      script,
      "process.stdout.write(Object.keys(process.env).sort().join() + '\\n');",
    );
    const nodeArgs = ["--import", script];
    const { lines } = await startCommand("target-jsonl.js", ["--help"], {
      nodeArgs,
      env: { A: "1" },
    }).ended;

    // PWD and the like are the shell's own.
    expect(lines[0]?.split(",").filter((name) => !/^(PWD|OLDPWD|SHLVL|_)$/.test(name))).toEqual([
      "A",
      "PATH",
    ]);
  });
});

describe("what a test has started", () => {
  const started: string[] = [];

  test("runs while the test does", async () => {
    const { url } = await fakeApi(() => listAnswer([]));
    expect((await fetch(url)).status).toBe(200);
    started.push(url);
  });

  test("has ended before the next one", async () => {
    expect(started).toHaveLength(1);
    for (const url of started) await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("is ended by no hook of a module: files of tests share those, and their hooks are the first's", async () => {
    const files = await readdir("test", { recursive: true });
    const modules = files.filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|^e2e/.test(file));
    expect(modules.length).toBeGreaterThan(20);
    for (const file of modules.filter((one) => one !== "setup.ts")) {
      const text = await readFile(join("test", file), "utf8");
      expect(text, file).not.toMatch(/^(before|after)(Each|All)\(/m);
    }
  });
});

test("the frozen clock stands still, and timers go on", async () => {
  const script = `
    const before = [Date.now(), new Date().toISOString(), new Date(0).getTime(), new Date(2026, 0).getMonth()];
    const start = performance.now();
    setTimeout(() => console.log(JSON.stringify(
      [...before, Date.now(), Date() === String(new Date()), new Date() instanceof Date, performance.now() > start]
    )), 1);`;
  const env = { FROZEN_CLOCK: "2026-11-01T00:00:00.123Z" };
  const { stdout } = await execa(process.execPath, ["--import", frozenClock, "-e", script], {
    env,
  });

  const instant = Date.parse(env.FROZEN_CLOCK);
  const expected = [instant, env.FROZEN_CLOCK, 0, 0, instant, true, true, true];
  expect(JSON.parse(stdout)).toEqual(expected);
});

test("messages and the last state are read from lines", () => {
  const lines = [
    schema,
    '{"type":"STATE","value":{"bookmarks":{"orders":{}}}}',
    record('{"id":"1"}'),
  ];

  expect(messagesOf(lines).map((message) => message.type)).toEqual(["SCHEMA", "STATE", "RECORD"]);
  expect(lastStateOf(lines)).toEqual({ bookmarks: { orders: {} } });
  expect(lastStateOf([schema])).toBeUndefined();
});

describe("select", () => {
  const stream = (name: string) => ({
    tap_stream_id: name,
    metadata: [
      { breadcrumb: [], metadata: { "selected-by-default": true } },
      { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic" } },
      { breadcrumb: ["properties", "amount"], metadata: { inclusion: "available" } },
      { breadcrumb: ["properties", "email"], metadata: { inclusion: "available" } },
    ],
  });
  const catalog = { streams: [stream("orders"), stream("refunds"), stream("products")] };

  test("selects just the named streams and columns", () => {
    const selected = select(catalog, { orders: ["amount"], refunds: true });

    const flags = selected.streams.map(({ metadata }) => metadata.map((m) => m.metadata.selected));
    expect(flags).toEqual([
      [true, undefined, true, false],
      [true, undefined, undefined, undefined],
      [false, undefined, undefined, undefined],
    ]);
    expect(catalog.streams[0]).toEqual(stream("orders"));
  });

  test("knows no names that the catalog does not have", () => {
    expect(() => select(catalog, { orders: ["price"], customers: true })).toThrow(
      "The catalog does not have customers, orders.price.",
    );
  });
});
