import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import { TapError } from "../../shared/errors.ts";
import type { LaneContext } from "../contract/context.ts";
import { countRows } from "../lists/read-list.ts";
import { stringOf, timeOf } from "../records/row-values.ts";
import { EmbeddedRow } from "./embedded-rows.ts";
import { type Bucket, ROWS_PER_BUCKET } from "./export-buckets.ts";
import type { ExportIndex } from "./export-index.ts";
import { chooseSome, divide, hasChanged, hasGrown, type Piece, settle } from "./export-pieces.ts";
import { KeptRows } from "./kept-rows.ts";
import type { Member } from "./member.ts";
import { type ExportSource, readExport } from "./read-export.ts";
import { readPiece } from "./read-export-piece.ts";
import { OVERLAP_MILLISECONDS } from "./recent-rows.ts";

/** The server holds all that it exports at once in memory. */
export const ROWS_AT_ONCE = 12_500;
const BUCKETS_AT_ONCE = Math.floor(ROWS_AT_ONCE / ROWS_PER_BUCKET);

/** So many requests for older rows, beside the one for the newest, are enough for one run. */
const MOST_OLDER_WINDOWS = 3;

/** So many windows in which rows came with an old time are looked for by one run… */
const MOST_LATE_WINDOWS = 3;

/** …and so many pieces of each are read, into which they have come. */
const MOST_LATE_PIECES = 5;

/** Thrown when the server exports other columns than when the digests were made. */
class ColumnsChangedError extends TapError {
  override readonly name = "ColumnsChangedError";
}

/** How far a look at an export may go. */
export interface Limits {
  /** How many pieces of each window are read again. */
  readonly pieces: number;
  /** The part of the older buckets to look at, from 0 to 1. */
  readonly share: number;
}

/** The buckets that one request looks at: from `first` to before `last`. */
interface Window {
  readonly first: number;
  readonly last: number;
  /** Until when rows are taken in that are in no bucket yet; none are without it. */
  readonly newUntil?: number;
}

/** What the newest rows of a list tell of those that have come with an old time. */
export interface LateRows {
  /** How many have come that are not among the newest rows. */
  readonly surplus: number;
  /** How many of the newest rows have come that were created before a moment. */
  readonly countBefore: (moment: number) => number;
}

/** Holds an export against what is known of it, and reads again what has changed. */
export class ExportLook {
  /** The rows among which something has changed. */
  readonly rows = new KeptRows("a row that its export shows to have changed");
  /** Whose rows have changed. */
  readonly customers = new Set<string>();
  /** By how many rows the pieces that were read have grown: those came with an old time. */
  #growth = 0;
  readonly #member: Member;
  readonly #export: ExportSource;
  readonly #known: ExportIndex;
  readonly #begunAt: number;
  readonly #limits: Limits;
  readonly #lane: LaneContext;
  readonly #buckets: Bucket[];
  readonly #embedded = new EmbeddedRow();
  #looked: Omit<ExportIndex, "buckets">;

  constructor(
    member: Member,
    known: ExportIndex,
    { source, begunAt, limits }: { source: ExportSource; begunAt: number; limits: Limits },
    lane: LaneContext,
  ) {
    this.#member = member;
    this.#export = source;
    this.#known = known;
    this.#begunAt = begunAt;
    this.#limits = limits;
    this.#lane = lane;
    this.#buckets = [...known.buckets];
    this.#looked = known;
  }

