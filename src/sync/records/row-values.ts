import type { Rows } from "../../polar/rows.ts";

/** A row's property as the API wrote it, without its quotes; undefined when it is no string. */
export function stringOf(rows: Rows, row: number, name: string): string | undefined {
  const value = rows.textOf(row, name);
  return value?.startsWith('"') ? value.slice(1, -1) : undefined;
}

/** A row's time in milliseconds since the epoch; NaN when it is no time. */
export function timeOf(rows: Rows, row: number, name: string): number {
  return Date.parse(stringOf(rows, row, name) ?? "");
}
