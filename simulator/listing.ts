/**
 * Which rows stand on a page. The API sorts by the asked keys and by nothing else, so rows that are
 * equal in them come in an order that PostgreSQL chooses anew for every OFFSET and LIMIT: whoever
 * walks the pages gets some of them twice and others never.
 */
import { Columns } from "./columns.ts";
import type { Key } from "./json.ts";
import { hash, hashText } from "./random.ts";
import { type Comparison, firstFrom, SortedRows } from "./sorted-rows.ts";
import type { Table } from "./table.ts";
import { ValueIndex } from "./value-index.ts";
import { VersionCache } from "./version-cache.ts";

/** What the key of that name must be. */
export interface Condition {
  readonly key: string;
  readonly test: (key: Key) => boolean;
  /** The values that pass, if they can be named. Otherwise it is a bound: all keys on one side pass. */
  readonly values: readonly Key[] | null;
}

/** What a list was asked for, apart from the page. */
export interface Selection {
  /** Keys to sort by, `-` before descending ones. */
  readonly sorting: readonly string[];
  readonly conditions: readonly Condition[];
  /** Hidden rows are shown as well. */
  readonly revealed: boolean;
  /** Equal for equal selections. */
  readonly name: string;
}

/** The rows from `from` on and before `to`. */
interface Found {
  readonly rows: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly compare: Comparison;
}

export type Ties = "shuffled" | "stable";

/** So many selections of a table are kept. */
const KEPT = 8;
/** Rows are found by an index and sorted then, if they are less than this part of all. */
const FEW = 1 / 8;

export class Listing {
  readonly #table: Table;
  readonly #ties: Ties;
  /** Each row with an index that this divides is in the list twice; 0 for none. */
  readonly #twiceEvery: number;
  readonly #columns: Columns;
  readonly #found = new VersionCache<Found>(KEPT);
  readonly #sorted = new Map<string, SortedRows>();
  readonly #indexes = new Map<string, ValueIndex>();

  constructor(table: Table, ties: Ties, twiceEvery: number) {
    this.#table = table;
    this.#ties = ties;
    this.#twiceEvery = twiceEvery;
    this.#columns = new Columns(table);
  }

  /** How many rows the selection has. */
  count(selection: Selection): number {
    const { from, to } = this.#find(selection);
    return to - from;
  }

