/** Reading of CSV exports. */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { csvText } from "../../simulator/exports.ts";
import { InvalidCsvError, parseCsv } from "../../src/polar/csv.ts";
import { damaged } from "../../test/polar/json/json-texts.ts";
import type { Target } from "../target.ts";

const field = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', '""', ",", "\r", "\n", "\r\n", " ", "a", "\0") }),
);

const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 }),
  )
  .map((lines) => csvText(lines));

const pieces = fc.array(fc.constantFrom('"', ",", "\r\n", "\r", "\n", "a", " "), { maxLength: 30 });

/** What is accepted has lines of one length, and means the same when it is written again. */
export const csv: Target = {
  name: "csv",
  inputs: fc.oneof(
    table.map((one) => Buffer.from(one)),
    damaged(table),
    pieces.map((some) => Buffer.from(some.join(""))),
  ),
  read(input) {
    let lines: ReturnType<typeof parseCsv>;
    try {
      lines = parseCsv(input.toString());
    } catch (error) {
      if (error instanceof InvalidCsvError) return;
      throw error;
    }
    const [first] = lines;
    ok(first && first.length > 0, "a table without fields");
    ok(
      lines.every(({ length }) => length === first.length),
      "lines of several lengths",
    );
    deepStrictEqual(parseCsv(csvText(lines)), lines, "written again");
  },
};
