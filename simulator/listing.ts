/**
 * Which rows stand on a page. The API sorts by the asked keys and by nothing else, so rows that are
 * equal in them come in an order that PostgreSQL chooses anew for every OFFSET and LIMIT: whoever
 * walks the pages gets some of them twice and others never.
 */
import type { Key } from "./json.ts";
import { hash, hashText } from "./random.ts";
import type { Table } from "./table.ts";
import { VersionCache } from "./version-cache.ts";

/** What a list was asked for, apart from the page. */
export interface Selection {
  /** Keys to sort by, `-` before descending ones. */
  readonly sorting: readonly string[];
  readonly keep: (index: number) => boolean;
  /** Equal for equal selections. */
  readonly name: string;
}

interface Sorted {
  readonly rows: Uint32Array;
  /** For each position the first position of its tie group. */
  readonly groups: Uint32Array;
}

type Comparison = (a: number, b: number) => number;

export type Ties = "shuffled" | "stable";

/** So many sorted selections of a table are kept. */
const KEPT = 8;

export class Listing {
  private readonly table: Table;
  private readonly ties: Ties;
  /** Each row with an index that this divides is in the list twice; 0 for none. */
  private readonly twiceEvery: number;
  private readonly sorted = new VersionCache<Sorted>(KEPT);
  private readonly orders = new VersionCache<readonly number[]>();

  constructor(table: Table, ties: Ties, twiceEvery: number) {
    this.table = table;
    this.ties = ties;
    this.twiceEvery = twiceEvery;
  }

  /** How many rows the selection has. */
  count(selection: Selection): number {
    return this.sort(selection).rows.length;
  }

  /** The indexes of the rows on a page: fewer than `limit` if a row that is there twice is on it. */
  page(selection: Selection, offset: number, limit: number): number[] {
    const { rows, groups } = this.sort(selection);
    const end = Math.min(offset + limit, rows.length);
    const seed = hash(this.table.world.seed ^ hashText(selection.name), offset, limit);
    const page: number[] = [];
    for (let at = offset; at < end; at++) {
      const start = groups[at] ?? at;
      const size = this.ties === "stable" ? 1 : endOfGroup(groups, start) - start;
      const row = rows[size === 1 ? at : start + shuffled(at - start, size, hash(seed, start))];
      if (row !== undefined) page.push(row);
    }
    return this.twiceEvery === 0 ? page : [...new Set(page)];
  }

  private sort(selection: Selection): Sorted {
    return this.sorted.get(selection.name, this.table.version, () => {
      const compare = this.comparison(selection.sorting);
      const rows = Uint32Array.from(this.select(selection, compare));
      const groups = new Uint32Array(rows.length);
      for (let at = 1; at < rows.length; at++) {
        const tied = compare(rows[at - 1] ?? 0, rows[at] ?? 0) === 0;
        groups[at] = tied ? (groups[at - 1] ?? 0) : at;
      }
      return { rows, groups };
    });
  }

  private select({ sorting, keep }: Selection, compare: Comparison): number[] {
    const rows = this.order(sorting, compare).filter(keep);
    if (this.twiceEvery === 0) return rows;
    return rows.flatMap((row) => (row % this.twiceEvery === 0 ? [row, row] : [row]));
  }

  /** All rows in the order asked for: selections of a big table are picked from it. */
  private order(sorting: readonly string[], compare: Comparison): readonly number[] {
    return this.orders.get(sorting.join("&"), this.table.version, () =>
      this.table.indexes().sort(compare),
    );
  }

  private comparison(sorting: readonly string[]): Comparison {
    const columns = sorting.map((sort) => this.column(sort));
    return (a, b) => {
      for (const compareColumn of columns) {
        const difference = compareColumn(a, b);
        if (difference !== 0) return difference;
      }
      return 0;
    };
  }

  /** Compares two rows by one key. PostgreSQL puts nulls last, and first when descending. */
  private column(sort: string): Comparison {
    const name = sort.replace(/^-/, "");
    const sign = name === sort ? 1 : -1;
    const values = this.table.column(name);
    return (a, b) => sign * compareKeys(values[a] ?? null, values[b] ?? null);
  }
}

/** Ascending, nulls last. */
function compareKeys(a: Key, b: Key): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

/** The position after the tie group that begins at `start`. */
function endOfGroup(groups: Uint32Array, start: number): number {
  if (groups[start + 1] !== start) return start + 1;
  let inside = start + 1;
  let step = 1;
  while (groups[inside + step] === start) {
    inside += step;
    step *= 2;
  }
  for (; step > 0; step >>= 1) if (groups[inside + step] === start) inside += step;
  return inside + 1;
}

/** Where a permutation of `size` positions, one of many by `seed`, puts `position`. */
function shuffled(position: number, size: number, seed: number): number {
  let step = 1 + (hash(seed, 1) % size);
  while (divisor(step, size) !== 1) step++;
  return ((seed % size) + position * step) % size;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
