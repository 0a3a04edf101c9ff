/** The JSON scanner, and the pages that it reads. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { scan as scanInTypeScript } from "../../bench/typescript-scanner/scanner.ts";
import { BodyPool } from "../../src/polar/body.ts";
import { InvalidJsonError } from "../../src/polar/json/json-index.ts";
import { NOTE_SIZE, scan } from "../../src/polar/json/scanner.ts";
import { PagePool } from "../../src/polar/page.ts";
import { isJsonObject } from "../../src/shared/json-text.ts";
import { damaged, isJson, jsonText, rowsText } from "../../test/polar/json/json-texts.ts";
import { spansOf } from "../strict-json.ts";
import type { Target } from "../target.ts";

const text = fc.oneof(
  fc.oneof(jsonText, rowsText).map((one) => Buffer.from(one)),
  damaged(fc.oneof(jsonText, rowsText)),
  fc.string({ unit: fc.constantFrom(...'{}[],:"\\0019eE+-.truefalsnul \n') }).map(Buffer.from),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

/** The first byte says how, the others are the text. */
const withByte = (one: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.tuple(fc.nat(4), one).map(([byte, bytes]) => Buffer.concat([Buffer.of(byte), bytes]));

/** What would be found by a scanner that reads beyond the end of a short text. */
const DIRT = Buffer.from(`["${'","":{}]}'.repeat(500)}"]`);

/** The scanner against the strict parser, JSON.parse and the scanner without WebAssembly. */
export const scanner: Target = {
  name: "scanner",
  inputs: withByte(text),
  read(input) {
    const deepest = input[0] ?? 0;
    const bytes = input.subarray(1);
    // What is no UTF-8 the index refuses before it scans.
    if (!isUtf8(bytes)) return;
    scan(DIRT, 9);
    const notes = scan(bytes, deepest);
    // The strict parser counts what it is given: a character for each byte.
    const spans = spansOf(bytes.toString("latin1"));
    const isDeep = spans === undefined && depthOf(bytes) > 1_000;
    strictEqual(spans !== undefined || isDeep, isJson(bytes), "the strict parser and JSON.parse");
    strictEqual(typeof notes !== "number", spans !== undefined, "what is accepted");
    if (typeof notes === "number" || spans === undefined) return;
    deepStrictEqual(rowsOf(notes), expectedRows(spans, deepest), "where the values stand");
    deepStrictEqual(scanInTypeScript(bytes, deepest), new Int32Array(notes), "the other scanner");
  },
};

/** Notes without what tells of equal keys, which the other scanner is asked for. */
function rowsOf(notes: Int32Array): number[][] {
  const rows: number[][] = [];
  for (let at = 0; at < notes.length; at += NOTE_SIZE) {
    rows.push([...notes.subarray(at, at + NOTE_SIZE - 1)]);
  }
  return rows;
}

function expectedRows(spans: NonNullable<ReturnType<typeof spansOf>>, deepest: number): number[][] {
  // Values below the deepest level have no number.
  const numbers: number[] = [];
  let count = 0;
  for (const { level } of spans) numbers.push(level <= deepest ? count++ : count);
  return spans
    .filter(({ level }) => level <= deepest)
    .map(({ keyStart, keyEnd, start, end, next }) => {
      return [keyStart, keyEnd, start, end, numbers[next] ?? count];
    });
}

/** More than the real depth for texts with brackets in strings: it only tells deep from flat. */
function depthOf(bytes: Buffer): number {
  return bytes.filter((byte) => byte === 0x5b || byte === 0x7b).length;
}

const answer = fc.oneof(
  fc
    .tuple(fc.constantFrom("items", "data", "\\u0069tems"), rowsText, jsonText)
    .map(([name, rows, counts]) => `{"${name}":${rows},"pagination":${counts}}`),
  fc
    .tuple(rowsText, fc.integer(), fc.nat())
    .map(
      ([rows, total, last]) =>
        `{"pagination":{"total_count":${total},"max_page":${last}},"items":${rows}}`,
    ),
  rowsText,
  jsonText,
);

const pages = new PagePool();
const bodies = new BodyPool();

/** A page's rows against what JSON.parse makes of it. */
export const page: Target = {
  name: "page",
  inputs: withByte(
    fc.oneof(
      answer.map((one) => Buffer.from(one)),
      damaged(answer),
    ),
  ),
  read(input) {
    const rowsAt = (input[0] ?? 0) % 2 === 0 ? "items" : undefined;
    const expected = expectedRowsOf(input.subarray(1), rowsAt);
    const taken = pages.take();
    const body = bodies.take();
    body.append(input.subarray(1));
    try {
      taken.read(body, 0, rowsAt);
    } catch (error) {
      if (!(error instanceof InvalidJsonError)) throw error;
      body.release();
      ok(expected === undefined || depthOf(input) > 1_000, "a good page was refused");
      return;
    } finally {
      if (expected === undefined) taken.release();
    }
    ok(expected, "a bad page was accepted");
    const { rows } = taken;
    strictEqual(rows.count, expected.length, "rows");
    for (const [row, value] of expected.entries()) {
      const members = isJsonObject(value) ? value : {};
      strictEqual(new Set(rows.shape(row).names).size, Object.keys(members).length, "properties");
      for (const [name, member] of Object.entries(members)) {
        const found = rows.textOf(row, name) ?? "";
        ok(!/[\r\n]/.test(found), "a line end");
        deepStrictEqual(JSON.parse(found), member, "a value");
      }
    }
    taken.release();
  },
};

/** The rows; undefined where the answer holds none. */
function expectedRowsOf(bytes: Buffer, rowsAt: string | undefined): readonly unknown[] | undefined {
  if (!isUtf8(bytes) || !isJson(bytes)) return undefined;
  const json: unknown = JSON.parse(bytes.toString());
  if (rowsAt === undefined) {
    if (Array.isArray(json)) return json;
    return isJsonObject(json) ? [json] : undefined;
  }
  const rows = isJsonObject(json) && Object.hasOwn(json, rowsAt) ? json[rowsAt] : undefined;
  return Array.isArray(rows) ? rows : undefined;
}
