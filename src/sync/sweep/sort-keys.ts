import type { Rows } from "../../polar/rows.ts";

/** A row's values of the sort keys as JSON text, as far as it shows them. */
export type SortKeys = readonly (string | undefined)[];

/** An object that shares its name with a sort key is not what the API sorts by. */
export function sortKeysOf(rows: Rows, row: number, sorting: readonly string[]): SortKeys {
  return sorting.map((key) => {
    const text = rows.textOf(row, key.replace(/^-/, ""));
    return text === undefined || /^[{[]/.test(text) ? undefined : text;
  });
}

/**
 * Whether rows with these sort keys are certainly not tied: rows that tie change places from one
 * answer to the next.
 */
export function areDifferent(one: SortKeys | undefined, other: SortKeys | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.some((key, index) => {
    const otherKey = other[index];
    return key !== undefined && otherKey !== undefined && key !== otherKey;
  });
}
