import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidJsonError, JsonIndex } from "../../src/polar/json/json-index.ts";
import { RowShape } from "../../src/polar/row-shape.ts";
import { Rows } from "../../src/polar/rows.ts";
import { rowsOf } from "../sync/rows.ts";
import { rowsText } from "./json/json-texts.ts";

/** A row's properties by name; of equal names the last counts. */
function propertiesOf(rows: Rows, row: number): Map<string, unknown> {
  const first = rows.first(row);
  return new Map(
    rows.shape(row).names.map((name, at) => [name, JSON.parse(rows.text(first + at))]),
  );
}

describe("Rows", () => {
  it("are exactly the rows and properties that JSON.parse finds", () => {
    const rows = new Rows(); // one for all, as the pages use it
    fc.assert(
      fc.property(rowsText, (text) => {
        rowsOf(text, rows);
        const parsed: Record<string, unknown>[] = JSON.parse(text);
        expect(rows.count).toBe(parsed.length);
        for (const [row, object] of parsed.entries()) {
          const found = propertiesOf(rows, row);
          expect(found.size).toBe(Object.keys(object).length);
          for (const [name, value] of found) {
            expect(JSON.stringify(value)).toBe(JSON.stringify(object[name]));
            expect(rows.textOf(row, name)).toBe(rows.text(rows.find(row, name)));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("are found in an array anywhere in an answer", () => {
    const index = new JsonIndex();
    index.scan(Buffer.from('{"other":[{"id":1}],"items":[{"id":2},{"id":3}],"n":{"id":4}}'), 3);
    const rows = new Rows();
    rows.read(index, index.member(0, "items") ?? 0);
    expect([0, 1].map((row) => rows.textOf(row, "id"))).toEqual(["2", "3"]);
    expect(rows.count).toBe(2);
  });

  it("give the bytes of a value and of its key", () => {
    const rows = rowsOf('[{"é":1,"b":{"c":[2]}}]');
    const property = rows.find(0, "b");
    expect(rows.value(property).toString()).toBe('{"c":[2]}');
    const { bytes } = rows;
    const member = bytes.subarray(rows.keyStart(property) - 1, rows.valueEnd(property));
    expect(member.toString()).toBe('"b":{"c":[2]}');
    expect(bytes[rows.valueStart(property)]).toBe(0x7b);
  });

  it("share a shape when they have the same properties in the same order", () => {
    const rows = rowsOf('[{"id":1,"a":2},{"id":3,"a":4},{"a":5,"id":6},{"i\\u0064":7,"a":8},{}]');
    const shapes = [0, 1, 2, 3, 4].map((row) => rows.shape(row));
    expect(shapes[1]).toBe(shapes[0]);
    expect(shapes[2]).not.toBe(shapes[0]);
    expect(shapes[3]).toBe(shapes[0]);
    expect(shapes[4]).toBe(RowShape.of([]));
  });

  it("find a property by its name, however it is written; of two the last", () => {
    const rows = rowsOf('[{"id":1,"name":2},{"i\\u0064":3,"name":4,"id":5},{"\\u0069d":6}]');
    expect([0, 1, 2].map((row) => rows.textOf(row, "id"))).toEqual(["1", "5", "6"]);
    expect([0, 1, 2].map((row) => rows.textOf(row, "name"))).toEqual(["2", "4", undefined]);
    expect(rows.find(0, "never seen")).toBe(-1);
  });

  it("are none after clear", () => {
    const rows = rowsOf('[{"a":1},{"b":2}]');
    rows.clear();
    expect([rows.count, rows.bytes.length]).toEqual([0, 0]);
  });

  it.each(["{}", "1", '"a"', "null"])("refuse %j", (text) => {
    expect(() => rowsOf(text)).toThrow(InvalidJsonError);
  });

  it.each(["1", "[]", "null", '"a"', "[{}]"])(
    "have no properties where %j is no object",
    (element) => {
      const rows = rowsOf(`[${element},{"a":1},${element}]`);
      expect(rows.count).toBe(3);
      expect([0, 1, 2].map((row) => rows.textOf(row, "a"))).toEqual([undefined, "1", undefined]);
      expect(rows.shape(0)).toEqual(RowShape.of([]));
    },
  );
});

describe("RowShape", () => {
  it("is the same one for the same names, and does not remember thousands", () => {
    const first = RowShape.of(["remembered", "for a while"]);
    expect(RowShape.of(["remembered", "for a while"])).toBe(first);

    for (let other = 0; other < 1_000; other++) RowShape.of([`another ${other}`]);

    expect(RowShape.of(["remembered", "for a while"])).not.toBe(first);
    expect(RowShape.of(["remembered", "for a while"])).toEqual(first);
  });

  it("does not remember names of a megabyte", () => {
    const names = ["x".repeat(1_000_000)];
    expect(RowShape.of(names)).not.toBe(RowShape.of(names));
  });
});