  /** The indexes of the rows on a page: fewer than `limit` if a row that is there twice is on it. */
  page(selection: Selection, offset: number, limit: number): number[] {
    const { rows, from, to, compare } = this.#find(selection);
    const end = Math.min(from + offset + limit, to);
    const seed = hash(this.#table.world.seed ^ hashText(selection.name), offset, limit);
    const page: number[] = [];
    let group = { start: 0, end: 0 };
    for (let at = from + offset; at < end; at++) {
      if (at >= group.end) group = this.#groupAt(rows, from, to, at, compare);
      const size = group.end - group.start;
      const turned = shuffled(at - group.start, size, hash(seed, group.start - from));
      const row = rows[size === 1 ? at : group.start + turned];
      if (row !== undefined) page.push(row);
    }
    return this.#twiceEvery === 0 ? page : [...new Set(page)];
  }

  /** All rows of the selection, in its order. */
  all(selection: Selection): readonly number[] {
    const { rows, from, to } = this.#find(selection);
    return rows.slice(from, to);
  }

  /** The positions of the rows that are equal to that at `at`. */
  #groupAt(
    rows: readonly number[],
    from: number,
    to: number,
    at: number,
    compare: Comparison,
  ): { start: number; end: number } {
    if (this.#ties === "stable") return { start: at, end: at + 1 };
    const row = rows[at] ?? 0;
    return {
      start: firstFrom(rows, from, at, (other) => compare(other, row) >= 0),
      end: firstFrom(rows, at, to, (other) => compare(other, row) > 0),
    };
  }

  #find(selection: Selection): Found {
    const version = this.#table.version + this.#table.world.lookups;
    return this.#found.get(selection.name, version, () => {
      const found = this.#select(selection);
      if (this.#twiceEvery === 0) return found;
      const twice = found.rows
        .slice(found.from, found.to)
        .flatMap((row) => (row % this.#twiceEvery === 0 ? [row, row] : [row]));
      return { ...found, rows: twice, from: 0, to: twice.length };
    });
  }

  #select({ sorting, conditions, revealed }: Selection): Found {
    const sorted = this.#sort(sorting, revealed);
    const { rows, compare } = sorted;
    const [first = ""] = sorting;
    const isBound = (condition: Condition): boolean =>
      condition.values === null && condition.key === first.replace(/^-/, "");
    let range = { rows, from: 0, to: rows.length };
    for (const condition of conditions.filter(isBound)) {
      range = this.#narrow(range, first.startsWith("-"), condition);
    }
    const others = conditions.filter((condition) => !isBound(condition));
    if (others.length === 0) return { ...range, compare };
    const tests = conditions.map(({ key, test }) => {
      const { keys } = this.#columns.get(key);
      return (row: number): boolean => test(keys[row] ?? null);
    });
    const passes = (row: number): boolean => tests.every((test) => test(row));
    const few = this.#candidates(others, (range.to - range.from) * FEW);
    const chosen =
      few === null
        ? rows.slice(range.from, range.to).filter(passes)
        : few
            .filter((row) => this.#shows(row, revealed) && passes(row))
            .sort((a, b) => compare(a, b) || a - b);
    return { rows: chosen, from: 0, to: chosen.length, compare };
  }

  /** The part of a range whose first sort key is on the right side of a bound. */
  #narrow(range: Omit<Found, "compare">, descending: boolean, { key, test }: Condition) {
    const { rows } = range;
    const { keys } = this.#columns.get(key);
    const isNull = (row: number): boolean => keys[row] === null;
    const passes = (row: number): boolean => test(keys[row] ?? null);
    // Nulls, which no bound lets through, stand last, and first when descending.
    let { from, to } = range;
    if (descending) from = firstFrom(rows, from, to, (row) => !isNull(row));
    else to = firstFrom(rows, from, to, isNull);
    const isAfter = test(Number.POSITIVE_INFINITY);
    if (isAfter !== descending) from = firstFrom(rows, from, to, passes);
    else to = firstFrom(rows, from, to, (row) => !passes(row));
    return { rows, from, to };
  }

  /** The rows that pass one of the conditions, the most selective one; null if there are `many`. */
  #candidates(conditions: readonly Condition[], many: number): number[] | null {
    let fewest: Iterable<number> | null = null;
    let least = many;
    for (const condition of conditions) {
      const { size, rows } =
        condition.values === null
          ? this.#withinBound(condition)
          : this.#withValue(condition.key, condition.values);
      if (size >= least) continue;
      least = size;
      fewest = rows;
    }
    return fewest === null ? null : [...fewest];
  }

  #withValue(key: string, values: readonly Key[]): { size: number; rows: Iterable<number> } {
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = new ValueIndex(this.#table, this.#columns, key);
      this.#indexes.set(key, index);
    }
    const sets = index.with(values);
    const size = sets.reduce((sum, set) => sum + set.size, 0);
    return { size, rows: flattened(sets) };
  }

  #withinBound(condition: Condition): { size: number; rows: Iterable<number> } {
    const { rows } = this.#sort([condition.key], true);
    const range = this.#narrow({ rows, from: 0, to: rows.length }, false, condition);
    return { size: range.to - range.from, rows: sliced(range) };
  }

  #sort(sorting: readonly string[], revealed: boolean): SortedRows {
    const name = `${revealed} ${sorting.join("&")}`;
    let sorted = this.#sorted.get(name);
    if (sorted === undefined) {
      const includes = (row: number): boolean => this.#shows(row, revealed);
      sorted = new SortedRows(this.#table, this.#columns, sorting, includes);
      this.#sorted.set(name, sorted);
    }
    return sorted;
  }

  #shows(row: number, revealed: boolean): boolean {
    return this.#table.has(row) && (revealed || !this.#table.isHidden(row));
  }
}

function* flattened(sets: readonly Set<number>[]): Iterable<number> {
  for (const set of sets) yield* set;
}

function* sliced({ rows, from, to }: Omit<Found, "compare">): Iterable<number> {
  for (let at = from; at < to; at++) yield rows[at] ?? 0;
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
