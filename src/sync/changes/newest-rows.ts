import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource, Query } from "../../streams/define.ts";
import type { LaneContext } from "../contract/context.ts";
import { readListPage } from "../lists/read-list.ts";
import { stringOf, timeOf } from "../records/row-values.ts";
import { newestFirst, otherLimits, type Part } from "../sweep/passes.ts";

/** What to read of a list, newest rows first. */
export interface NewestReading {
  /** Filters beside those of the list. */
  readonly query?: Query;
  /** Rows that were created earlier are not wanted; milliseconds since the epoch. */
  readonly since: number;
  /** More pages than these are not worth it. */
  readonly mostPages: number;
  /** Whether what has come is all that is wanted, though it does not go down to `since`. */
  readonly isEnough?: (read: NewestRows) => boolean;
}

/** So often pages whose border cuts a tie are read again, in other sizes. */
const MOST_OTHER_SIZES = 3;

/** A row, and the page on which it stands. */
export interface RowOnPage {
  readonly rows: Rows;
  readonly row: number;
  readonly page: ListPage;
}

/** The newest rows of a list. Who takes them releases them. */
export class NewestRows {
  readonly pages: readonly ListPage[];
  /** Whether the rows go down to the moment that was asked for. */
  readonly isReached: boolean;
  /** Rows that were created earlier are not among them; milliseconds since the epoch. */
  readonly since: number;
  readonly #createdBy: string;

  constructor(pages: readonly ListPage[], isReached: boolean, since: number, createdBy: string) {
    this.pages = pages;
    this.isReached = isReached;
    this.since = since;
    this.#createdBy = createdBy;
  }

  /**
   * From when on all rows have come, in milliseconds since the epoch; undefined where some may be
   * missing.
   */
  get allSince(): number | undefined {
    if (!this.isReached || this.isCutInTies) return undefined;
    const last = this.pages.at(-1);
    const isEnd = last === undefined || this.pages.length >= last.lastPage;
    // Of the time of the last row there may be more on the next page.
    const from = isEnd ? this.since : Math.max(this.since, this.oldest + 1);
    return Number.isFinite(from) ? from : undefined;
  }

  /** The time of the last row; never before any moment where there is none. */
  get oldest(): number {
    const last = this.pages.at(-1);
    return last === undefined ? Number.POSITIVE_INFINITY : oldestOn(last, this.#createdBy);
  }

  /** How many rows the list had when the first answer was made. */
  get count(): number | undefined {
    return this.pages[0]?.totalCount;
  }

  /** Each row that is as new as was asked for, with its page; of the first pages none, if so wanted. */
  *rows(firstPage = 0): Generator<RowOnPage, void> {
    for (const one of this.onPages(firstPage)) {
      if (timeOf(one.rows, one.row, this.#createdBy) < this.since) continue;
      yield one;
    }
  }

  /** Each row on the pages that were read. */
  *onPages(firstPage = 0): Generator<RowOnPage, void> {
    for (const page of this.pages.slice(firstPage)) {
      for (const rows of page) {
        for (let row = 0; row < rows.count; row++) yield { rows, row, page };
      }
    }
  }

  /** Whether rows of one time stand on two pages: then the API may have left out some of them. */
  get isCutInTies(): boolean {
    const [, ...others] = this.pages;
    return others.some((page, index) => {
      const before = this.pages[index];
      return before && !(oldestOn(before, this.#createdBy) > newestOn(page, this.#createdBy));
    });
  }

  /** Whether as many different rows have come as the list has, all of which were asked for. */
  get isWhole(): boolean {
    if (Number.isFinite(this.since) || this.count === undefined) return false;
    const ids = new Set([...this.rows()].map(({ rows, row }) => stringOf(rows, row, "id")));
    return ids.size >= this.count;
  }

  release(): void {
    for (const page of this.pages) page.release();
  }
}

/**
 * Reads the newest rows of a list that sorts by the time of creation. While rows come, they push
 * others on to the next page, where those are met twice; what is missed is for the audit to find.
 */
export async function readNewest(
  source: ListSource,
  createdBy: string,
  reading: NewestReading,
  lane: LaneContext,
): Promise<NewestRows> {
  return readPages(source, createdBy, reading, newestPart(source, reading, lane), lane);
}

/**
 * The same for rows of which none may slip through: where the border of two pages cuts rows of one time,
 * one may have hidden another, and they are read again with other borders. Some rows come twice then.
 */
export async function readNewestWithTies(
  source: ListSource,
  createdBy: string,
  reading: NewestReading,
  lane: LaneContext,
): Promise<NewestRows> {
  const part = newestPart(source, reading, lane);
  let all = await readPages(source, createdBy, reading, part, lane);
  let last = all;
  for (const other of otherLimits(part).slice(0, MOST_OTHER_SIZES)) {
    if (!last.isCutInTies || all.isWhole) break;
    try {
      last = await readPages(source, createdBy, reading, other, lane);
    } catch (error) {
      all.release();
      throw error;
    }
    all = new NewestRows([...all.pages, ...last.pages], last.isReached, all.since, createdBy);
  }
  return all;
}

function newestPart(source: ListSource, { query }: NewestReading, lane: LaneContext): Part {
  const newest = newestFirst(source, lane.pageSize);
  return { ...newest, query: { ...newest.query, ...query } };
}

async function readPages(
  source: ListSource,
  createdBy: string,
  { since, mostPages, isEnough = () => false }: NewestReading,
  part: Part,
  lane: LaneContext,
): Promise<NewestRows> {
  const pages: ListPage[] = [];
  try {
    for (let number = 1; number <= mostPages; number++) {
      const page = await readListPage({ source }, part, number, lane);
      pages.push(page);
      const read = new NewestRows(pages, true, since, createdBy);
      if (number >= page.lastPage || read.oldest < since || isEnough(read)) return read;
    }
  } catch (error) {
    for (const page of pages) page.release();
    throw error;
  }
  return new NewestRows(pages, false, since, createdBy);
}

/** The time of a page's last row; never before any moment where it shows none. */
function oldestOn(page: ListPage, createdBy: string): number {
  const last = [...page].findLast(({ count }) => count > 0);
  return last === undefined ? Number.POSITIVE_INFINITY : timeOf(last, last.count - 1, createdBy);
}

/** The time of a page's first row; before any moment where it shows none. */
function newestOn(page: ListPage, createdBy: string): number {
  const first = [...page].find(({ count }) => count > 0);
  return first === undefined ? Number.NEGATIVE_INFINITY : timeOf(first, 0, createdBy);
}
