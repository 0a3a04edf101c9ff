/** The rows of a table in one order, kept up while rows change. */
import type { Column, Columns } from "./columns.ts";
import type { Key } from "./json.ts";
import type { Table } from "./table.ts";

export type Comparison = (a: number, b: number) => number;

/** With more changes than this part of the rows it is quicker to sort them all anew. */
const MANY = 1 / 8;

export class SortedRows {
  readonly #table: Table;
  readonly #columns: Columns;
  readonly #sorting: readonly string[];
  readonly #includes: (row: number) => boolean;
  #used: readonly Column[] = [];
  #compare: Comparison = () => 0;
  #rows: readonly number[] = [];
  #seen = -1;

  /** By the keys of `sorting`, `-` before descending ones, and by nothing else. */
  constructor(
    table: Table,
    columns: Columns,
    sorting: readonly string[],
    includes: (row: number) => boolean,
  ) {
    this.#table = table;
    this.#columns = columns;
    this.#sorting = sorting;
    this.#includes = includes;
  }

  /** What puts rows into this order; 0 for rows that are equal in it. Valid until the next change. */
  get compare(): Comparison {
    this.#catchUp();
    return this.#compare;
  }

  get rows(): readonly number[] {
    this.#catchUp();
    return this.#rows;
  }

  #catchUp(): void {
    const used = this.#sorting.map((sort) => this.#columns.get(sort.replace(/^-/, "")));
    const { log } = this.#table;
    const isStale = this.#seen < 0 || used.some((column, at) => column !== this.#used[at]);
    if (!isStale && this.#seen === log.length) return;
    if (isStale) {
      this.#used = used;
      this.#compare = comparison(this.#sorting, used);
    }
    const changed = new Set(isStale ? [] : log.slice(this.#seen));
    this.#seen = log.length;
    const byIndex: Comparison = (a, b) => this.#compare(a, b) || a - b;
    if (isStale || changed.size > this.#rows.length * MANY) {
      this.#rows = this.#table.indexes().filter(this.#includes).sort(byIndex);
      return;
    }
    const kept = this.#rows.filter((row) => !changed.has(row));
    const added = [...changed].filter(this.#includes).sort(byIndex);
    this.#rows = merged(kept, added, byIndex);
  }
}

/** Two sorted lists in one; the second is short. */
function merged(kept: readonly number[], added: readonly number[], compare: Comparison): number[] {
  const all: number[] = [];
  let from = 0;
  for (const row of added) {
    const to = firstFrom(kept, from, kept.length, (other) => compare(other, row) > 0);
    for (; from < to; from++) all.push(kept[from] ?? 0);
    all.push(row);
  }
  for (; from < kept.length; from++) all.push(kept[from] ?? 0);
  return all;
}

/** The first position from `from` on whose row passes the test, if all after it do, too. */
export function firstFrom(
  rows: readonly number[],
  from: number,
  to: number,
  test: (row: number) => boolean,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(rows[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function comparison(sorting: readonly string[], columns: readonly Column[]): Comparison {
  const comparisons = sorting.map((sort, at): Comparison => {
    const sign = sort.startsWith("-") ? -1 : 1;
    const keys = columns[at]?.keys ?? [];
    return (a, b) => sign * compareKeys(keys[a] ?? null, keys[b] ?? null);
  });
  return (a, b) => {
    for (const compare of comparisons) {
      const difference = compare(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** Ascending, nulls last. PostgreSQL puts nulls last, and first when descending. */
function compareKeys(a: Key, b: Key): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}
