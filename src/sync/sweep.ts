import type { ListPage } from "../polar/list.ts";
import type { Rows } from "../polar/rows.ts";
import type { ListSource } from "../streams/define.ts";
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
  /**
   * The list may hold a row several times and count it as often: then no more rows than one more
   * pass can find are missing.
   */
  readonly mayRepeatRows?: boolean;
}

/** How far a sweep has come: enough to go on later and to notice if the list has moved since. */
export interface SweepPosition {
  /** The next page to read. */
  readonly page: number;
  /** How many rows are behind. */
  readonly rows: number;
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
  let whole = false;
  for await (const page of walkPart(options, first, resume ? resume.page - 1 : 1)) {
    if (!resumeChecked && resume) {
      resumeChecked = true;
      if (!counter.takeKnown(page, first, resume))
        return { ...counter.verdict(), outcome: "moved" };
      continue;
    }
    if (page.again) whole ||= counter.passAddsUp;
    const digest = counter.take(page, first);
    if (!page.again) position = { page: page.number + 1, rows: counter.rows, digest };
    yield position;
  }
  whole ||= counter.passAddsUp || counter.addsUp;
  if (whole) return { ...counter.verdict(), outcome: "whole" };
  if (resume) return { ...counter.verdict(), outcome: "moved" };

  const mostFruitless = options.mayRepeatRows ? 1 : MOST_FRUITLESS_PASSES;
  let fruitless = 0;
  let passes = 0;
  for (const pass of otherPasses(source, pageSize)) {
    if (passes++ === MOST_PASSES || fruitless === mostFruitless) break;
    const before = counter.rows;
    for await (const _ of repair(options, counter, pass)) yield undefined;
    if (counter.passAddsUp || counter.addsUp) return { ...counter.verdict(), outcome: "whole" };
    fruitless = counter.rows > before ? 0 : fruitless + 1;
  }
  const repeatsExplainIt = options.mayRepeatRows && fruitless > 0;
  return { ...counter.verdict(), outcome: repeatsExplainIt ? "whole" : "short" };
}

/** Reads the list once more in another way, until nothing is missing. */
async function* repair(options: SweepOptions, counter: Counter, pass: Pass): AsyncGenerator<void> {
  counter.beginPass();
  for (const part of pass) {
    for await (const page of walkPart(options, part, 1)) {
      // What came at the end during this pass was not there when it began.
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

function walkPart(options: SweepOptions, part: Part, firstPage: number) {
  const { read, readAhead, onAllRequested } = options;
  return walk({
    read: (page) => read(part, page),
    firstPage,
    pageSize: part.limit,
    readAhead,
    onAllRequested,
  });
}

/** Keeps the counts of a sweep. */
class Counter {
  readonly #options: SweepOptions;
  /** All that the sweep has seen; in the first pass also the count of that pass. */
  readonly #seen = new Census();
  #pass = this.#seen;
  /** What has been seen since the list's length last changed. */
  #steady = this.#seen;
  #newest = 0;
  #unreadable: readonly number[] = [];

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Rows behind: read, known from before, or unreadable. */
  get rows(): number {
    return this.#seen.found;
  }

  /** Whether this pass alone has seen all that was there when it began; never so part by part. */
  get passAddsUp(): boolean {
    return this.#pass.addsUp;
  }

  /** Whether everything seen since the list's length last changed is as much as there is. */
  get addsUp(): boolean {
    return this.#steady.addsUp;
  }

  verdict(): Omit<Verdict, "outcome"> {
    const unreadable = this.#unreadable;
    return { found: this.rows - unreadable.length, expected: this.#steady.expected, unreadable };
  }

  beginPass(): void {
    this.#pass = new Census();
  }

  /**
   * Takes the page before the position of an interrupted sweep: its rows are written already.
   * False when they are not the same as then.
   */
  takeKnown(page: WalkedPage, part: Part, resume: SweepPosition): boolean {
    this.#noteCount(page, part);
    const digest = new RowDigest();
    for (const { rows } of page.answers) {
      for (let row = 0; row < rows.count; row++) {
        this.#seen.add(this.#options.primaryKey, rows, row);
        digest.add(this.#options.primaryKey, rows, row);
      }
    }
    release(page);
    this.#seen.known = resume.rows - this.#seen.ids.size;
    return digest.text === resume.digest;
  }

  /** Counts a page's rows, hands on the new ones and returns the page's digest. */
  take(page: WalkedPage, part: Part): string {
    const { primaryKey, onRow } = this.#options;
    this.#noteCount(page, part);
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
        if (this.#steady !== this.#seen && this.#steady !== this.#pass) {
          this.#steady.add(primaryKey, rows, row);
        }
      }
    }
    this.#noteUnreadable(unreadable);
    release(page);
    return digest.text;
  }

  #noteCount({ totalCount, receivedAt }: WalkedPage, part: Part): void {
    const { query = {} } = this.#options.source;
    const filtered = Object.keys(part.query).length > Object.keys(query).length;
    if (totalCount === undefined || filtered) return;
    if (this.#pass.expected === Number.POSITIVE_INFINITY) this.#pass.expected = totalCount;
    // The last page is read early; when its turn comes its count may be old.
    if (receivedAt < this.#newest) return;
    this.#newest = receivedAt;
    if (totalCount !== this.#steady.expected) this.#steady = new Census(totalCount);
  }

  #noteUnreadable(offsets: readonly number[]): void {
    if (offsets.length === 0) return;
    this.#pass.known += offsets.length;
    if (this.#pass === this.#seen) this.#unreadable = [...this.#unreadable, ...offsets];
    // Another pass meets the same rows again, or misses some of them.
    else this.#seen.known = Math.max(this.#seen.known, this.#pass.known);
    if (this.#steady !== this.#pass && this.#steady !== this.#seen) {
      this.#steady.known += offsets.length;
    }
  }
}

function release(page: ListPage): void {
  for (const answer of page.answers) answer.release();
}
