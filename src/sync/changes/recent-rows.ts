import type { Rows } from "../../polar/rows.ts";
import type { ListEnd, RowObserver } from "../contract/kind.ts";
import { stringOf } from "../records/row-values.ts";
import { KnownIds } from "./known-ids.ts";

/**
 * So far back from its newest row a list is read again: `created_at` is taken before the row can be
 * seen, and a long transaction may take ten minutes until it is. What comes later still, the count tells.
 */
export const OVERLAP_MILLISECONDS = 30 * 60_000;

/** The sync that knows all that happened before it began, in milliseconds since the epoch. */
export interface Begun {
  readonly begunAt: number;
}

interface Recent {
  readonly id: string;
  readonly time: number;
}

/**
 * Remembers the newest rows that pass by: those that the next sync will meet again. Rows that have
 * come since this one began are for the next: it takes them for new.
 */
export class RecentRows implements RowObserver {
  readonly #createdBy: string;
  readonly #sync: Begun;
  #rows: Recent[] = [];
  /** So many are gathered before the old ones among them are forgotten. */
  #most = 4_096;
  #latest = Number.NEGATIVE_INFINITY;
  /** The time of the first row that has passed. */
  #first = Number.POSITIVE_INFINITY;
  /** Ids of rows that have come since the sync began: a row may be met twice. */
  readonly #later = new Set<string>();
  /** The latest time, as the API wrote it. */
  newest: string | undefined;
  /** How the reading has ended, once it has. */
  end: ListEnd | undefined;

  constructor(createdBy: string, sync: Begun) {
    this.#createdBy = createdBy;
    this.#sync = sync;
  }

  add(rows: Rows, row: number): void {
    const text = stringOf(rows, row, this.#createdBy);
    const id = stringOf(rows, row, "id");
    if (text === undefined || id === undefined) return;
    const time = Date.parse(text);
    if (this.#first === Number.POSITIVE_INFINITY) this.#first = time;
    if (time > this.#latest) {
      this.#latest = time;
      this.newest = text;
    }
    if (time >= this.#sync.begunAt) {
      this.#later.add(id);
      return;
    }
    this.#rows.push({ id, time });
    if (this.#rows.length > this.#most) this.#forget();
  }

  finish(end: ListEnd): void {
    this.end = end;
  }

  /** How many rows have come since the sync began. */
  get later(): number {
    return this.#later.size;
  }

  /** From when on the next sync reads again, when everything up to `caughtUpAt` is known. */
  static since(newest: string | undefined, caughtUpAt: number): number {
    if (newest === undefined) return Number.NEGATIVE_INFINITY;
    // A row may claim to be of tomorrow.
    return Math.min(Date.parse(newest), caughtUpAt) - OVERLAP_MILLISECONDS;
  }

  /** Whether all that the next sync meets again have passed, where rows pass from the oldest on. */
  get isComplete(): boolean {
    return this.#first < RecentRows.since(this.newest, this.#sync.begunAt);
  }

  /** The ids that the next sync meets again. */
  get known(): KnownIds {
    this.#forget();
    const known = new KnownIds();
    for (const { id } of this.#rows) known.add(id);
    return known;
  }

  #forget(): void {
    const since = RecentRows.since(this.newest, this.#sync.begunAt);
    this.#rows = this.#rows.filter(({ time }) => time >= since);
    this.#most = this.#rows.length + 4_096;
  }
}
