import type { Rows } from "../../polar/rows.ts";

/** A row's timestamp as the API wrote it; undefined when it is no string. */
export function timestampOf(rows: Rows, row: number, name: string): string | undefined {
  const value = rows.textOf(row, name);
  return value?.startsWith('"') ? value.slice(1, -1) : undefined;
}

/** The same in milliseconds since the epoch; NaN when it is no time. */
export function timeOf(rows: Rows, row: number, name: string): number {
  return Date.parse(timestampOf(rows, row, name) ?? "");
}
