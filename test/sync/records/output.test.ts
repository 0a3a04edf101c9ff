import { describe, expect, it } from "vitest";
import { defineStream, type Stream } from "../../../src/streams/define.ts";
import { fromItem, fromParent, list, object, position, text } from "../../../src/streams/fields.ts";
import { Output, type RowOrigin } from "../../../src/sync/records/output.ts";
import { contextWith, select } from "../contexts.ts";
import { rowsOf } from "../rows.ts";

const TIME = Date.parse("2026-08-01T12:00:00.123Z");

const orders: Stream = defineStream({
  name: "orders",
  description: "",
  scope: "",
  source: { kind: "list", path: "/v1/orders/", order: [] },
  properties: { id: text(""), customer: object(""), items: list("") },
});

const items: Stream = defineStream({
  name: "order_items",
  description: "",
  scope: "",
  primaryKey: ["order_id", "product_id"],
  source: { kind: "nested", parent: "orders", array: "items" },
  properties: {
    order_id: fromParent("id", text("")),
    product_id: fromItem("id", text("")),
    at: position(""),
  },
});

/** Rows that came then, told by their number. */
const cameAt = (receivedAt: number): RowOrigin => ({
  receivedAt,
  placeOf: (_, row) => `row ${row}`,
});

/** What an output has to write, message by message. */
function taken(output: Output): unknown[] {
  return [...output.take()].flatMap((step) => {
    if (step.kind !== "records") throw new Error("only records are expected");
    const lines = Buffer.from(step.lines).toString().split("\n").slice(0, -1);
    expect(step.count).toBe(lines.length);
    expect(step.stream).toBe(output.stream);
    return lines.map((line): unknown => JSON.parse(line));
  });
}

