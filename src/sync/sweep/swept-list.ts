import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource } from "../../streams/define.ts";
import { Counts, type Taking } from "./counts.ts";
import { firstPass, newestFirst, type Part } from "./passes.ts";
import { Ranges } from "./ranges.ts";
import { RowDigest } from "./row-digest.ts";
import { RowTimes } from "./times.ts";
import { type WalkOptions, walk } from "./walk.ts";

export interface SweptListOptions {
  readonly source: ListSource;
  readonly primaryKey: readonly string[];
  readonly pageSize: number;
  readonly readAhead: number;
  /** The very first question is page 1 of {@link newestFirst}. */
  readonly read: (part: Part, page: number) => Promise<ListPage>;
  /** Called for each row that the sweep has not seen before, in order. */
  readonly onRow: (rows: Rows, row: number, page: ListPage) => void;
  readonly onAllRequested: () => void;
}

/** A list as a sweep reads it: its pages are asked for, counted, handed on and given back. */
export class SweptList {
  readonly times: RowTimes;
  readonly counts: Counts;
  /** What has been seen by ranges of time, where the API knows any. */
  readonly ranges: Ranges | undefined;
  /** The declared order, and the same from its other end. */
  readonly first: Part;
  readonly newest: Part;
  /** Whether new rows come last in the declared order. */
  readonly isOrdered: boolean;
  readonly #options: SweptListOptions;

  constructor(options: SweptListOptions) {
    const { source, primaryKey, pageSize } = options;
    this.#options = options;
    this.times = new RowTimes(source);
    this.counts = new Counts(this.times, primaryKey);
    this.ranges = source.range && new Ranges(source.range);
    this.first = firstPass(source, pageSize);
    this.newest = newestFirst(source, pageSize);
    this.isOrdered = source.order.length > 0;
  }

  /** Asks for a page, and notes what it says of the list. */
  async read(part: Part, number: number): Promise<ListPage> {
    const page = await this.#options.read(part, number);
    if (!this.#isFiltered(part)) this.counts.note(page);
    return page;
  }

  /**
   * Whether there is more after a page that should be the last: a count may be too small. A full page
   * is the end if it has the newest row that was seen at the beginning.
   */
  goesOnAfter(page: ListPage): boolean {
    let count = 0;
    for (const rows of page) count += rows.count;
    if (count < this.first.limit) return false;
    const { newest } = this.counts.known;
    const latest = this.times.latest(page, this.first.sorting);
    return newest === undefined || latest === undefined || latest < newest;
  }

  #fingerprint(page: ListPage): string {
    const digest = new RowDigest();
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++) {
        digest.add(this.#options.primaryKey, rows, row);
      }
    }
    return digest.text;
  }

  /** Whether a part leaves out rows of the list. */
  #isFiltered({ query }: Part): boolean {
    return Object.keys(query).length > Object.keys(this.first.query).length;
  }

  walk(
    part: Part,
    options: Partial<Omit<WalkOptions, "read" | "fingerprint">> = {},
  ): ReturnType<typeof walk> {
    const { readAhead, onAllRequested } = this.#options;
    const read = (number: number) => this.read(part, number);
    const fingerprint = (page: ListPage) => this.#fingerprint(page);
    return walk({ firstPage: 1, readAhead, onAllRequested, ...options, read, fingerprint });
  }

  /** Which pages of a part have rows that a resumed sweep must see itself. */
  unsettled(part: Part): { firstPage?: number; lastPage?: number } {
    const { settled, latest } = this.counts;
    const { first, newest } = this;
    const { sorting, limit } = part;
    if (settled === 0 || this.#isFiltered(part) || !Number.isFinite(latest)) return {};
    const way = sorting.join();
    if (way === first.sorting.join()) {
      return { firstPage: Math.max(1, Math.floor(settled / limit)) };
    }
    if (way !== newest.sorting.join()) return {};
    return { lastPage: Math.max(1, Math.ceil((latest - settled) / limit)) };
  }

  /** Takes a page of a walk. */
  take(page: ListPage, part: Part, number: number): void {
    this.#take(page, part, { offset: (number - 1) * part.limit });
  }

  /** Takes a page that is read beside the walk: the rows that can't be read are not counted again. */
  takeBeside(page: ListPage, part: Part): void {
    // Whoever reads the newest first still hands on the oldest first.
    this.#take(page, part, { backwards: part === this.newest && this.isOrdered });
  }

  /** Takes those rows of a page that stand between two places of the list. */
  takeBetween(
    page: ListPage,
    part: Part,
    number: number,
    between: { readonly from: number; readonly until: number },
  ): void {
    this.#take(page, part, { offset: (number - 1) * part.limit, between });
  }

  /** Takes the page of the newest rows for the whole list. */
  takeAll(page: ListPage): void {
    this.#take(page, this.newest, { offset: 0, backwards: this.isOrdered });
  }

  #take(page: ListPage, part: Part, place: Omit<Taking, "onNew">): void {
    const onNew = (rows: Rows, row: number) => {
      this.ranges?.add(this.times.of(rows, row));
      this.#options.onRow(rows, row, page);
    };
    this.counts.take(page, part, { ...place, onNew });
    page.release();
  }
}
