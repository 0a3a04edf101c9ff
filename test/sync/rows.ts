/** Rows for tests, made of JSON. */
import { Rows } from "../../src/polar/rows.ts";
import { JsonText } from "../../src/polar/scanner.ts";

/** Rows out of the text of an array of objects. */
export function rowsOf(text: string): Rows {
  const rows = new Rows();
  rows.scan(new JsonText(Buffer.from(text)), 0);
  return rows;
}

/** Rows out of objects. */
export function rowsFrom(objects: readonly object[]): Rows {
  return rowsOf(JSON.stringify(objects));
}

/** The value of a row's property, as JSON.parse gives it. */
export function propertyOf(rows: Rows, row: number, name: string): unknown {
  const text = (from: number, to: number) => Buffer.from(rows.bytes.subarray(from, to)).toString();
  for (let property = rows.first(row); property < rows.end(row); property++) {
    if (text(rows.keyStart(property), rows.keyEnd(property)) === name) {
      return JSON.parse(text(rows.valueStart(property), rows.valueEnd(property)));
    }
  }
  return undefined;
}
