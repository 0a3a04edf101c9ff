/**
 * How a list is read whole, and how it is known to be. Five files tell it all: this one the course of
 * a sweep, `passes.ts` the ways to walk a list, `counts.ts` what the API's numbers prove,
 * `unreadable.ts` what stands in their way, `position.ts` where one may be interrupted.
 */
import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource } from "../../streams/define.ts";
import { Counts } from "./counts.ts";
import { firstPass, newestFirst, otherPasses, type Part, type Pass } from "./passes.ts";
import { Positions, type SweepPosition } from "./position.ts";
import type { Verdict } from "./verdicts.ts";
import { walk } from "./walk.ts";

export interface SweepOptions {
  readonly source: ListSource;
  readonly primaryKey: readonly string[];
  readonly pageSize: number;
  readonly readAhead: number;
  /** The very first question is page 1 of {@link newestFirst}. */
  readonly read: (part: Part, page: number) => Promise<ListPage>;
  /** Called for each row that the sweep has not seen before, in order. */
  readonly onRow: (rows: Rows, row: number, page: ListPage) => void;
  readonly onAllRequested: () => void;
  /** Where an interrupted sweep stood. */
  readonly resume?: SweepPosition | undefined;
  /** How often the list may be read again; often enough, unless said otherwise. */
  readonly mostPasses?: number | undefined;
  /** Whether the API counts rows that it does not show, because they are there already. */
  readonly mayRepeatRows?: boolean | undefined;
  /** Called for each page of the first pass, before its rows. */
  readonly onPage?: ((page: ListPage) => void) | undefined;
}

/** How often a list is read again, and after how many readings without a new row it is enough. */
const MOST_PASSES = 12;
const MOST_FRUITLESS_PASSES = 4;

/** After so many, each time that a row could not be read is taken for another row. */
const FRUITLESS_PASSES_FOR_UNREADABLE = 2;

/** How often a pass asks whether more rows have come: a list that keeps growing is never done. */
const MOST_CLOSINGS = 3;

/** Yielded after each page: where to go on, should the sweep be interrupted; undefined: nowhere. */
type Progress<Result> = AsyncGenerator<SweepPosition | undefined, Result>;

/**
 * Reads a whole list, each row once, and proves it by the counts; see {@link Counts}.
 *
 * It begins with the page of the newest rows: one answer tells how many there are and which are too
 * new to count. Then it walks the list, the oldest first, and asks for the newest page again: what
 * has come is there, and the count must still be reached. A list that fits in that page is whole at
 * once. While the numbers differ, because rows tie or the list changes, it is read again in other
 * ways, and each pass begins where the one before it has ended.
 */
