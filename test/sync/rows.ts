/** Rows for tests, made of JSON. */
import { JsonIndex } from "../../src/polar/json/json-index.ts";
import { LEVEL_OF_PROPERTIES, Rows } from "../../src/polar/rows.ts";

/** Rows out of the text of an array of objects. */
export function rowsOf(text: string, rows = new Rows()): Rows {
  const index = new JsonIndex();
  index.scan(Buffer.from(text), LEVEL_OF_PROPERTIES);
  rows.read(index, 0);
  return rows;
}

/** Rows out of objects. */
export function rowsFrom(objects: readonly object[]): Rows {
  return rowsOf(JSON.stringify(objects));
}

/** The value of a row's property, as JSON.parse gives it. */
export function propertyOf(rows: Rows, row: number, name: string): unknown {
  const text = rows.textOf(row, name);
  return text === undefined ? undefined : JSON.parse(text);
}
