/** A list of the API as the sweep meets it: sorted, without a tie-breaker, changing while it is read. */
import type { ListPage } from "../../src/polar/list.ts";
import type { Part } from "../../src/sync/sweep/passes.ts";
import { PageMaker } from "./pages.ts";

export interface ModelRow {
  readonly id: string;
  /** Sort keys; `created_at` is shown as a time, these minutes after the first row's. */
  readonly created_at: number;
  readonly amount: number;
  readonly status: string;
}

/** In which order rows of equal keys come, when the first `bound` of the sorted list are wanted. */
export type Ties = (
  rows: readonly ModelRow[],
  compare: Compare,
  bound: number,
  way: string,
) => ModelRow[];

type Compare = (one: ModelRow, other: ModelRow) => number;

/** Every page of every order has its ties in an order of its own: the worst there is. */
export const randomTies =
  (seed: number): Ties =>
  (rows, compare, bound, way) =>
    rows
      .map((row) => ({ row, rank: hash(`${row.id} ${bound} ${way} ${seed}`) }))
      .sort((one, other) => compare(one.row, other.row) || one.rank - other.rank)
      .map(({ row }) => row);

/**
 * The order that PostgreSQL gives: a heap of the best `bound` rows where the list is more than
 * twice as long, and a full sort otherwise.
 */
export const heapTies: Ties = (rows, compare, bound) => {
  if (rows.length <= bound * 2) return rows.toSorted(compare);
  const heap: ModelRow[] = [];
  // The worst of those kept is on top.
  const isBefore = (one: ModelRow, other: ModelRow) => compare(one, other) >= 0;
  const sink = (row: ModelRow, size: number) => {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (child >= size || !left) break;
      if (child + 1 < size && right && compare(left, right) < 0) child++;
      const best = heap[child] ?? left;
      if (isBefore(row, best)) break;
      heap[place] = best;
      place = child;
    }
    heap[place] = row;
  };
  for (const row of rows) {
    const [worst] = heap;
    if (heap.length < bound) {
      let place = heap.push(row) - 1;
      while (place > 0) {
        const up = (place - 1) >> 1;
        const above = heap[up];
        if (!above || isBefore(above, row)) break;
        heap[place] = above;
        place = up;
      }
      heap[place] = row;
    } else if (worst && compare(row, worst) < 0) sink(row, bound);
  }
  for (let size = heap.length - 1; size > 0; size--) {
    const [worst] = heap;
    const last = heap[size];
    if (worst && last) {
      sink(last, size);
      heap[size] = worst;
    }
  }
  return heap;
};

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

export interface ModelOptions {
  readonly rows: readonly ModelRow[];
  readonly ties: Ties;
  /** What happens to the list before it is read for the nth time. */
  readonly before?: (read: number, list: ModelList) => void;
  /** Rows that the server fails to send. */
  readonly isPoisoned?: (row: ModelRow) => boolean;
}

export class ModelList {
  readonly maker = new PageMaker();
  readonly requests: { readonly part: Part; readonly page: number }[] = [];
  rows: ModelRow[];
  /** Rows that have been there from the beginning. */
  readonly lasting: Set<string>;
  readonly #options: ModelOptions;
  /** When the next row will be created. */
  #next: number;

  constructor(options: ModelOptions) {
    this.#options = options;
    this.#next = 1 + Math.max(0, ...options.rows.map((row) => row.created_at));
    this.rows = [...options.rows];
    this.lasting = new Set(this.rows.map(({ id }) => id));
  }

  /** Adds a row that is created later than all that ever were. */
  insert(): void {
    const created_at = this.#next++;
    const id = `new-${created_at}-${this.requests.length}-${this.rows.length}`;
    this.rows.push({ id, created_at, amount: this.rows.length % 3, status: "open" });
  }

  /** Deletes the row at a place, counted from the oldest, modulo the number of rows. */
  delete(place: number): void {
    const [gone] = this.rows.splice(this.rows.length > 0 ? place % this.rows.length : 0, 1);
    if (gone) this.lasting.delete(gone.id);
  }

  read = async (part: Part, page: number): Promise<ListPage> => {
    this.requests.push({ part, page });
    this.#options.before?.(this.requests.length, this);
    const filters = Object.entries(part.query);
    const rows = this.rows.filter((row) =>
      filters.every(([name, value]) => isWithin(row, name, String(value))),
    );
    const bound = page * part.limit;
    const sorted = this.#options.ties(rows, comparison(part.sorting), bound, part.sorting.join());
    const from = bound - part.limit;
    const totalCount = rows.length;
    const lastPage = Math.ceil(totalCount / part.limit);
    const receivedAt = this.requests.length;
    const wanted = sorted.slice(from, bound);
    const readable = wanted.filter((row) => !this.#options.isPoisoned?.(row));
    const unreadable = wanted.flatMap((row, index) =>
      this.#options.isPoisoned?.(row) ? [from + index] : [],
    );
    const counts = { totalCount, lastPage, receivedAt };
    return this.maker.page(readable.map(shown), { ...counts, unreadable });
  };
}

const START = Date.parse("2026-08-01T12:00:00Z");

/** The filters for ranges of time; others are for one value of a column. */
export const MODEL_RANGE = { after: "after", before: "before" } as const;

function isWithin(row: ModelRow, filter: string, value: string): boolean {
  if (filter === MODEL_RANGE.after) return timeOf(row) > value;
  if (filter === MODEL_RANGE.before) return timeOf(row) < value;
  return keyOf(row, filter) === value;
}

/** A row as the API sends it. */
function shown(row: ModelRow): object {
  return { ...row, created_at: timeOf(row) };
}

function timeOf({ created_at }: ModelRow): string {
  return new Date(START + created_at * 60_000).toISOString().replace("Z", "000Z");
}

function comparison(sorting: readonly string[]): Compare {
  return (one, other) => {
    for (const key of sorting) {
      const name = key.replace("-", "");
      const [a, b] = [keyOf(one, name), keyOf(other, name)];
      if (a !== b) return a < b === key.startsWith("-") ? 1 : -1;
    }
    return 0;
  };
}

function keyOf(row: ModelRow, name: string): string | number {
  if (name === "created_at" || name === "amount") return row[name];
  return name === "status" ? row.status : row.id;
}
