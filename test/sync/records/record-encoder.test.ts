import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonType, Properties, Property, Stream } from "../../../src/streams/define.ts";
import { defineStream } from "../../../src/streams/define.ts";
import {
  fromItem,
  fromParent,
  fromRequest,
  position,
  sometimes,
  text,
} from "../../../src/streams/fields.ts";
import type { ColumnChoice } from "../../../src/sync/records/chosen-columns.ts";
import { RecordEncoder, type RowContext } from "../../../src/sync/records/record-encoder.ts";
import type { Drift } from "../../../src/sync/records/row-plan.ts";
import { print, tree } from "../json-tree.ts";
import { rowsOf } from "../rows.ts";
import { type Beside, fits, type Member, modelRecords } from "./model-records.ts";

const FRAME = { prefix: Buffer.from("<"), suffix: Buffer.from(">\n") };

function streamOf(properties: Properties, linksOnly = false): Stream {
  const source = { kind: "nested", parent: "p", array: "a", linksOnly } as const;
  return defineStream({
    name: "s",
    description: "",
    scope: "",
    primaryKey: [],
    source: linksOnly ? source : { kind: "array", path: "/" },
    properties,
  });
}

/** These columns, as they come, without what these paths lead to. */
const choose = (
  columns: Iterable<string>,
  excludedPaths: ColumnChoice["excludedPaths"] = [],
): ColumnChoice => ({
  columns: new Set(columns),
  textColumns: new Set(),
  unlistedColumns: new Set(),
  everyColumn: false,
  excludedPaths,
});

/** Encodes rows, and gives the records' texts, what has drifted, and the columns that no row had. */
function encode(
  stream: Stream,
  choice: ColumnChoice,
  rowTexts: readonly string[],
  context: RowContext = {},
) {
  const drifts: Drift[] = [];
  const encoder = new RecordEncoder(stream, choice, (drift) =>
    drifts.push({ property: drift.property, declared: drift.declared }),
  );
  const rows = rowsOf(`[${rowTexts.join()}]`);
  for (let row = 0; row < rows.count; row++) encoder.add(rows, row, FRAME, context);
  expect(encoder.count).toBe(rowTexts.length);
  const records = Buffer.from(encoder.bytes)
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line) => /^<(.*)>$/s.exec(line)?.[1]);
  return { records, drifts, unseen: encoder.unseenColumns };
}

const all = (stream: Stream) => choose([...Object.keys(stream.properties), "_extra"]);

