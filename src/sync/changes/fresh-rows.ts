import type { LaneContext } from "../contract/context.ts";
import { stringOf, timeOf } from "../records/row-values.ts";
import type { Hints } from "./hints.ts";
import { KnownIds } from "./known-ids.ts";
import type { Member } from "./member.ts";
import { NewestRows, type RowOnPage, readNewest } from "./newest-rows.ts";
import { type Begun, OVERLAP_MILLISECONDS, RecentRows } from "./recent-rows.ts";

/** More new pages than these are not held in memory: then the lists are read whole. */
const MOST_PAGES = 30;

/** The rows that have come to a list since it was last caught up, and the few known ones around. */
export class FreshRows {
  readonly #member: Member;
  #newest: NewestRows;
  /** So many pages have been gone through; the array of them grows while it is read. */
  #takenPages = 0;
  readonly #sync: Begun;
  readonly #recent: RecentRows;
  /** The newest rows as the last sync knew them; undefined where they were too many. */
  readonly #known: KnownIds | undefined;
  readonly #freshCustomers = new Set<string>();
  /** When each row that has come was created, in milliseconds since the epoch, by its id. */
  readonly #fresh = new Map<string, number>();

  static async read(member: Member, sync: Begun, lane: LaneContext): Promise<FreshRows> {
    const { task, changes, ground } = member;
    const since = RecentRows.since(ground.newest, ground.caughtUpAt);
    const fresh = new FreshRows(member, new NewestRows([], false, since, changes.createdBy), sync);
    const isEnough = (read: NewestRows) => fresh.#take(read).#isEnough;
    const reading = { since, mostPages: MOST_PAGES, isEnough };
    return fresh.#take(await readNewest(task.source, changes.createdBy, reading, lane));
  }

  private constructor(member: Member, newest: NewestRows, sync: Begun) {
    const { changes, ground } = member;
    this.#member = member;
    this.#newest = newest;
    this.#sync = sync;
    this.#recent = new RecentRows(changes.createdBy, sync);
    this.#known = ground.recent === undefined ? undefined : KnownIds.of(ground.recent);
  }

  /** Takes what has been read so far in place of what had been: the same pages, and more. */
  #take(newest: NewestRows): this {
    const { changes, ground } = this.#member;
    const latest =
      ground.newest === undefined ? Number.NEGATIVE_INFINITY : Date.parse(ground.newest);
    const taken = this.#takenPages;
    this.#takenPages = newest.pages.length;
    this.#newest = newest;
    for (const { rows, row } of newest.rows(taken)) {
      this.#recent.add(rows, row);
      const id = stringOf(rows, row, "id");
      if (id === undefined) continue;
      const time = timeOf(rows, row, changes.createdBy);
      const isKnown = this.#known ? this.#known.has(id) : time <= latest;
      if (isKnown) continue;
      this.#fresh.set(id, time);
      const owner = changes.customer?.property;
      const customer = owner && stringOf(rows, row, owner);
      if (customer) this.#freshCustomers.add(customer);
    }
    return this;
  }

  /**
   * Whether all have passed that are newer than what was known, and all that the next sync will meet
   * again, and none is missing, going by the count: nothing older has come late then.
   */
  get #isEnough(): boolean {
    const { newest, caughtUpAt } = this.#member.ground;
    const known = RecentRows.since(newest, caughtUpAt) + OVERLAP_MILLISECONDS;
    const next = RecentRows.since(this.newest, this.#sync.begunAt);
    return this.surplus === 0 && this.#newest.oldest < Math.min(known, next);
  }

  /** How many rows have come. */
  get count(): number {
    return this.#fresh.size;
  }

  /** How many of them were created before a moment. */
  readonly countBefore = (moment: number): number =>
    [...this.#fresh.values()].filter((time) => time < moment).length;

  /**
   * Whether they are all: not so when there are too many. Where many known ones stand around, they may
   * be too many to be read; the count has to do then.
   */
  get isComplete(): boolean {
    return this.#newest.isReached || this.surplus === 0;
  }

  /** How many rows the API counts in the list. */
  get total(): number | undefined {
    return this.#newest.count;
  }

  /**
   * How many more rows there are than have come: above 0 some came with an old time, below 0 some
   * have gone.
   */
  get surplus(): number {
    return (this.total ?? Number.NaN) - this.#member.ground.count - this.count;
  }

  /** The customers to whom new rows belong have other rows that changed with them. */
  tell(hints: Hints): void {
    const { task, changes } = this.#member;
    for (const customer of this.#freshCustomers) hints.touch(customer, `${task.stream.name}.come`);
    if (changes.customer?.property !== "id") return;
    for (const [id, time] of this.#fresh) hints.created.set(id, time);
  }

  /** The latest time of a row, and the ids of the newest ones, for the bookmark. */
  get newest(): string | undefined {
    return this.#recent.newest ?? this.#member.ground.newest;
  }

  get recent(): string | undefined {
    const { known } = this.#recent;
    if (this.#newest.isReached) return known.text;
    return this.#known && known.with(this.#known).text;
  }

  /** How many of the rows have come since this sync began, and are the next one's. */
  get later(): number {
    return this.#recent.later;
  }

  /** All rows that were created from this moment on have come; undefined where some may be missing. */
  get allSince(): number | undefined {
    return this.#newest.allSince;
  }

  /** All that stands on the pages which were read, known or not. */
  onPages(): Generator<RowOnPage, void> {
    return this.#newest.onPages();
  }

  rows(): Generator<RowOnPage, void> {
    return this.#newest.rows();
  }

  release(): void {
    this.#newest.release();
  }
}
