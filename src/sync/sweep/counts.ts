import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import { Census } from "./census.ts";
import type { Known, Settled } from "./known.ts";
import type { Part } from "./passes.ts";
import { sortKeysOf } from "./sort-keys.ts";
import type { RowTimes } from "./times.ts";
import { UnreadableRows } from "./unreadable.ts";
import type { Verdict } from "./verdicts.ts";

/** What the API has said of the list since a pass began. */
interface Said {
  /** How many rows there were at the beginning; infinite until an answer tells. */
  count: number;
  /** The largest and the smallest count since. */
  most: number;
  least: number;
}

/** How a page is taken. */
export interface Taking {
  /** Where its first row stands in the list; undefined for a page that is read beside the walk. */
  readonly offset?: number;
  /** Only rows between these places of the list are taken; those that can't be read are not noted. */
  readonly between?: { readonly from: number; readonly until: number };
  /** From its last row to its first it is in the declared order. */
  readonly backwards?: boolean;
  readonly onNew: (rows: Rows, row: number) => void;
}

const NOTHING_SETTLED: Settled = { time: "", rows: 0 };

/** Later than every time: with it no row is too new. */
const NEVER = "\uffff";

/**
 * What has been seen of a list, and what the counts say of it.
 *
 * Every pass begins with an answer that tells how many rows there are, and the time of the newest. If
 * as many distinct rows have been seen since, none newer than that time, they are exactly those that
 * were there: whatever has come or gone meanwhile, no row is missing that was there all the time.
 * Only a row that came late and looks older could stand for a missing one. It makes the count grow,
 * so the largest count since must have been reached, too.
 */
export class Counts {
  readonly unreadable = new UnreadableRows();
  readonly #primaryKey: readonly string[];
  readonly #times: RowTimes;
  readonly #census = new Census();
  /** Per pass. */
  readonly #said: Said[] = [];
  /** The time of the newest row when each pass began. */
  readonly #newest: string[] = [];
  /** What the next pass begins with. */
  #beginning: { readonly count: number; readonly newest: string | undefined } | undefined;
  /** The number that the last answer told. */
  latest = Number.POSITIVE_INFINITY;
  /** How many rows an interrupted sweep has read that this one has not. */
  #known = 0;
  /** Those of them that need not be read again. */
  #settled = NOTHING_SETTLED;

  constructor(times: RowTimes, primaryKey: readonly string[]) {
    this.#primaryKey = primaryKey;
    this.#times = times;
  }

  /** Notes how many rows an unfiltered answer counts. */
  note({ totalCount }: ListPage): void {
    if (totalCount === undefined) return;
    this.latest = totalCount;
    for (const said of this.#said) {
      if (said.count === Number.POSITIVE_INFINITY) {
        said.count = said.most = said.least = totalCount;
      }
      said.most = Math.max(said.most, totalCount);
      said.least = Math.min(said.least, totalCount);
    }
  }

  /** Takes the page of the newest rows for a possible beginning of the next pass. */
  noteNewest(page: ListPage): void {
    this.note(page);
    const count = page.totalCount ?? Number.POSITIVE_INFINITY;
    this.#beginning = { count, newest: this.#times.latest(page) };
  }

  /** The next pass begins, with what {@link noteNewest} was told last. */
  beginPass(): void {
    const { count = Number.POSITIVE_INFINITY, newest = NEVER } = this.#beginning ?? {};
    this.#begin({ count, most: count, least: count }, newest);
  }

  /** The first pass goes on where an interrupted sweep stood. */
  resume({ count, most, newest, rows, unreadable, settled = NOTHING_SETTLED }: Known): void {
    this.#begin({ count, most, least: count }, newest ?? NEVER);
    this.#known = rows - unreadable.length;
    this.#settled = settled;
    this.unreadable.resume(unreadable);
  }

  /** Rows of the interrupted sweep that are read once more. */
  takeKnown(page: ListPage): void {
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++) {
        if (this.#isSettled(this.#times.of(rows, row))) continue;
        if (this.#census.add(this.#primaryKey, rows, row, 0, 0)) this.#known--;
      }
    }
  }

  /**
   * Before a resumed sweep reads the list again: of the interrupted one's rows only the settled ones
   * need not be seen again. Returns how many must be.
   */
  forgetUnsettled(): number {
    const forgotten = this.#known - this.#settled.rows;
    this.#known = this.#settled.rows;
    return forgotten;
  }