describe("RecordEncoder", () => {
  // Few names, so that rows, declarations, selections and exclusions meet.
  const names = ["id", "name", "amount", "é", "__proto__", 'q"\\', "_extra", "items", ""];
  const columnNames = names.filter((name) => name !== "_extra");
  const type = fc.constantFrom<JsonType>(
    ...(["string", "integer", "number", "boolean", "object", "array"] as const),
  );
  const origins = fc.constantFrom("own", "own", "own", "renamed", "parent", "position", "request");

  /** Columns by name; an item's property never feeds two of them. */
  const declaration = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...columnNames), type, origins), {
      selector: ([name]) => name,
    })
    .map((columns) => {
      const free = columnNames.filter((name) => !columns.some(([column]) => column === name));
      return columns.map(([name, columnType, from]): [string, Property] => {
        const column: Property = { type: columnType, description: "" };
        const origin = free.length > 0 || from !== "renamed" ? from : "own";
        if (origin === "parent") return [name, fromParent(`p_${name}`, column)];
        if (origin === "renamed") return [name, fromItem(free.shift() ?? "", column)];
        if (origin === "request") return [name, fromRequest(`r_${name}`, column)];
        if (origin === "position") return [name, position("")];
        return [name, column];
      });
    });
  const row = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), tree(fc.constantFrom(...names))), {
    selector: ([name]) => name,
  });
  const settings = fc.record({
    columns: declaration,
    selected: fc.subarray([...names]),
    paths: fc.array(fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 4 }), {
      maxLength: 3,
    }),
    rows: fc.array(row, { maxLength: 4 }),
    textColumns: fc.subarray([...names]),
    unlisted: fc.subarray(columnNames),
    everyColumn: fc.boolean(),
    linksOnly: fc.boolean(),
    spaced: fc.boolean(),
  });

  it("writes of any row what the declaration and the choice say, byte for byte", () => {
    fc.assert(
      fc.property(settings, ({ columns, rows, linksOnly, spaced, ...given }) => {
        const stream = streamOf(Object.fromEntries(columns), linksOnly);
        const choice = {
          columns: new Set(given.selected),
          textColumns: new Set(given.textColumns),
          unlistedColumns: new Set(given.unlisted.filter((name) => !given.selected.includes(name))),
          everyColumn: given.everyColumn,
          excludedPaths: given.paths,
        };
        const parent = (property: string) =>
          property.length % 2 === 0 ? Buffer.from(JSON.stringify(property)) : undefined;
        const request = Object.fromEntries(columns.map(([name]) => [`r_${name}`, `"${name}"`]));
        const beside: Beside = ([name, { origin }]) => {
          if (origin?.from === "parent") return parent(origin.property)?.toString();
          return origin?.from === "position" ? "7" : JSON.stringify(`"${name}"`);
        };
        const keepsExtra = choice.columns.has("_extra") && !linksOnly;
        const model = modelRecords(columns, rows, choice, keepsExtra, beside);

        const texts = rows.map((members) => printRow(members, spaced));
        const context = { parent, position: 7, request };
        const { records, drifts, unseen } = encode(stream, choice, texts, context);

        expect(records.map((record) => compact(record ?? ""))).toEqual(model.records);
        expect(drifts).toEqual(
          [...model.drifts].map(([property, declared]) => ({ property, declared })),
        );
        expect([...unseen].sort()).toEqual(model.unseen.sort());
      }),
      { numRuns: 400 },
    );
  });

  it.each<[JsonType, readonly string[]]>([
    ["string", ['""', '"1"', "null"]],
    ["integer", ["0", "-0", "-12", "9".repeat(300), "null"]],
    ["number", ["0", "-12", "1.10", "1e5", "1E-12", "-0.5e+1", "null"]],
    ["boolean", ["true", "false", "null"]],
    ["object", ["{}", '{"a":1}', "null"]],
    ["array", ["[]", "[1]", "null"]],
  ])("takes as %s: %j, and nothing else", (declared, own) => {
    const stream = streamOf({ a: { type: declared, description: "" } });
    const values = ['"x"', "7", "-7", "1.5", "1e5", "1E5", "true", "false", "null", "{}", "[]"];
    for (const value of [...own, ...values]) {
      const { records, drifts } = encode(stream, all(stream), [`{"a":${value}}`]);
      const isOwn = own.includes(value) || fits(value, declared);
      expect(records).toEqual([isOwn ? `{"a":${value}}` : `{"_extra":{"a":${value}}}`]);
      expect(drifts.length).toBe(isOwn ? 0 : 1);
    }
  });

  it("goes on in the same way after it has been cleared", () => {
    const stream = streamOf({ id: text("") });
    const encoder = new RecordEncoder(stream, choose(["id"]), () => undefined);
    const rows = rowsOf('[{"id":"a"},{"id":"b"}]');
    encoder.add(rows, 0, FRAME, {});
    encoder.clear();
    expect([encoder.count, encoder.bytes.length]).toEqual([0, 0]);
    encoder.add(rows, 1, FRAME, {});
    expect(Buffer.from(encoder.bytes).toString()).toBe('<{"id":"b"}>\n');
  });

  it("recognises keys that are written with escapes", () => {
    const stream = streamOf({ id: text(""), name: text("") });
    const { records } = encode(stream, choose(["id", "_extra"]), [
      '{"\\u0069d":"a","n\\u0061me":"b","\\u0078":1}',
      '{"id":"c"}',
    ]);
    expect(records.map((record) => JSON.parse(record ?? ""))).toEqual([
      { id: "a", _extra: { x: 1 } },
      { id: "c" },
    ]);
  });

  it("is not confused when rows have their properties in different places", () => {
    const stream = streamOf({ a: text(""), b: text("") });
    const { records } = encode(stream, all(stream), [
      '{"a":"1","b":"2"}',
      '{"b":"3","a":"4"}',
      '{"x":5,"b":"6"}',
      "{}",
      '{"a":"7","b":"8"}',
    ]);
    expect(records).toEqual([
      '{"a":"1","b":"2"}',
      '{"b":"3","a":"4"}',
      '{"b":"6","_extra":{"x":5}}',
      "{}",
      '{"a":"7","b":"8"}',
    ]);
  });

  it("writes a parent's column once, when the item has a property of that name, too", () => {
    const stream = streamOf({ id: text(""), order_id: fromParent("id", text("")) });
    const parent = () => Buffer.from('"p"');
    const rows = ['{"id":"a","order_id":"x"}', '{"order_id":null,"id":"b"}'];
    const { records, drifts } = encode(stream, all(stream), rows, { parent });
    expect(records).toEqual(['{"id":"a","order_id":"p"}', '{"id":"b","order_id":"p"}']);
    expect(drifts).toEqual([]);
  });

  it("leaves a parent's column out where there is no parent, or it has no such property", () => {
    const stream = streamOf({ order_id: fromParent("id", text("")), n: text("") });
    expect(encode(stream, all(stream), ['{"n":"1"}']).records).toEqual(['{"n":"1"}']);
    const parent = () => undefined;
    expect(encode(stream, all(stream), ["{}"], { parent }).records).toEqual(["{}"]);
  });

  it("writes null for a position or a parameter that there is none of", () => {
    const stream = streamOf({ at: position(""), interval: fromRequest("interval", text("")) });
    expect(encode(stream, all(stream), ["{}"]).records).toEqual(['{"at":null,"interval":null}']);
  });

  it("does not miss what only some rows have", () => {
    const stream = streamOf({ a: text(""), b: sometimes(text("")), c: text("") });
    expect(encode(stream, all(stream), ['{"a":"1"}']).unseen).toEqual(["c"]);
    expect(encode(stream, all(stream), []).unseen).toEqual([]);
  });

  it("tells of a drift once, however many rows have it", () => {
    const stream = streamOf({ id: text("") });
    const rows = ['{"id":1,"x":1}', '{"id":2,"x":2,"y":null}', '{"x":3,"id":4}'];
    const { drifts, records } = encode(stream, all(stream), rows);
    expect(drifts).toEqual([
      { property: "id", declared: "string" },
      { property: "x", declared: undefined },
      { property: "y", declared: undefined },
    ]);
    expect(records[1]).toBe('{"_extra":{"id":2,"x":2,"y":null}}');
  });
});

/** A row's text, with or without white space between its parts. */
function printRow(members: readonly Member[], spaced: boolean): string {
  const [comma, colon] = spaced ? [" ,  ", " : "] : [",", ":"];
  return `{${members.map(([key, value]) => JSON.stringify(key) + colon + print(value)).join(comma)}}`;
}

/** JSON text without white space between its parts, and between those of JSON that has become text. */
function compact(json: string): string {
  return json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/gs, "$1").replaceAll('\\" : ', '\\":');
}
