import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { Gap } from "./gap.ts";
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
  #current: PageTrace | undefined;
  #settled: Settled | undefined;
  /** The last border that no tie crosses: before how many rows of the list it stands. */
  #border = 0;
  /** How many of the rows behind it have not been seen. */
  #missing = 0;
  /** The last one found. */
  latest: SweepPosition | undefined;

  constructor(list: SweptList, primaryKey: readonly string[]) {
    this.#list = list;
    this.#primaryKey = primaryKey;
  }

  /** The page before the position of an interrupted sweep: false when it is another than it was. */
  recognize(page: ListPage, { digest, settled, page: next }: SweepPosition): boolean {
    this.#previous = this.#traceOf(page);
    this.#settled = settled;
    this.#border = (next - 1) * this.#list.first.limit;
    return this.#previous.digest === digest;
  }

  /** The time of the last row that has been looked at. */
  get reached(): string | undefined {
    return this.#previous?.last?.time;
  }

  /**
   * Looks at a page of the first pass, in order, before its rows are counted. Returns where rows are
   * missing that stand behind it: a page border has cut a tie, and no tie goes on here.
   */
  arrive(page: ListPage, number: number): Gap | undefined {
    this.#current = this.#traceOf(page);
    if (!this.#isCountable || !this.#isBorder) return undefined;
    return this.#gapUntil((number - 1) * this.#list.first.limit);
  }

  /** The list ends here, and no tie goes on behind its end. */
  end(): Gap | undefined {
    const { known, latest } = this.#list.counts;
    return this.#isCountable ? this.#gapUntil(Math.min(known.count, latest)) : undefined;
  }

  /** The same page, when what was missing behind it has been looked for. */
  pass(number: number): void {
    const { counts, first: part } = this.#list;
    const behind = (number - 1) * part.limit;
    const { last } = this.#previous ?? {};
    const time = this.#current?.first?.time;
    if (this.#previous && this.#isCountable && this.#isBorder) {
      this.#border = behind;
      this.#missing = behind - counts.seen;
      if (this.#missing === 0 && this.#isSure) {
        if (last?.time !== undefined && last.time !== time) {
          this.#settled = { time: last.time, rows: counts.read };
        }
        const { digest } = this.#previous;
        this.latest = { page: number, ...counts.known, settled: this.#settled, digest };
      }
    }
    this.#previous = this.#current;
  }

  #gapUntil(until: number): Gap | undefined {
    const missing = until - this.#list.counts.seen - this.#missing;
    return missing > 0 ? { from: this.#border, until, missing } : undefined;
  }

  /** Whether the rows seen are those that stand behind, and none that has come since. */
  get #isCountable(): boolean {
    const { counts } = this.#list;
    return Number.isFinite(counts.known.count) && !counts.hasNewcomers;
  }

  /** Whether the rows that could not be read are certainly different ones. */
  get #isSure(): boolean {
    const { counts } = this.#list;
    return counts.unreadable.least(0) === counts.known.unreadable.length;
  }

  /** Whether no tie crosses the border between the page and the one before it. */
  get #isBorder(): boolean {
    return areDifferent(this.#previous?.last?.keys, this.#current?.first?.keys);
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
