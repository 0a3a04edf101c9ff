import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { Part } from "./passes.ts";

/** Values of the sort keys as JSON text, as far as a row shows them. */
type SortKeys = readonly (string | undefined)[];

/** The sort keys at the two ends of a page. */
export interface BorderKeys {
  readonly firstKeys: SortKeys;
  readonly lastKeys: SortKeys;
}

/**
 * Whether a sweep may be interrupted between two pages. Rows of equal sort keys change places
 * across the border: one may be written before it and come again after it in the place of another,
 * and the count of a sweep that goes on there would take it for a new one.
 */
export function isClearBorder({ lastKeys }: BorderKeys, { firstKeys }: BorderKeys): boolean {
  return lastKeys.some((last, index) => {
    const first = firstKeys[index];
    return last !== undefined && first !== undefined && last !== first;
  });
}

/**
 * The sort keys of a page's first and last row; none where rows can't be read. An object that
 * shares its name with a sort key is not what the API sorts by.
 */
export function borderKeys(page: ListPage, { sorting }: Part): BorderKeys {
  const withRows = [...page].filter(({ count }) => count > 0);
  const [first] = withRows;
  const last = withRows.at(-1);
  if (first === undefined || last === undefined || page.unreadable.length > 0) {
    return { firstKeys: [], lastKeys: [] };
  }
  const names = sorting.map((key) => key.replace(/^-/, ""));
  const keysOf = (rows: Rows, row: number) =>
    names.map((name) => {
      const key = rows.textOf(row, name);
      return key === undefined || /^[{[]/.test(key) ? undefined : key;
    });
  return { firstKeys: keysOf(first, 0), lastKeys: keysOf(last, last.count - 1) };
}
