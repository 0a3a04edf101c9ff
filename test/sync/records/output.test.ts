import { describe, expect, it } from "vitest";
import { defineStream, type Stream } from "../../../src/streams/define.ts";
import { fromItem, fromParent, list, object, position, text } from "../../../src/streams/fields.ts";
import { Output } from "../../../src/sync/records/output.ts";
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
    output.add(rows, 0, TIME);
    output.add(rows, 1, TIME + 1);
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
      output.add(rows, 0, TIME);
    }
    const versions = taken(output).map((message) => Object(message).version);
    expect(versions).toEqual([7, 8, undefined]);
  });

  it("leaves out what is not selected inside of a column", () => {
    const output = new Output(
      select(orders, ["id", "customer"], [["customer", "email"]]),
      contextWith(),
    );
    output.add(rowsOf('[{"id":"a","customer":{"email":"x","name":"y"},"items":[]}]'), 0, TIME);
    expect(taken(output)).toMatchObject([{ record: { id: "a", customer: { name: "y" } } }]);
  });

  it("makes records of the rows inside of a row", () => {
    const output = new Output(select(items), contextWith());
    const parents = rowsOf(
      '[{"id":"o1","items":[{"id":"p1","x":1},{"id":"p2"}]},{"items":[ {"id":"p1"} ],"id":"o2"}]',
    );
    for (const row of [0, 1]) output.addInside(parents, row, TIME);
    expect(taken(output).map((message) => Object(message).record)).toEqual([
      { order_id: "o1", product_id: "p1", at: 0, _extra: { x: 1 } },
      { order_id: "o1", product_id: "p2", at: 1 },
      { order_id: "o2", product_id: "p1", at: 0 },
    ]);
  });

  it.each(["{}", '{"items":null}', '{"items":[]}', '{"items":{"id":"p"}}', '{"items":"x"}'])(
    "makes none of a row without an array: %s",
    (row) => {
      const output = new Output(select(items), contextWith());
      output.addInside(rowsOf(`[${row}]`), 0, TIME);
      expect(taken(output)).toEqual([]);
    },
  );

  it("warns of what it does not know, once, by name and without a value", () => {
    const context = contextWith();
    const output = new Output(select(orders), context);
    const rows = rowsOf('[{"id":"a","new":"secret"},{"id":42,"new":"secret"},{"id":43}]');
    for (const row of [0, 1, 2]) output.add(rows, row, TIME);
    expect(context.logged).toEqual([
      "warn: orders.new is not known to this version of the tap: kept in _extra.",
      "warn: orders.id has a value of another type than string: kept in _extra.",
    ]);
  });
});
