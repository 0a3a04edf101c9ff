import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource } from "../../streams/define.ts";
import { type BorderKeys, borderKeys, isClearBorder } from "./borders.ts";
import { Census } from "./census.ts";
import { firstPass, otherPasses, type Part, type Pass } from "./passes.ts";
import { RowDigest } from "./row-digest.ts";
import { type WalkedPage, walk } from "./walk.ts";

export interface SweepOptions {
  readonly source: ListSource;
  readonly primaryKey: readonly string[];
  readonly pageSize: number;
  readonly readAhead: number;
  readonly read: (part: Part, page: number) => Promise<ListPage>;
  /** Called for each row that the sweep has not seen before, in order. */
  readonly onRow: (rows: Rows, row: number, page: WalkedPage) => void;
  readonly onAllRequested: () => void;
  /** Where an interrupted sweep stood. */
  readonly resume?: SweepPosition | undefined;
  /** How often the list may be read again; often enough, unless said otherwise. */
  readonly mostPasses?: number | undefined;
  /** Called for each page of the first pass, before its rows. */
  readonly onPage?: ((page: WalkedPage) => void) | undefined;
}

/** How far a sweep has come: enough to go on later and to notice if the list has moved since. */
export interface SweepPosition {
  /** The next page to read. */
  readonly page: number;
  /** How many rows are behind, those included that can't be read. */
  readonly rows: number;
  /** Offsets of the rows behind that can't be read. */
  readonly unreadable: readonly number[];
  /** Stands for the ids of the page before, in any order. */
  readonly digest: string;
}

/** What a sweep can say of its list when it is over. */
export interface Verdict {
  /** `moved`: the list is not the one that the interrupted sweep saw; nothing has been claimed. */
  readonly outcome: "whole" | "short" | "moved";
  /** Distinct rows that were read, and how many the API says there are. */
  readonly found: number;
  readonly expected: number;
  /** Offsets, in the declared order, of rows that the server fails to send or sends without key. */
  readonly unreadable: readonly number[];
  /** How many more such rows only another way to read the list has met. */
  readonly unreadableElsewhere?: number;
}

/** How often a list is read again, and after how many readings without a new row it is enough. */
const MOST_PASSES = 12;
const MOST_FRUITLESS_PASSES = 4;

/**
 * Reads a whole list, each row once, and counts.
 *
 * The API has no tie-breaker, so rows of equal sort keys change places between pages: a walk repeats
 * some and never sees others. So distinct ids are counted against `total_count`, and while they
 * differ the list is read again in other ways. It is whole when either
 * - one pass alone has seen as many rows as there were when it began, or
 * - all that was read since `total_count` last changed makes up that number together.
 * Two things no count can show: rows that come and others that go between the same two answers, and
 * new rows that make up for lost ones because all of the last page has gone since it was read.
 *
 * Yields after each page: the position to resume at, or undefined where there is none to keep.
 */
export async function* sweep(
  options: SweepOptions,
): AsyncGenerator<SweepPosition | undefined, Verdict> {
  const { source, pageSize, resume } = options;
  const counter = new Counter(options);
  const first = firstPass(source, pageSize);

  let resumeChecked = resume === undefined;
  let position: SweepPosition | undefined;
  let previous: PageTrace | undefined;
  for await (const page of walkPart(options, counter, first, resume ? resume.page - 1 : 1)) {
    if (!resumeChecked && resume) {
      resumeChecked = true;
      previous = counter.takeKnown(page, first, resume);
      if (previous.digest !== resume.digest) return { ...counter.verdict(), outcome: "moved" };
      continue;
    }
    options.onPage?.(page);
    const rowsBefore = counter.progress();
    const trace = counter.take(page, first);
    if (!page.again) {
      const isSeamless = !counter.hasShrunk && rowsBefore.rows === (page.number - 1) * pageSize;
      if (previous && isSeamless && isClearBorder(previous, trace)) {
        position = { page: page.number, ...rowsBefore, digest: previous.digest };
      }
      previous = trace;
    }
    yield position;
  }
  if (counter.passAddsUp || counter.addsUp) return { ...counter.verdict(), outcome: "whole" };
  if (resume) return { ...counter.verdict(), outcome: "moved" };

  const { mostPasses = MOST_PASSES } = options;
  let fruitless = 0;
  let passes = 0;
  for (const pass of otherPasses(source, pageSize)) {
    if (passes++ === mostPasses || fruitless === MOST_FRUITLESS_PASSES) break;
    const before = counter.rows;
    for await (const _ of repair(options, counter, pass)) yield undefined;
    if (counter.passAddsUp || counter.addsUp) return { ...counter.verdict(), outcome: "whole" };
    fruitless = counter.rows > before ? 0 : fruitless + 1;
  }
  return { ...counter.verdict(), outcome: "short" };
}

