import type { ListPage } from "../../polar/list.ts";
import { type BorderKeys, borderKeys } from "./borders.ts";
import { Census } from "./census.ts";
import { Newness } from "./newness.ts";
import type { Part, Pass } from "./passes.ts";
import { RowDigest } from "./row-digest.ts";
import type { SweepOptions, SweepPosition, Verdict } from "./sweep.ts";
import type { WalkedPage } from "./walk.ts";

type CounterOptions = Pick<SweepOptions, "source" | "primaryKey" | "onRow">;

/** Milliseconds by which an answer may be older than its arrival, and its clock differ from ours. */
const CLOCK_MARGIN = 1_000;

/** What is kept of a page whose memory is used again. */
export interface PageTrace extends BorderKeys {
  readonly digest: string;
}

/** Keeps the counts of a sweep. */
export class Counter {
  readonly #options: CounterOptions;
  readonly #newness: Newness;
  /** All that the sweep has seen; in the first pass also the count of that pass. */
  readonly #seen = new Census();
  #pass = this.#seen;
  /** What has been seen since the list last changed. */
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
  /** When the first page of the pass came, in milliseconds since the epoch. */
  #passBegan = 0;
  /** The time of the newest row when the pass had read the end, and rows of the pass newer still. */
  #passLatest: string | undefined;
  #passNewcomers = 0;
  /** The time of the newest row that is known. */
  #latest: string | undefined;
  /** Whether this pass meets rows that are created meanwhile at its end, not among the others. */
  #newRowsComeLast: boolean;
  /** Whether the pass had added up before its end was read again. */
  #passAddedUp: boolean | undefined;
  #unreadable: readonly number[] = [];
  #unreadableElsewhere = 0;

  constructor(options: CounterOptions) {
    this.#options = options;
    this.#newness = new Newness(options.source.order);
    this.#newRowsComeLast = options.source.order.length > 0;
  }

  /** Rows behind: read, known from before, or unreadable. */
  get rows(): number {
    return this.#seen.found;
  }

  /** Whether this pass alone has seen all that was there when it began; never so part by part. */
  get passAddsUp(): boolean {
    return this.#newRowsComeLast && (this.#passAddedUp ?? this.#passIsFull);
  }

  get #passIsFull(): boolean {
    return this.#pass.found - this.#passNewcomers >= this.#pass.expected;
  }

  /** Whether rows have gone while the list was read: others may have slipped through. */
  get hasShrunk(): boolean {
    return this.#hasShrunk;
  }

  /** Whether everything seen since the list last changed is as much as there is. */
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
  noteCount(page: ListPage, number: number, part: Part): void {
    const { totalCount, lastPage, receivedAt } = page;
    const { query = {} } = this.#options.source;
    const filtered = Object.keys(part.query).length > Object.keys(query).length;
    if (totalCount === undefined || filtered) return;
    if (totalCount < this.#latestCount) this.#hasShrunk = true;
    this.#latestCount = totalCount;
    if (this.#pass.expected === Number.POSITIVE_INFINITY) {
      this.#pass.expected = totalCount;
      this.#passEnd = lastPage;
      this.#passBegan = receivedAt;
    }
    if (totalCount !== this.#steady.expected) this.#beginSteady(receivedAt);
    if (number === this.#passEnd) {
      this.#passEnd = 0;
      this.#noteEnd(page, Math.min(totalCount, number * part.limit));
    }
  }

  /**
   * The end is read a moment after the first page. Rows that have come in between stand there with
   * the others: their times tell them apart, or else all that stand there are to be found.
   */
  #noteEnd(page: ListPage, count: number): void {
    if (this.#newRowsComeLast) {
      this.#passLatest = this.#newness.latestBefore(page, this.#passBegan - CLOCK_MARGIN);
    }
    const hasNewcomers = isLater(this.#newness.latest(page), this.#passLatest);
    if (!hasNewcomers) this.#pass.expected = Math.max(this.#pass.expected, count);
    this.#latest ??= this.#passLatest;
  }

  /** The list has changed: what was seen before proves nothing about what it holds now. */
  #beginSteady(since: number): void {
    this.#steady = new Census(this.#latestCount);
    this.#steadySince = since;
    this.#steadyUnreadable = 0;
  }

  beginPass(pass: Pass): void {
    const { order } = this.#options.source;
    this.#newRowsComeLast =
      order.length > 0 && pass.every(({ sorting }) => sorting.join() === order.join());
    this.#pass = new Census();
    this.#passAddedUp = undefined;
    this.#passLatest = undefined;
    this.#passNewcomers = 0;
    this.#steadyUnreadable = 0;
  }

  /**
   * Takes the page before the position of an interrupted sweep: its rows are written already.
   */
  takeKnown({ page }: WalkedPage, part: Part, resume: SweepPosition): PageTrace {
    const keys = borderKeys(page, part);
    const digest = new RowDigest();
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++) {
        this.#seen.add(this.#options.primaryKey, rows, row);
        digest.add(this.#options.primaryKey, rows, row);
      }
    }
    page.release();
    this.#seen.known = resume.rows - this.#seen.ids.size;
    this.#unreadable = resume.unreadable;
    return { digest: digest.text, ...keys };
  }

  /** Counts a page's rows and hands on the new ones. */
  take({ page, number, again }: WalkedPage, part: Part): PageTrace {
    const { primaryKey, onRow } = this.#options;
    // What is read again came during this pass, and was not there when it began.
    if (again) this.#passAddedUp ??= this.#passIsFull;
    const latest = this.#latestOn(page);
    if (latest !== undefined && isLater(latest, this.#latest)) {
      this.#latest = latest;
      this.#beginSteady(page.receivedAt);
    }
    const hasNewcomers = isLater(latest, this.#passLatest);
    const ownCount = this.#steady !== this.#seen && this.#steady !== this.#pass;
    // A page read before the last change may hold rows that have gone since.
    const isSteady = ownCount && page.receivedAt >= this.#steadySince;
    const keys = borderKeys(page, part);
    const digest = new RowDigest();
    const unreadable = [...page.unreadable];
    let offset = (number - 1) * part.limit;
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++, offset++) {
        const isNew = this.#seen.add(primaryKey, rows, row);
        if (isNew === undefined) {
          unreadable.push(offset);
          continue;
        }
        digest.add(primaryKey, rows, row);
        if (isNew) onRow(rows, row, page);
        const isNewInPass =
          this.#pass === this.#seen ? isNew : this.#pass.add(primaryKey, rows, row);
        if (hasNewcomers && isNewInPass && isLater(this.#newness.of(rows, row), this.#passLatest)) {
          this.#passNewcomers++;
        }
        if (isSteady) this.#steady.add(primaryKey, rows, row);
      }
    }
    this.#noteUnreadable(unreadable, isSteady);
    page.release();
    return { digest: digest.text, ...keys };
  }

  /** The time of a page's newest row: in the declared order the last one. */
  #latestOn(page: ListPage): string | undefined {
    const end = this.#newRowsComeLast ? [...page].at(-1) : undefined;
    if (!end) return this.#newness.latest(page);
    return end.count > 0 ? this.#newness.of(end, end.count - 1) : undefined;
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

/** Whether one time is later than another; never while either is unknown. */
function isLater(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one > other;
}
