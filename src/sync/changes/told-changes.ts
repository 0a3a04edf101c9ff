import type { Rows } from "../../polar/rows.ts";
import type { ListSource, Query, Stream, WindowSource } from "../../streams/define.ts";
import type { ToldBookmark } from "../bookmarks/feed-bookmark.ts";
import type { LaneContext } from "../contract/context.ts";
import { itemKey, readFirstPage, readListPage } from "../lists/read-list.ts";
import { readOnce } from "../lists/read-once.ts";
import { firstPass } from "../sweep/passes.ts";
import { Hints } from "./hints.ts";
import { tellings } from "./tellings.ts";

/**
 * What is told of a moment is complete so long after it: `customer.*` events are written by a
 * background job, and all events take seconds until they can be read.
 */
const SETTLED_MILLISECONDS = 5 * 60_000;

/** More pages than these are not read: where so much was told, lists are read whole. */
const MOST_PAGES = 30;

/** What was told, unless it was too much, and where the source stands then. */
interface Told {
  readonly hints: Hints | undefined;
  readonly bookmark: ToldBookmark;
}

/** A source of hints that is read by time: system events, webhook deliveries. */
export class ToldChanges {
  readonly stream: Stream;
  readonly #source: WindowSource;
  readonly #lists: readonly Stream[];
  readonly #lane: LaneContext;

  constructor(stream: Stream, source: WindowSource, lists: readonly Stream[], lane: LaneContext) {
    this.stream = stream;
    this.#source = source;
    this.#lists = lists;
    this.#lane = lane;
  }

  /**
   * Reads what was told since `since` (milliseconds since the epoch), and of the time just before only
   * if more has been told of it meanwhile than `known` says. There are no hints when that is too much
   * to follow: whoever reads everything instead needs not hear it again.
   */
  async read(since: number, known: ToldBookmark | undefined, now: number): Promise<Told> {
    const from = await this.#firstUnknown(since, known);
    const hints = await this.#readRange(from);
    const until = now - SETTLED_MILLISECONDS;
    const count = (await this.#count(until - this.#overlap, until)) ?? 0;
    return { hints, bookmark: { until: new Date(until).toISOString(), count } };
  }

  get #overlap(): number {
    return this.#source.lookbackMinutes * 60_000;
  }

  async #firstUnknown(since: number, known: ToldBookmark | undefined): Promise<number> {
    const until = known === undefined ? Number.POSITIVE_INFINITY : Date.parse(known.until);
    const start = Math.min(since, until) - this.#overlap;
    // Lists that stayed behind need to hear it again.
    if (known === undefined || until > since) return start;
    return (await this.#count(start, until)) === known.count ? until : start;
  }

  async #count(start: number, end: number): Promise<number | undefined> {
    const source = this.#listOf({ ...this.#range(start), ...this.#until(end) });
    const page = await readFirstPage({ source }, { ...this.#lane, pageSize: 1 });
    page.release();
    return page.totalCount;
  }

  async #readRange(start: number): Promise<Hints | undefined> {
    const hints = new Hints();
    const source = this.#listOf(this.#range(start));
    const part = firstPass(source, this.#lane.pageSize);
    const firstPage = await readListPage({ source }, part, 1, this.#lane);
    if (firstPage.lastPage > MOST_PAGES) {
      firstPage.release();
      return undefined;
    }
    const tell = tellings[this.#source.tells?.as ?? "event"];
    const onRow = (rows: Rows, row: number) => tell(rows, row, this.#lists, hints);
    const reading = readOnce({ source, firstPage, key: itemKey(this.stream), onRow }, this.#lane);
    while (!(await reading.next()).done);
    return hints;
  }

  /** Borders are exclusive, in whole milliseconds. */
  #range(start: number): Query {
    return { [this.#source.startParameter]: new Date(start - 1).toISOString() };
  }

  #until(end: number): Query {
    return { [this.#source.endParameter]: new Date(end).toISOString() };
  }

  #listOf(query: Query): ListSource {
    const { path, order, tells } = this.#source;
    const all = { ...tells?.query, ...query };
    return { kind: "list", path, order, query: all, wholeMilliseconds: true };
  }
}