  /**
   * Looks at the newest rows, and at the next ones of the older. Resolves to what is known then.
   * @throws a PolarError or ColumnsChangedError when the export is of no use
   */
  async look(): Promise<ExportIndex> {
    const { columns, until } = this.#known;
    const { length } = this.#buckets;
    const older = this.#export.range ? Math.max(0, length - BUCKETS_AT_ONCE) : 0;
    await this.#window({ first: older, last: length, newUntil: this.#begunAt });
    const next = await this.#lookAtOlder(older);
    this.#looked = { columns, until: Math.max(until, this.#begunAt), next };
    return { ...this.#looked, buckets: this.#buckets };
  }

  /** Whether all rows that have come with an old time are among those that were read. */
  explains(fresh: LateRows): boolean {
    return this.#growth >= this.#lateOf(fresh);
  }

  /**
   * Looks for the rows that have come with an old time. Counts of what is older than a window lead to
   * the first one that has grown; what it exports now shows the places. Nothing is read but what
   * stands there.
   */
  async lookForLate(fresh: LateRows): Promise<ExportIndex> {
    for (let windows = 0; !this.explains(fresh) && windows < MOST_LATE_WINDOWS; windows++) {
      const before = this.#growth;
      const window = await this.#firstGrown();
      await this.#window(window, (changed) =>
        this.#some(changed.filter(hasGrown), MOST_LATE_PIECES),
      );
      if (this.#growth === before) break;
    }
    return { ...this.#looked, buckets: this.#buckets };
  }

  /** How many rows have come to the buckets that were known. */
  #lateOf({ surplus, countBefore }: LateRows): number {
    return surplus + countBefore(this.#known.until);
  }

  /** The first window before whose end there are more rows than are known; else the last one. */
  async #firstGrown(): Promise<Window> {
    const { length } = this.#buckets;
    const windowAt = (at: number): Window => {
      const first = at * BUCKETS_AT_ONCE;
      return { first, last: Math.min(first + BUCKETS_AT_ONCE, length) };
    };
    let low = 0;
    let high = Math.ceil(length / BUCKETS_AT_ONCE) - 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { last } = windowAt(middle);
      const known = this.#buckets.slice(0, last).reduce((sum, { count }) => sum + count, 0);
      const border = this.#buckets[last]?.start ?? this.#looked.until;
      if ((await this.#countBefore(border)) > known) high = middle;
      else low = middle + 1;
    }
    return windowAt(low);
  }

  async #countBefore(time: number): Promise<number> {
    const { source } = this.#member.task;
    if (!source.range) return 0;
    const before = new Date(time).toISOString();
    const query = { ...source.query, [source.range.before]: before };
    return (await countRows({ ...source, query }, this.#lane)) ?? 0;
  }

  /** Goes on among the older buckets where the last run ended. Resolves to where the next one is to. */
  async #lookAtOlder(count: number): Promise<number> {
    let { next } = this.#known;
    let end = count;
    const most = Math.min(count, BUCKETS_AT_ONCE * MOST_OLDER_WINDOWS);
    let rest = Math.min(Math.ceil(count * this.#limits.share), most);
    while (rest > 0 && end > 0) {
      const { length } = this.#buckets;
      const found = this.#buckets.findIndex(({ start }) => start >= next);
      const first = found < end ? Math.max(found, 0) : 0;
      const last = Math.min(end, first + Math.min(rest, BUCKETS_AT_ONCE));
      next = this.#buckets[last]?.start ?? 0;
      rest -= last - first;
      const unread = await this.#window({ first, last });
      if (unread) return unread.known.start;
      end += this.#buckets.length - length;
    }
    return next;
  }

  /**
   * Looks at some of the buckets. Resolves to the first piece that has changed and was not read, if
   * there is one.
   * @param choose which of the pieces that have changed are read
   */
  async #window(
    { first, last, newUntil }: Window,
    choose = (changed: readonly Piece[]) => this.#some(changed, this.#limits.pieces),
  ): Promise<Piece | undefined> {
    const { columns, until } = this.#looked;
    const known = this.#buckets.slice(first, last);
    const from = first === 0 ? Number.NEGATIVE_INFINITY : (known[0]?.start ?? 0);
    const end = this.#buckets[last]?.start ?? until;
    const to = Math.max(end, newUntil ?? end);
    const exported = await readExport(this.#export, { from, to }, this.#lane);
    if (exported.columns !== columns) {
      throw new ColumnsChangedError("it has other columns than when it was last read in full.");
    }
    const pieces = divide(exported.rows, known, from, end);
    const changed = pieces.filter(hasChanged);
    const unread = new Set(changed);
    for (const piece of choose(changed)) {
      if (await this.#read(piece)) unread.delete(piece);
    }
    const later = exported.rows.filter(({ time }) => time >= end && time < to);
    this.#buckets.splice(first, known.length, ...settle(pieces, unread, later, this.#begunAt));
    return pieces.find((piece) => unread.has(piece));
  }

  #some(pieces: readonly Piece[], most: number): Piece[] {
    return chooseSome(pieces, most, Math.floor(this.#begunAt / 1_000));
  }

  async #read(piece: Piece): Promise<boolean> {
    const since = piece.known.asOf - OVERLAP_MILLISECONDS;
    const { customer, embeds } = this.#member.changes;
    const { property } = customer ?? {};
    const onRow = (rows: Rows, row: number, page: ListPage) => {
      this.rows.add(rows, row, page);
      const owner = property === undefined ? undefined : stringOf(rows, row, property);
      // A row that was imported is as old as it claims, but it counts in its customer.
      const inside = embeds && hasGrown(piece) && this.#embedded.read(rows, row, embeds.property);
      const isRecent =
        timeOf(rows, row, "modified_at") >= since ||
        (inside && timeOf(inside, 0, "modified_at") >= since);
      if (owner !== undefined && isRecent) this.customers.add(owner);
    };
    const isRead = await readPiece(this.#member, piece, onRow, this.#lane);
    if (isRead) this.#growth += Math.max(0, piece.rows.length - piece.known.count);
    return isRead;
  }
}