export function sweep(options: SweepOptions): Progress<Verdict> {
  return new Sweep(options).run();
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #counts: Counts;
  readonly #positions: Positions;
  readonly #first: Part;
  readonly #newest: Part;

  constructor(options: SweepOptions) {
    const { source, primaryKey, pageSize } = options;
    this.#options = options;
    this.#counts = new Counts(source.order, primaryKey);
    this.#positions = new Positions(this.#counts, primaryKey, source.order, pageSize);
    this.#first = firstPass(source, pageSize);
    this.#newest = newestFirst(source, pageSize);
  }

  async *run(): Progress<Verdict> {
    const counts = this.#counts;
    const { source, pageSize, resume, mostPasses = MOST_PASSES } = this.#options;
    const early = resume ? yield* this.#goOn(resume) : yield* this.#begin();
    if (early) return counts.verdict(early);
    if (yield* this.#close()) return counts.verdict("whole");
    if (resume) return counts.verdict("unproven");

    let passes = 0;
    let fruitless = 0;
    for (const pass of otherPasses(source, pageSize)) {
      if (passes++ === mostPasses || fruitless === MOST_FRUITLESS_PASSES) break;
      const before = counts.seen;
      if (yield* this.#readAgain(pass)) return counts.verdict("whole");
      fruitless = counts.seen > before ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS_PASSES_FOR_UNREADABLE && counts.addUp("likely")) {
        return counts.verdict("whole");
      }
    }
    return counts.verdict("short");
  }

  /** The first pass. Returns how the sweep has ended, if it has. */
  async *#begin(): Progress<Verdict["outcome"] | undefined> {
    const { pageSize, mayRepeatRows = false } = this.#options;
    const counts = this.#counts;
    const opening = await this.#read(this.#newest, 1);
    counts.noteNewest(opening);
    counts.beginPass();
    if (isWholeList(opening, pageSize, mayRepeatRows)) {
      this.#options.onAllRequested();
      this.#options.onPage?.(opening);
      this.#take(opening, this.#first, { offset: 0, backwards: this.#isOrdered });
      yield undefined;
      return "whole";
    }
    // A list without an order has no newest page: what was asked for is its first page.
    const first = this.#isOrdered ? undefined : opening;
    const lastPage = opening.totalCount === undefined ? undefined : Math.max(1, opening.lastPage);
    if (!first) opening.release();
    yield* this.#firstWalk(this.#walk(this.#first, { first, lastPage }));
    return undefined;
  }

  /** The rest of the first pass, from where it was interrupted. */
  async *#goOn(resume: SweepPosition): Progress<Verdict["outcome"] | undefined> {
    this.#counts.resume(resume);
    const walking = this.#walk(this.#first, { firstPage: resume.page - 1 });
    const { value: before } = await walking.next();
    if (!before) return "moved";
    const isKnown = this.#positions.recognize(before.page, resume);
    if (isKnown) this.#counts.takeKnown(before.page);
    before.page.release();
    if (!isKnown) {
      await walking.return();
      return "moved";
    }
    yield* this.#firstWalk(walking);
    return undefined;
  }

  async *#firstWalk(walking: ReturnType<typeof walk>): Progress<void> {
    for await (const { page, number } of walking) {
      this.#options.onPage?.(page);
      this.#positions.pass(page, number);
      this.#takeWalked(page, this.#first, number);
      yield this.#positions.latest;
    }
  }

  /** Reads the list once more in another way; true as soon as nothing is missing. */
  async *#readAgain(pass: Pass): Progress<boolean> {
    this.#counts.beginPass();
    let hasClosed = false;
    for (const part of pass) {
      for await (const { page, number } of this.#walk(part)) {
        this.#takeWalked(page, part, number);
        yield undefined;
        if (hasClosed || !this.#counts.addUp()) continue;
        if (yield* this.#close()) return true;
        hasClosed = true;
      }
    }
    return yield* this.#close();
  }

  /**
   * Asks for the newest page once more: true when all that had been read by then is as much as there
   * is. Rows that have come are read, and then the question is asked again.
   */
  async *#close(): Progress<boolean> {
    const counts = this.#counts;
    for (let closing = 0; closing < MOST_CLOSINGS; closing++) {
      const before = counts.seen;
      const number = this.#isOrdered ? 1 : Math.max(1, this.#pagesOf(counts.latest));
      const page = await this.#read(this.#newest, number);
      counts.noteNewest(page);
      const isProven = counts.addUp();
      const count = countOf(page);
      this.#take(page, this.#newest);
      yield undefined;
      if (isProven) return true;
      if (counts.seen === before) return false;
      if (counts.seen === before + count) yield* this.#catchUp(before);
    }
    return false;
  }

  /** Reads what has come at the end of the list, where it is more than a page. */
  async *#catchUp(known: number): Progress<void> {
    const firstPage = Math.max(1, Math.floor(known / this.#first.limit));
    for await (const { page } of this.#walk(this.#first, { firstPage })) {
      this.#take(page, this.#first);
      yield undefined;
    }
  }

  get #isOrdered(): boolean {
    return this.#options.source.order.length > 0;
  }

  #pagesOf(count: number): number {
    return Number.isFinite(count) ? Math.ceil(count / this.#first.limit) : 1;
  }

  #takeWalked(page: ListPage, part: Part, number: number): void {
    this.#take(page, part, { offset: (number - 1) * part.limit });
  }

  /** Counts a page, hands on its new rows, and gives its memory back. */
  #take(
    page: ListPage,
    part: Part,
    place: { offset: number | undefined; backwards?: boolean } = { offset: undefined },
  ): void {
    const { onRow } = this.#options;
    this.#counts.take(page, part, { ...place, onNew: (rows, row) => onRow(rows, row, page) });
    page.release();
  }

  async #read(part: Part, number: number): Promise<ListPage> {
    const page = await this.#options.read(part, number);
    const { query = {} } = this.#options.source;
    const isFiltered = Object.keys(part.query).length > Object.keys(query).length;
    if (!isFiltered) this.#counts.note(page);
    return page;
  }

  #walk(
    part: Part,
    options: {
      firstPage?: number;
      first?: ListPage | undefined;
      lastPage?: number | undefined;
    } = {},
  ): ReturnType<typeof walk> {
    const { readAhead, onAllRequested } = this.#options;
    const read = (number: number) => this.#read(part, number);
    return walk({ firstPage: 1, ...options, read, readAhead, onAllRequested });
  }
}

/**
 * Whether a page is the whole list: one answer is one look at the list, and if there were more rows
 * than it shows they would be on it. A full page may be cut.
 */
function isWholeList(page: ListPage, limit: number, mayRepeatRows: boolean): boolean {
  const { answers, unreadable, totalCount, lastPage } = page;
  if (answers.length !== 1 || unreadable.length > 0 || totalCount === undefined) return false;
  const count = countOf(page);
  const isAll = mayRepeatRows || count >= totalCount;
  return lastPage <= 1 && Math.max(count, totalCount) < limit && isAll;
}

function countOf(page: ListPage): number {
  let count = 0;
  for (const rows of page) count += rows.count;
  return count;
}
