import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonType, Properties, Property, Stream } from "../../../src/streams/define.ts";
import { defineStream } from "../../../src/streams/define.ts";
import { fromItem, fromParent, fromRequest, position, text } from "../../../src/streams/fields.ts";
import { exclusionTree } from "../../../src/sync/records/exclusions.ts";
import { RecordEncoder, type RowContext } from "../../../src/sync/records/record-encoder.ts";
import type { Drift } from "../../../src/sync/records/row-plan.ts";
import { print, type Tree, tree, without } from "../json-tree.ts";
import { rowsOf } from "../rows.ts";

type Member = readonly [key: string, value: Tree];

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

/** Encodes rows, and gives the records' texts and what has drifted. */
function encode(
  stream: Stream,
  columns: Iterable<string>,
  excluded: readonly (readonly string[])[],
  rowTexts: readonly string[],
  context: RowContext = {},
) {
  const drifts: Drift[] = [];
  const encoder = new RecordEncoder(stream, new Set(columns), exclusionTree(excluded), (drift) =>
    drifts.push(drift),
  );
  const rows = rowsOf(`[${rowTexts.join()}]`);
  for (let row = 0; row < rows.count; row++) encoder.add(rows, row, FRAME, context);
  expect(encoder.count).toBe(rowTexts.length);
  const records = Buffer.from(encoder.bytes)
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line) => /^<(.*)>$/s.exec(line)?.[1]);
  return { records, drifts };
}

const all = (stream: Stream) => [...Object.keys(stream.properties), "_extra"];

function typeOf(text: string): JsonType | "null" {
  if (text === "null") return "null";
  if (text.startsWith('"')) return "string";
  if (text.startsWith("{")) return "object";
  if (text.startsWith("[")) return "array";
  if (text === "true" || text === "false") return "boolean";
  return /^-?\d+$/.test(text) ? "integer" : "number";
}

