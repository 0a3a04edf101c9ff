import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource, Stream, WindowSource } from "../../streams/define.ts";
import { type LaneContext, quietly } from "../contract/context.ts";
import type { Step } from "../contract/step.ts";
import {
  countRows,
  itemKey,
  type ListReading,
  readFirstPage,
  readList,
  readOldestRow,
} from "../lists/read-list.ts";
import type { Output } from "../records/output.ts";
import { stringOf, timeOf } from "../records/row-values.ts";
import { IdSet } from "../sweep/id-set.ts";
import { addKey } from "../sweep/row-keys.ts";
import { problemOf, type Verdict } from "../sweep/verdicts.ts";

export interface Windowed {
  readonly stream: Stream;
  readonly source: WindowSource;
  readonly output: Output;
}

/** From `start` up to, but not including, `end`: whole milliseconds since the epoch. */
export interface Window {
  /** -Infinity reaches back to the very first row. */
  readonly start: number;
  readonly end: number;
}

/** A window that still brings new rows is not read more often than this. */
const MOST_READINGS = 5;

/** Reads windows and keeps the time of the latest row. */
export class WindowReader {
  readonly #windowed: Windowed;
  readonly #lane: LaneContext;
  readonly #key: readonly string[];
  /** The ids of the present window. */
  #seen = new IdSet();
  /** The timestamp of the latest row so far, as the API wrote it. */
  latest: string | undefined;

  constructor(windowed: Windowed, lane: LaneContext) {
    this.#windowed = windowed;
    this.#lane = quietly(lane);
    this.#key = itemKey(windowed.stream);
  }

  async first(window: Window): Promise<ListPage> {
    const page = await readFirstPage({ source: this.#listOf(window) }, this.#lane);
    this.#lane.progress.expect(page.totalCount);
    return page;
  }

  /** How many rows there are before a moment, from `since` on; undefined when the API does not say. */
  countBefore(moment: number, since: number): Promise<number | undefined> {
    return countRows(this.#listOf({ start: since, end: moment }), this.#lane);
  }

  /** When the rows of a window begin, as far as that can be asked. */
  async oldest(window: Window): Promise<number> {
    const { order, timestamp } = this.#windowed.source;
    const start = Number.isFinite(window.start) ? window.start : 0;
    if (order.length === 0) return start;
    const page = await readOldestRow({ source: this.#listOf(window) }, this.#lane);
    const [rows] = page;
    const known = rows ? timeOf(rows, 0, timestamp) : Number.NaN;
    page.release();
    return known >= window.start && known < window.end ? known : start;
  }

  /** Reads a window, each row once; returns why it is not whole, should that be so. */
  async *read(window: Window, firstPage: ListPage): AsyncGenerator<Step, string | undefined> {
    const { stream, source } = this.#windowed;
    this.#seen = new IdSet();
    const verdict = source.mayRepeatRows
      ? yield* this.#readRepeating(window, firstPage)
      : yield* this.#sweep(window, { firstPage });
    return problemOf(stream.name, verdict);
  }

  /**
   * Where the API holds rows several times and counts them as often, the count can't tell whether
   * rows are missing. They hide in the milliseconds that a page's border cuts, so those are read by
   * themselves. What is still not there when all is read once more is no row but a repetition, if
   * the window has kept still meanwhile, and no page was sent in another one's place.
   */
  async *#readRepeating(window: Window, firstPage: ListPage): AsyncGenerator<Step, Verdict> {
    for (let reading = 1; ; reading++) {
      const before = this.#seen.size;
      const borders = new Borders(this.#windowed.source.timestamp);
      const verdict = yield* this.#sweep(window, {
        ...(reading === 1 && { firstPage }),
        mostPasses: 0,
        onPage: (page) => borders.note(page),
      });
      if (verdict.outcome === "whole" || !Number.isFinite(verdict.expected)) return verdict;
      for (const time of borders.cut) yield* this.#readMillisecond(time);
      const found = this.#seen.size;
      const addsUp = found + verdict.unreadable.length >= verdict.expected;
      const isReliable = verdict.steady && borders.areInOrder;
      if (isReliable && (reading === 1 ? addsUp : found === before)) {
        return { ...verdict, outcome: "whole", found };
      }
      if (reading === MOST_READINGS) return { ...verdict, found };
    }
  }

  async *#readMillisecond(time: number): AsyncGenerator<Step, void> {
    const window = { start: time, end: time + 1 };
    const firstPage = await this.first(window);
    yield* this.#sweep(window, { firstPage, ...(firstPage.lastPage <= 1 && { mostPasses: 0 }) });
  }

  async *#sweep(
    window: Window,
    options: Pick<ListReading, "firstPage" | "mostPasses" | "onPage">,
  ): AsyncGenerator<Step, Verdict> {
    const { source, output } = this.#windowed;
    const progress = readList(
      {
        ...options,
        mayRepeatRows: source.mayRepeatRows,
        source: this.#listOf(window),
        key: this.#key,
        onRow: (rows, row, page) => this.#add(window, rows, row, page),
      },
      this.#lane,
    );
    for (;;) {
      const next = await progress.next();
      yield* output.take();
      if (next.done) return next.value;
    }
  }

  #add(window: Window, rows: Rows, row: number, page: ListPage): void {
    const { source, output } = this.#windowed;
    if (!addKey(this.#seen, this.#key, rows, row)) return;
    const timestamp = stringOf(rows, row, source.timestamp);
    const time = timestamp === undefined ? Number.NaN : Date.parse(timestamp);
    // What stands at the border itself is for the neighbour.
    if (time < window.start || time >= window.end) {
      const isFar = time < window.start - 1 || time > window.end;
      if (isFar) output.refuse("came although others were asked for", page.placeOf(rows, row));
      return;
    }
    const latest = this.latest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(this.latest);
    if (time >= latest) this.latest = timestamp;
    output.add(rows, row, page);
    this.#lane.progress.advance();
  }

  /**
   * The API leaves out both borders: the microsecond before the start is named so that the first one
   * is within. Events are compared in whole milliseconds, to which that is the one before.
   */
  #listOf({ start, end }: Window): ListSource {
    const { path, order, splits = {}, startParameter, endParameter } = this.#windowed.source;
    const query: Record<string, string> = { [endParameter]: new Date(end).toISOString() };
    if (Number.isFinite(start)) {
      query[startParameter] = new Date(start - 1).toISOString().replace("Z", "999Z");
    }
    return { kind: "list", path, order, splits, query, wholeMilliseconds: true };
  }
}

/** What the borders between pages, oldest row first, tell. */
class Borders {
  /** The milliseconds whose rows they cut. */
  readonly cut = new Set<number>();
  readonly #timestamp: string;
  #areInOrder = true;
  #last = Number.NaN;

  constructor(timestamp: string) {
    this.#timestamp = timestamp;
  }

  /** Whether each page begins where the one before it ends, or later: else it is another page. */
  get areInOrder(): boolean {
    return this.#areInOrder;
  }

  note(page: ListPage): void {
    for (const rows of page) {
      if (rows.count === 0) continue;
      const first = timeOf(rows, 0, this.#timestamp);
      if (first === this.#last) this.cut.add(first);
      if (first < this.#last) this.#areInOrder = false;
      this.#last = timeOf(rows, rows.count - 1, this.#timestamp);
    }
  }
}