/** Reads the list once more in another way, until nothing is missing. */
async function* repair(options: SweepOptions, counter: Counter, pass: Pass): AsyncGenerator<void> {
  counter.beginPass(pass);
  for (const part of pass) {
    for await (const page of walkPart(options, counter, part, 1)) {
      if (page.again && counter.passAddsUp) {
        for (const answer of page.answers) answer.release();
        return;
      }
      counter.take(page, part);
      yield;
      if (counter.addsUp) return;
    }
  }
}

function walkPart(options: SweepOptions, counter: Counter, part: Part, firstPage: number) {
  const { read, readAhead, onAllRequested } = options;
  return walk({
    read: async (number) => {
      const page = await read(part, number);
      counter.noteCount(page, number, part);
      return page;
    },
    firstPage,
    pageSize: part.limit,
    readAhead,
    onAllRequested,
  });
}

/** What is kept of a page whose memory is used again. */
interface PageTrace extends BorderKeys {
  readonly digest: string;
}

/** Keeps the counts of a sweep. */
class Counter {
  readonly #options: SweepOptions;
  /** All that the sweep has seen; in the first pass also the count of that pass. */
  readonly #seen = new Census();
  #pass = this.#seen;
  /** What has been seen since the list's length last changed. */
  #steady = this.#seen;
  /** When that was, in milliseconds since the epoch. */
  #steadySince = 0;
  /** Unreadable rows met by this pass since then. */
  #steadyUnreadable = 0;
  /** How many rows the list has, as of the last answer. */
  #latestCount = 0;
  #hasShrunk = false;
  /** The last page of the pass, as of its first page, until it has been read. */
  #passEnd = 0;
  /** Whether this pass meets rows that are created meanwhile at its end, not among the others. */
  #newRowsComeLast: boolean;
  /** Whether the pass had added up before its end was read again. */
  #passAddedUp: boolean | undefined;
  #unreadable: readonly number[] = [];
  #unreadableElsewhere = 0;

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#newRowsComeLast = options.source.order.length > 0;
  }

  /** Rows behind: read, known from before, or unreadable. */
  get rows(): number {
    return this.#seen.found;
  }

  /** Whether this pass alone has seen all that was there when it began; never so part by part. */
  get passAddsUp(): boolean {
    return this.#newRowsComeLast && (this.#passAddedUp ?? this.#pass.addsUp);
  }

  /** Whether rows have gone while the list was read: others may have slipped through. */
  get hasShrunk(): boolean {
    return this.#hasShrunk;
  }

  /** Whether everything seen since the list's length last changed is as much as there is. */
  get addsUp(): boolean {
    return this.#steady.addsUp;
  }

  verdict(): Omit<Verdict, "outcome"> {
    const unreadable = this.#unreadable;
    const elsewhere = this.#unreadableElsewhere;
    return {
      found: this.rows - unreadable.length - elsewhere,
      expected: this.#steady.expected,
      unreadable,
      ...(elsewhere > 0 && { unreadableElsewhere: elsewhere }),
    };
  }

  /** What is behind, for the position of an interrupted sweep. */
  progress(): Pick<SweepPosition, "rows" | "unreadable"> {
    return { rows: this.rows, unreadable: this.#unreadable };
  }

  /** Notes how many rows the list has, as soon as an answer says so: pages are taken later. */
  noteCount({ totalCount, lastPage, receivedAt }: ListPage, number: number, part: Part): void {
    const { query = {} } = this.#options.source;
    const filtered = Object.keys(part.query).length > Object.keys(query).length;
    if (totalCount === undefined || filtered) return;
    if (totalCount < this.#latestCount) this.#hasShrunk = true;
    this.#latestCount = totalCount;
    if (this.#pass.expected === Number.POSITIVE_INFINITY) {
      this.#pass.expected = totalCount;
      this.#passEnd = lastPage;
    }
    if (totalCount !== this.#steady.expected) {
      this.#steady = new Census(totalCount);
      this.#steadySince = receivedAt;
      this.#steadyUnreadable = 0;
    }
    if (number === this.#passEnd) {
      // The end is read a moment later: rows that have come by then stand there with the others.
      const expected = Math.min(totalCount, number * part.limit);
      this.#pass.expected = Math.max(this.#pass.expected, expected);
      this.#passEnd = 0;
    }
  }

  beginPass(pass: Pass): void {
    const { order } = this.#options.source;
    this.#newRowsComeLast =
      order.length > 0 && pass.every(({ sorting }) => sorting.join() === order.join());
    this.#pass = new Census();
    this.#passAddedUp = undefined;
    this.#steadyUnreadable = 0;
  }

  /**
   * Takes the page before the position of an interrupted sweep: its rows are written already.
   */
  takeKnown(page: WalkedPage, part: Part, resume: SweepPosition): PageTrace {
    const keys = borderKeys(page, part);
    const digest = new RowDigest();
    for (const { rows } of page.answers) {
      for (let row = 0; row < rows.count; row++) {
        this.#seen.add(this.#options.primaryKey, rows, row);
        digest.add(this.#options.primaryKey, rows, row);
      }
    }
    release(page);
    this.#seen.known = resume.rows - this.#seen.ids.size;
    this.#unreadable = resume.unreadable;
    return { digest: digest.text, ...keys };
  }

  /** Counts a page's rows and hands on the new ones. */
  take(page: WalkedPage, part: Part): PageTrace {
    const { primaryKey, onRow } = this.#options;
    // What is read again came during this pass, and was not there when it began.
    if (page.again) this.#passAddedUp ??= this.#pass.addsUp;
    const ownCount = this.#steady !== this.#seen && this.#steady !== this.#pass;
    // A page read before the last change may hold rows that have gone since.
    const isSteady = ownCount && page.receivedAt >= this.#steadySince;
    const keys = borderKeys(page, part);
    const digest = new RowDigest();
    const unreadable = [...page.unreadable];
    let offset = (page.number - 1) * part.limit;
    for (const { rows } of page.answers) {
      for (let row = 0; row < rows.count; row++, offset++) {
        const isNew = this.#seen.add(primaryKey, rows, row);
        if (isNew === undefined) {
          unreadable.push(offset);
          continue;
        }
        digest.add(primaryKey, rows, row);
        if (isNew) onRow(rows, row, page);
        if (this.#pass !== this.#seen) this.#pass.add(primaryKey, rows, row);
        if (isSteady) this.#steady.add(primaryKey, rows, row);
      }
    }
    this.#noteUnreadable(unreadable, isSteady);
    release(page);
    return { digest: digest.text, ...keys };
  }

  #noteUnreadable(offsets: readonly number[], isSteady: boolean): void {
    if (offsets.length === 0) return;
    this.#pass.known += offsets.length;
    if (this.#pass === this.#seen) this.#unreadable = [...this.#unreadable, ...offsets];
    // Another pass meets the same rows again, misses some of them, or meets what others missed.
    else this.#seen.known = Math.max(this.#seen.known, this.#pass.known);
    const elsewhere = this.#pass.known - this.#unreadable.length;
    this.#unreadableElsewhere = Math.max(this.#unreadableElsewhere, elsewhere);
    if (isSteady) {
      this.#steadyUnreadable += offsets.length;
      this.#steady.known = Math.max(this.#steady.known, this.#steadyUnreadable);
    }
  }
}

function release(page: ListPage): void {
  for (const answer of page.answers) answer.release();
}