function fits(text: string, declared: JsonType): boolean {
  const type = typeOf(text);
  return type === "null" || type === declared || (type === "integer" && declared === "number");
}

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
    linksOnly: fc.boolean(),
    spaced: fc.boolean(),
  });

  it("writes of any row what the declaration and the selection say, byte for byte", () => {
    fc.assert(
      fc.property(settings, ({ columns, selected, paths, rows, linksOnly, spaced }) => {
        const stream = streamOf(Object.fromEntries(columns), linksOnly);
        const parent = (property: string) =>
          property.length % 2 === 0 ? Buffer.from(JSON.stringify(property)) : undefined;
        const request = Object.fromEntries(columns.map(([name]) => [`r_${name}`, `"${name}"`]));
        const texts = rows.map((members) => printRow(members, spaced));
        const { records, drifts } = encode(stream, selected, paths, texts, {
          parent,
          position: 7,
          request,
        });

        const expectedDrifts = new Map<string, JsonType | undefined>();
        const expected = rows.map((members) => {
          const own: string[] = [];
          const extra: string[] = [];
          for (const [key, value] of members) {
            const column = columns.find(([name, { origin }]) =>
              origin?.from === "item" ? origin.property === key : name === key,
            );
            const [name, property] = column ?? [];
            const isOwn = property?.origin === undefined || property.origin.from === "item";
            if (name !== undefined && !(isOwn && selected.includes(name))) continue;
            const valueText = print(value);
            if (name !== undefined && property && fits(valueText, property.type)) {
              const inside = paths.filter(([first]) => first === name).map((path) => path.slice(1));
              own.push(`${JSON.stringify(name)}:${print(without(value, inside))}`);
            } else if (name !== undefined || (selected.includes("_extra") && !linksOnly)) {
              expectedDrifts.set(key, property?.type);
              extra.push(`${JSON.stringify(key)}:${valueText}`);
            }
          }
          for (const [name, { origin }] of columns) {
            if (!selected.includes(name)) continue;
            const column = `${JSON.stringify(name)}:`;
            if (origin?.from === "position") own.push(`${column}7`);
            if (origin?.from === "request") own.push(`${column}${JSON.stringify(`"${name}"`)}`);
            const fromIt = origin?.from === "parent" ? parent(origin.property) : undefined;
            if (fromIt) own.push(column + fromIt.toString());
          }
          const keepsExtra = selected.includes("_extra") && !linksOnly && extra.length > 0;
          return `{${[...own, ...(keepsExtra ? [`"_extra":{${extra.join()}}`] : [])].join()}}`;
        });
        expect(records.map((record) => compact(record ?? ""))).toEqual(expected);
        expect(drifts).toEqual(
          [...expectedDrifts].map(([property, declared]) => ({ property, declared })),
        );
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
      const { records, drifts } = encode(stream, all(stream), [], [`{"a":${value}}`]);
      const isOwn = own.includes(value) || fits(value, declared);
      expect(records).toEqual([isOwn ? `{"a":${value}}` : `{"_extra":{"a":${value}}}`]);
      expect(drifts.length).toBe(isOwn ? 0 : 1);
    }
  });

  it("goes on in the same way after it has been cleared", () => {
    const stream = streamOf({ id: text("") });
    const encoder = new RecordEncoder(stream, new Set(["id"]), new Map(), () => undefined);
    const rows = rowsOf('[{"id":"a"},{"id":"b"}]');
    encoder.add(rows, 0, FRAME, {});
    encoder.clear();
    expect([encoder.count, encoder.bytes.length]).toEqual([0, 0]);
    encoder.add(rows, 1, FRAME, {});
    expect(Buffer.from(encoder.bytes).toString()).toBe('<{"id":"b"}>\n');
  });

  it("recognises keys that are written with escapes", () => {
    const stream = streamOf({ id: text(""), name: text("") });
    const { records } = encode(
      stream,
      ["id", "_extra"],
      [],
      ['{"\\u0069d":"a","n\\u0061me":"b","\\u0078":1}', '{"id":"c"}'],
    );
    expect(records.map((record) => JSON.parse(record ?? ""))).toEqual([
      { id: "a", _extra: { x: 1 } },
      { id: "c" },
    ]);
  });

  it("is not confused when rows have their properties in different places", () => {
    const stream = streamOf({ a: text(""), b: text("") });
    const { records } = encode(
      stream,
      all(stream),
      [],
      ['{"a":"1","b":"2"}', '{"b":"3","a":"4"}', '{"x":5,"b":"6"}', "{}", '{"a":"7","b":"8"}'],
    );
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
    const { records, drifts } = encode(stream, all(stream), [], rows, { parent });
    expect(records).toEqual(['{"id":"a","order_id":"p"}', '{"id":"b","order_id":"p"}']);
    expect(drifts).toEqual([]);
  });

  it("leaves a parent's column out where there is no parent, or it has no such property", () => {
    const stream = streamOf({ order_id: fromParent("id", text("")), n: text("") });
    expect(encode(stream, all(stream), [], ['{"n":"1"}']).records).toEqual(['{"n":"1"}']);
    const parent = () => undefined;
    expect(encode(stream, all(stream), [], ["{}"], { parent }).records).toEqual(["{}"]);
  });

  it("writes null for a position or a parameter that there is none of", () => {
    const stream = streamOf({ at: position(""), interval: fromRequest("interval", text("")) });
    expect(encode(stream, all(stream), [], ["{}"]).records).toEqual([
      '{"at":null,"interval":null}',
    ]);
  });

  it("tells of a drift once, however many rows have it", () => {
    const stream = streamOf({ id: text("") });
    const rows = ['{"id":1,"x":1}', '{"id":2,"x":2,"y":null}', '{"x":3,"id":4}'];
    const { drifts, records } = encode(stream, all(stream), [], rows);
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

/** JSON text without white space between its parts. */
function compact(json: string): string {
  return json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/gs, "$1");
}