  /** How many rows need not be read again. */
  get settled(): number {
    return this.#settled.rows;
  }

  /** Counts a page's rows, and hands on those not seen before. */
  take(
    page: ListPage,
    { sorting }: Part,
    { offset, between, backwards = false, onNew }: Taking,
  ): void {
    const pass = this.#said.length - 1;
    const hasNew = this.#ageOf(this.#times.latest(page, sorting)) > 0;
    const unreadable = offset === undefined || between ? undefined : this.unreadable;
    const failed = new Set(offset === undefined ? undefined : page.unreadable);
    let at = offset ?? 0;
    for (const rows of page) {
      for (let index = 0; index < rows.count; index++) {
        const row = backwards ? rows.count - 1 - index : index;
        for (; failed.has(at); at++) unreadable?.meet(at);
        const place = at++;
        if (between && (place < between.from || place >= between.until)) continue;
        if (this.#settled.rows > 0 && this.#isSettled(this.#times.of(rows, row))) continue;
        const age = hasNew ? this.#ageOf(this.#times.of(rows, row)) : 0;
        const isNew = this.#census.add(this.#primaryKey, rows, row, pass, age);
        if (isNew === undefined) unreadable?.meet(place);
        else if (unreadable?.any) unreadable.passBy(sortKeysOf(rows, row, sorting));
        if (isNew) onNew(rows, row);
      }
    }
    for (const one of failed) if (one >= at) unreadable?.meet(one);
  }

  /** Distinct rows that have been seen, those included that can't be read. */
  get seen(): number {
    return this.#seenSince(0) + this.unreadable.most(0);
  }

  /** The same without those. */
  get read(): number {
    return this.#seenSince(0);
  }

  /** Whether some of them have come since the sweep began. */
  get hasNewcomers(): boolean {
    return this.#seenSince(0) > this.#seenSince(0, 0);
  }

  /**
   * Whether no row is missing that was there all the time: since one of the passes began, as many
   * have been seen as there must be. Rows that can't be read count as far as they are certainly
   * different ones, or as `likely`, each time they were met.
   */
  addUp(unreadable: "certain" | "likely" | "none" = "certain"): boolean {
    const more = (pass: number) => {
      if (unreadable === "none") return 0;
      return unreadable === "likely" ? this.unreadable.most(pass) : this.unreadable.least(pass);
    };
    return this.#said.some(
      ({ count, most }, pass) =>
        this.#seenSince(pass, pass) + more(pass) >= count &&
        this.#seenSince(pass) + more(pass) >= most,
    );
  }

  /** What to remember of an interrupted sweep. */
  get known(): Known {
    const [{ count, most } = { count: Number.POSITIVE_INFINITY, most: 0 }] = this.#said;
    const [newest] = this.#newest;
    return {
      count,
      most,
      newest: newest === NEVER ? undefined : newest,
      rows: this.seen,
      unreadable: this.unreadable.offsets,
      settled: this.#settled.rows > 0 ? this.#settled : undefined,
    };
  }

  verdict(outcome: Verdict["outcome"]): Verdict {
    const { offsets } = this.unreadable;
    const [{ most, least } = { most: 0, least: 0 }] = this.#said;
    const base = {
      outcome,
      found: this.#seenSince(0),
      expected: this.latest,
      steady: most === least && !this.hasNewcomers,
    };
    // What could not be read at first has been read since.
    if (this.addUp("none")) return { ...base, unreadable: [] };
    const elsewhere = this.unreadable.most(0) - offsets.length;
    return {
      ...base,
      unreadable: offsets,
      ...(elsewhere > 0 && { unreadableElsewhere: elsewhere }),
    };
  }

  #begin(said: Said, newest: string): void {
    this.#said.push(said);
    this.#newest.push(newest);
    this.unreadable.beginPass();
  }

  #seenSince(pass: number, age?: number): number {
    return this.#census.seenSince(pass, age) + (pass === 0 ? this.#known : 0);
  }

  #isSettled(time: string | undefined): boolean {
    return time !== undefined && time <= this.#settled.time;
  }

  /** How many passes began before there was a row of this time. */
  #ageOf(time: string | undefined): number {
    if (time === undefined) return 0;
    let age = 0;
    for (const newest of this.#newest) if (newest < time) age++;
    return age;
  }
}
