import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { Counts, Known } from "./counts.ts";
import { RowDigest } from "./row-digest.ts";
import { areDifferent, type SortKeys, sortKeysOf } from "./sort-keys.ts";

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
  readonly firstKeys: SortKeys | undefined;
  readonly lastKeys: SortKeys | undefined;
}

/**
 * Finds the places where a sweep may be interrupted: every row behind has been read, and none of
 * them ties with those to come. Rows of equal sort keys change places across the border: one may be
 * written before it and come again after it in the place of another, and whoever goes on there would
 * take it for a new one.
 */
export class Positions {
  readonly #counts: Counts;
  readonly #primaryKey: readonly string[];
  readonly #sorting: readonly string[];
  readonly #pageSize: number;
  #previous: PageTrace | undefined;
  /** The last one found. */
  latest: SweepPosition | undefined;

  constructor(
    counts: Counts,
    primaryKey: readonly string[],
    sorting: readonly string[],
    pageSize: number,
  ) {
    this.#counts = counts;
    this.#primaryKey = primaryKey;
    this.#sorting = sorting;
    this.#pageSize = pageSize;
  }

  /** The page before the position of an interrupted sweep: false when it is another than it was. */
  recognize(page: ListPage, { digest }: SweepPosition): boolean {
    this.#previous = this.#traceOf(page);
    return this.#previous.digest === digest;
  }

  /** Looks at a page of the first pass, in order, before its rows are counted. */
  pass(page: ListPage, number: number): void {
    const counts = this.#counts;
    const previous = this.#previous;
    const trace = this.#traceOf(page);
    this.#previous = trace;
    const { known } = counts;
    const isSeamless =
      Number.isFinite(known.count) &&
      counts.seen === (number - 1) * this.#pageSize &&
      !counts.hasNewcomers &&
      counts.unreadable.least(0) === known.unreadable.length;
    if (!previous || !isSeamless || !areDifferent(previous.lastKeys, trace.firstKeys)) return;
    this.latest = { page: number, ...known, digest: previous.digest };
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
      firstKeys: first && sortKeysOf(first, 0, this.#sorting),
      lastKeys: last && sortKeysOf(last, last.count - 1, this.#sorting),
    };
  }
}