describe("Output", () => {
  it("makes RECORD messages of rows, and hands each on once", () => {
    const output = new Output(select(orders, ["id"]), contextWith());
    const rows = rowsOf('[{"id":"a"},{"id":"b"}]');
    output.add(rows, 0, cameAt(TIME));
    output.add(rows, 1, cameAt(TIME + 1));
    expect(taken(output)).toEqual([
      {
        type: "RECORD",
        stream: "orders",
        record: { id: "a" },
        time_extracted: "2026-08-01T12:00:00.123Z",
      },
      {
        type: "RECORD",
        stream: "orders",
        record: { id: "b" },
        time_extracted: "2026-08-01T12:00:00.124Z",
      },
    ]);
    expect(taken(output)).toEqual([]);
  });

  it("gives the records the version that it is told", () => {
    const output = new Output(select(orders, ["id"]), contextWith());
    const rows = rowsOf('[{"id":"a"}]');
    for (const version of [7, 8, undefined]) {
      output.setVersion(version);
      output.add(rows, 0, cameAt(TIME));
    }
    const versions = taken(output).map((message) => Object(message).version);
    expect(versions).toEqual([7, 8, undefined]);
  });

  it("leaves out what is not selected inside of a column", () => {
    const output = new Output(
      select(orders, ["id", "customer"], [["customer", "email"]]),
      contextWith(),
    );
    output.add(
      rowsOf('[{"id":"a","customer":{"email":"x","name":"y"},"items":[]}]'),
      0,
      cameAt(TIME),
    );
    expect(taken(output)).toMatchObject([{ record: { id: "a", customer: { name: "y" } } }]);
  });

  it("makes records of the rows inside of a row", () => {
    const output = new Output(select(items), contextWith());
    const parents = rowsOf(
      '[{"id":"o1","items":[{"id":"p1","x":1},{"id":"p2"}]},{"items":[ {"id":"p1"} ],"id":"o2"}]',
    );
    for (const row of [0, 1]) output.addInside(parents, row, cameAt(TIME));
    expect(taken(output).map((message) => Object(message).record)).toEqual([
      { order_id: "o1", product_id: "p1", at: 0, _extra: { x: 1 } },
      { order_id: "o1", product_id: "p2", at: 1 },
      { order_id: "o2", product_id: "p1", at: 0 },
    ]);
  });

  it("makes none of a row with an empty array, and has nothing to say", () => {
    const output = new Output(select(items), contextWith());
    output.addInside(rowsOf('[{"id":"o1","items":[]}]'), 0, cameAt(TIME));
    expect([taken(output), output.problem]).toEqual([[], undefined]);
  });

  it.each(["{}", '{"items":null}', '{"items":{"id":"p"}}', '{"items":"x"}', "7"])(
    "makes none of a row without an array, and says where: %s",
    (row) => {
      const output = new Output(select(items), contextWith());
      output.addInside(rowsOf(`[[],${row}]`), 1, cameAt(TIME));
      expect(taken(output)).toEqual([]);
      expect(output.problem).toBe(
        "1 rows of order_items could not be told: items of orders is no array (row 1).",
      );
    },
  );

  it("warns of what it does not know, once, by name and without a value", () => {
    const context = contextWith();
    const output = new Output(select(orders), context);
    const rows = rowsOf(
      '[{"id":"a","new":"secret"},{"id":"b","new":"secret"},{"id":"c","items":1}]',
    );
    for (const row of [0, 1, 2]) output.add(rows, row, cameAt(TIME));
    expect(context.logged).toEqual([
      "warn: orders.new is not known to this version of the tap: kept in _extra.",
      "warn: orders.items has a value of another type than array: kept in _extra.",
    ]);
  });

  it.each(["{}", '{"id":null}', '{"id":5}', '{"id":{}}', '{"id":["a"]}', "null", "[]", '"a"'])(
    "leaves out a row without its key, and says where: %s",
    (row) => {
      const output = new Output(select(orders), contextWith());
      const rows = rowsOf(`[{"id":"a"},${row}]`);
      for (const at of [0, 1]) output.add(rows, at, cameAt(TIME));
      expect(taken(output)).toHaveLength(1);
      expect(output.problem).toBe(
        "1 rows of orders were left out, since they have no usable key (row 1).",
      );
    },
  );

  it.each([
    ['{"id":"o1","items":[{"id":null},{"id":"p"}]}', "items[0] of orders: row 0"],
    ['{"id":"o1","items":[{"id":"p"},7]}', "items[1] of orders: row 0"],
    ['{"id":"o1","items":[{"id":"p"},[]]}', "items[1] of orders: row 0"],
    ['{"id":5,"items":[{"id":"p"}]}', "items[0] of orders: row 0"],
  ])("does so inside of rows, too: %s", (row, place) => {
    const output = new Output(select(items), contextWith());
    output.addInside(rowsOf(`[${row}]`), 0, cameAt(TIME));
    expect(taken(output)).toHaveLength(row.includes('"o1"') ? 1 : 0);
    expect(output.problem).toBe(
      `1 rows of order_items were left out, since they have no usable key (${place}).`,
    );
  });

  it("goes by the key that the catalog names", () => {
    const { declaration, selection } = select(orders);
    const keyed = { declaration, selection: { ...selection, keyProperties: ["customer"] } };
    const output = new Output(keyed, contextWith());
    const rows = rowsOf('[{"id":1,"customer":{}},{"id":"b","customer":null}]');
    for (const at of [0, 1]) output.add(rows, at, cameAt(TIME));
    expect(taken(output)).toHaveLength(1);
  });

  it("names the first places only, and counts all", () => {
    const output = new Output(select(orders), contextWith());
    const rows = rowsOf("[{},{},{},{},{},{},{}]");
    for (let at = 0; at < 7; at++) output.add(rows, at, cameAt(TIME));
    expect(output.problem).toBe(
      "7 rows of orders were left out, since they have no usable key " +
        "(row 0; row 1; row 2; row 3; row 4, …).",
    );
  });
});
