import type { ListPage } from "../../polar/list.ts";
import type { ListSource, Query, Stream, Telling, WindowSource } from "../../streams/define.ts";
import type { ToldBookmark } from "../bookmarks/feed-bookmark.ts";
import type { LaneContext } from "../contract/context.ts";
import { countRows, readListPage } from "../lists/read-list.ts";
import { stringOf, timeOf } from "../records/row-values.ts";
import { newestFirst } from "../sweep/passes.ts";
import { EmbeddedRow } from "./embedded-rows.ts";
import { Hints } from "./hints.ts";
import { tellings } from "./tellings.ts";
import { ToldSpans } from "./told-spans.ts";

/**
 * What is told of a moment is complete so long after it, as a rule: `customer.*` events are written by
 * a background job, and all events take seconds until they can be read. What comes later, counts tell.
 * A replica that lags has the rows by then, too.
 */
const SETTLED_MILLISECONDS = 5 * 60_000;

/** More pages than these are not read: where so much was told, lists are read whole. */
const MOST_PAGES = 30;

/** What was told, unless it was too much, and where the source stands then. */
interface Told {
  readonly hints: Hints | undefined;
  readonly bookmark: ToldBookmark;
}

/** What has been read of a source. */
interface Heard {
  readonly hints: Hints;
  /** When each row says that it was told, in milliseconds since the epoch. */
  readonly times: readonly number[];
  /** Whether the rest is as it was known. */
  readonly addsUp: boolean;
}

/** A source of hints that is read by time: system events, webhook deliveries. */
export class ToldChanges {
  readonly stream: Stream;
  readonly #source: WindowSource;
  readonly #lists: readonly Stream[];
  readonly #lane: LaneContext;
  readonly #embedded = new EmbeddedRow();

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
    const spans = known && ToldSpans.read(known);
    // Lists that stayed behind need to hear it again.
    const stood = spans && spans.until <= since ? spans : undefined;
    const last = Math.min(since, spans?.until ?? Number.POSITIVE_INFINITY);
    const start = stood?.from ?? last - this.#overlap;
    const heard = await this.#hear(start, stood);
    if (!heard) return { hints: undefined, bookmark: await this.mark(now) };
    const { hints, times, addsUp } = heard;
    const until = Math.max(now - SETTLED_MILLISECONDS, stood?.until ?? start);
    const countFrom = (from: number) => times.filter((time) => time >= from && time < until).length;
    if (stood && addsUp) {
      const next = stood.extended(until, countFrom(stood.until), this.#overlap);
      return { hints, bookmark: next.bookmark };
    }
    const from = Math.max(start, until - this.#overlap);
    return { hints, bookmark: ToldSpans.of(from, until, countFrom(from)).bookmark };
  }

  /**
   * Where the source stands for lists that are read whole from now on: they know what it has told so
   * far. What is told of that time later is none of it.
   */
  async mark(now: number): Promise<ToldBookmark> {
    const until = now - SETTLED_MILLISECONDS;
    const from = until - this.#overlap;
    const end = { [this.#source.endParameter]: new Date(until).toISOString() };
    const count = await countRows(this.#listOf({ ...this.#since(from), ...end }), this.#lane);
    return ToldSpans.of(from, until, count ?? 0).bookmark;
  }

  /** What its rows are. */
  get telling(): Telling {
    return this.#source.tells?.as ?? "event";
  }

  get #overlap(): number {
    return this.#source.lookbackMinutes * 60_000;
  }

  /**
   * Reads from the newest row back until there are as many as have come, or to `start`. Undefined when
   * that is too much. Rows that come meanwhile push others on, where those are met twice.
   */
  async #hear(start: number, known: ToldSpans | undefined): Promise<Heard | undefined> {
    const source = this.#listOf(this.#since(start));
    const part = newestFirst(source, this.#lane.pageSize);
    const [hints, early] = [new Hints(), new Hints()];
    const times = new Map<string, number>();
    const border = known?.until ?? Number.NEGATIVE_INFINITY;
    let total: number | undefined;
    for (let number = 1; number <= MOST_PAGES; number++) {
      const page = await readListPage({ source }, part, number, this.#lane);
      this.#take(page, times, (time) => (time < border ? early : hints));
      page.release();
      total ??= page.totalCount ?? Number.NaN;
      const unknown = total - (known?.count ?? 0);
      if (unknown > MOST_PAGES * part.limit) return undefined;
      const all = [...times.values()];
      const isEnd = number >= page.lastPage;
      const isPast = isEnd || (all.at(-1) ?? border) < border;
      const recent = all.filter((time) => !(time < border)).length;
      if (known && isPast && recent === unknown) return { hints, times: all, addsUp: true };
      if (!isEnd) continue;
      hints.addAll(early);
      return { hints, times: all, addsUp: false };
    }
    return undefined;
  }

  /** Takes what each row tells, once. */
  #take(page: ListPage, times: Map<string, number>, hintsOf: (time: number) => Hints): void {
    const { timestamp, tells } = this.#source;
    const tell = tellings[this.telling];
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++) {
        const id = stringOf(rows, row, "id");
        if (id === undefined || times.has(id)) continue;
        const time = timeOf(rows, row, timestamp);
        times.set(id, time);
        const hints = hintsOf(time);
        tell(rows, row, this.#lists, hints);
        const { stream, property } = tells?.embeds ?? {};
        const embedded = property && this.#embedded.read(rows, row, property);
        if (stream && embedded) hints.keep(stream, embedded, 0, page);
      }
    }
  }

  /** Borders are exclusive, in whole milliseconds. */
  #since(start: number): Query {
    return { [this.#source.startParameter]: new Date(start - 1).toISOString() };
  }

  #listOf(query: Query): ListSource {
    const { path, order, tells } = this.#source;
    const all = { ...tells?.query, ...query };
    return { kind: "list", path, order, query: all, wholeMilliseconds: true };
  }
}
