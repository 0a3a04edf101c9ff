import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { Known, Settled } from "./known.ts";
import { RowDigest } from "./row-digest.ts";
import { areDifferent, type SortKeys, sortKeysOf } from "./sort-keys.ts";
import type { SweptList } from "./swept-list.ts";

/**
 * How far a sweep has come: enough to go on later, to notice if the list has moved since, and to
 * prove in the end what the whole sweep would have proven.
 */
export interface SweepPosition extends Known {
  /** The next page to read. */
  readonly page: number;
  /** Stands for the ids of the page before, in any order. */
  readonly digest: string;
}

/** What is kept of a page whose memory is used again. */
interface PageTrace {
  readonly digest: string;
  readonly first: RowTrace | undefined;
  readonly last: RowTrace | undefined;
}

interface RowTrace {
  readonly keys: SortKeys;
  readonly time: string | undefined;
}

/**
 * Finds the places where a sweep may be interrupted: every row behind has been read, and none of
 * them ties with those to come. Rows of equal sort keys change places across the border: one may be
 * written before it and come again after it in the place of another, and whoever goes on there would
 * take it for a new one.
 */
export class Positions {
  readonly #list: SweptList;
  readonly #primaryKey: readonly string[];
  #previous: PageTrace | undefined;
  #settled: Settled | undefined;
  /** The last one found. */
  latest: SweepPosition | undefined;

  constructor(list: SweptList, primaryKey: readonly string[]) {
    this.#list = list;
    this.#primaryKey = primaryKey;
  }

  /** The page before the position of an interrupted sweep: false when it is another than it was. */
  recognize(page: ListPage, { digest, settled }: SweepPosition): boolean {
    this.#previous = this.#traceOf(page);
    this.#settled = settled;
    return this.#previous.digest === digest;
  }

  /** The time of the last row that has been looked at. */
  get reached(): string | undefined {
    return this.#previous?.last?.time;
  }

  /** Looks at a page of the first pass, in order, before its rows are counted. */
  pass(page: ListPage, number: number): void {
    const { counts, first: part } = this.#list;
    const { known } = counts;
    const trace = this.#traceOf(page);
    const { last } = this.#previous ?? {};
    const isSeamless =
      Number.isFinite(known.count) &&
      counts.seen === (number - 1) * part.limit &&
      !counts.hasNewcomers &&
      counts.unreadable.least(0) === known.unreadable.length;
    if (isSeamless && this.#previous && areDifferent(last?.keys, trace.first?.keys)) {
      if (last?.time !== undefined && last.time !== trace.first?.time) {
        this.#settled = { time: last.time, rows: counts.read };
      }
      const { digest } = this.#previous;
      this.latest = { page: number, ...known, settled: this.#settled, digest };
    }
    this.#previous = trace;
  }

  #traceOf(page: ListPage): PageTrace {
    const digest = new RowDigest();
    const parts: Rows[] = [];
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++) digest.add(this.#primaryKey, rows, row);
      if (rows.count > 0) parts.push(rows);
    }
    const [first, last] = page.unreadable.length === 0 ? [parts[0], parts.at(-1)] : [];
    return {
      digest: digest.text,
      first: first && this.#traceOfRow(first, 0),
      last: last && this.#traceOfRow(last, last.count - 1),
    };
  }

  #traceOfRow(rows: Rows, row: number): RowTrace {
    const { first, times } = this.#list;
    return { keys: sortKeysOf(rows, row, first.sorting), time: times.of(rows, row) };
  }
}
