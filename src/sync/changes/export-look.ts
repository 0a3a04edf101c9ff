import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import { TapError } from "../../shared/errors.ts";
import type { LaneContext } from "../contract/context.ts";
import { countRows } from "../lists/read-list.ts";
import { stringOf, timeOf } from "../records/row-values.ts";
import { EmbeddedRow } from "./embedded-rows.ts";
import { type Bucket, ROWS_PER_BUCKET } from "./export-buckets.ts";
import type { ExportIndex } from "./export-index.ts";
import { chooseSome, divide, hasChanged, type Piece, settle } from "./export-pieces.ts";
import { KeptRows } from "./kept-rows.ts";
import type { Member } from "./member.ts";
import { type ExportSource, readExport } from "./read-export.ts";
import { readPiece } from "./read-export-piece.ts";
import { OVERLAP_MILLISECONDS } from "./recent-rows.ts";

/** The server holds all that it exports at once in memory. */
export const ROWS_AT_ONCE = 10_000;
const BUCKETS_AT_ONCE = Math.floor(ROWS_AT_ONCE / ROWS_PER_BUCKET);

/** So many requests for older rows, beside the one for the newest, are enough for one run. */
const MOST_OLDER_WINDOWS = 3;

/** So many places where rows came with an old time are looked for by one run. */
const MOST_LATE_PLACES = 5;

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

/** Holds an export against what is known of it, and reads again what has changed. */
export class ExportLook {
  /** The rows among which something has changed. */
  readonly rows = new KeptRows("a row that its export shows to have changed");
  /** Whose rows have changed. */
  readonly customers = new Set<string>();
  /** By how many rows the pieces that were read have grown: those came with an old time. */
  growth = 0;
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
    const { columns, until, settled } = this.#known;
    const { length } = this.#buckets;
    const older = this.#export.range ? Math.max(0, length - BUCKETS_AT_ONCE) : 0;
    const unread = await this.#window(older, length, settled);
    const next = await this.#lookAtOlder(older);
    this.#looked = {
      columns,
      until: Math.max(until, this.#begunAt),
      settled: unread ? settled : this.#begunAt,
      next,
    };
    return { ...this.#looked, buckets: this.#buckets };
  }

  /**
   * Looks for the places where rows have come with an old time, `surplus` of them: where there are
   * more rows before a border than are known. A few requests for each place, and nothing is read but
   * what stands there.
   */
  async lookForLate(surplus: number): Promise<ExportIndex> {
    let missing = surplus - this.growth;
    for (let places = 0; missing > 0 && places < MOST_LATE_PLACES; places++) {
      const at = await this.#firstGrown();
      if (at === undefined) break;
      const before = this.growth;
      await this.#window(at, at + 1, this.#member.ground.caughtUpAt);
      if (this.growth === before) break;
      missing -= this.growth - before;
    }
    return { ...this.#looked, buckets: this.#buckets };
  }

  /** The first bucket that has more rows than are known of it. */
  async #firstGrown(): Promise<number | undefined> {
    let known = 0;
    const before = this.#buckets.map(({ count }) => {
      known += count;
      return known;
    });
    const hasGrown = async (at: number) => {
      const border = this.#buckets[at + 1]?.start ?? this.#looked.until;
      return (await this.#countBefore(border)) > (before[at] ?? 0);
    };
    let low = -1;
    let high = this.#buckets.length - 1;
    if (high < 0 || !(await hasGrown(high))) return undefined;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await hasGrown(middle)) high = middle;
      else low = middle;
    }
    return high;
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
    const { sweptAt } = this.#member.ground;
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
      const unread = await this.#window(first, last, sweptAt);
      if (unread) return unread.known.start;
      end += this.#buckets.length - length;
    }
    return next;
  }

  /**
   * Looks at some of the buckets; the last ones reach up to now. Resolves to the first piece that has
   * changed and was not read, if there is one.
   * @param since what was changed before this moment is known to all lists
   */
  async #window(first: number, last: number, since: number): Promise<Piece | undefined> {
    const { columns, until } = this.#looked;
    const known = this.#buckets.slice(first, last);
    const from = first === 0 ? Number.NEGATIVE_INFINITY : (known[0]?.start ?? 0);
    const end = this.#buckets[last]?.start;
    const range = { from, to: end ?? this.#begunAt };
    const exported = await readExport(this.#export, range, this.#lane);
    if (exported.columns !== columns) {
      throw new ColumnsChangedError("it has other columns than when it was last read in full.");
    }
    const pieces = divide(exported.rows, known, from, end ?? until);
    const changed = pieces.filter(hasChanged);
    const chosen = chooseSome(changed, this.#limits.pieces, Math.floor(this.#begunAt / 1_000));
    const unread = new Set(changed);
    for (const piece of chosen) {
      if (await this.#read(piece, since - OVERLAP_MILLISECONDS)) unread.delete(piece);
    }
    const isLater = ({ time }: { time: number }) => time >= until && time < this.#begunAt;
    const later = end === undefined ? exported.rows.filter(isLater) : [];
    this.#buckets.splice(first, known.length, ...settle(pieces, unread, later));
    return pieces.find((piece) => unread.has(piece));
  }

  async #read(piece: Piece, since: number): Promise<boolean> {
    const { customer, embeds } = this.#member.changes;
    const { property } = customer ?? {};
    const onRow = (rows: Rows, row: number, page: ListPage) => {
      this.rows.add(rows, row, page);
      const owner = property === undefined ? undefined : stringOf(rows, row, property);
      // A row that was imported is as old as it claims, but it counts in its customer.
      const inside = embeds && this.#embedded.read(rows, row, embeds.property);
      const isRecent =
        timeOf(rows, row, "modified_at") >= since ||
        (inside && timeOf(inside, 0, "modified_at") >= since);
      if (owner !== undefined && isRecent) this.customers.add(owner);
    };
    const isRead = await readPiece(this.#member, piece, onRow, this.#lane);
    if (isRead) this.growth += Math.max(0, piece.rows.length - piece.known.count);
    return isRead;
  }
}
