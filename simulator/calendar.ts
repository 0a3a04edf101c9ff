/**
 * When the rows of a table were created. Most have a time of their own, some share it with their
 * neighbour, and some stand in runs of equal times that are longer than a page.
 */
import { hash } from "./random.ts";
import { DAY, SECOND } from "./time.ts";
import type { PlaceInRun } from "./world.ts";

/** The oldest rows are so old. */
const AGE = 400 * DAY;
/** Every so many rows there is a run of rows with one created_at, longer than a page. */
const PERIOD = 2000;
const RUN = 250;

export class Calendar {
  readonly #salt: number;
  readonly #now: number;
  readonly #listed: number;
  readonly #made: number;
  /** When the inserted rows were created. */
  readonly #inserted: number[] = [];
  #lastIndex = -1;
  #lastCreated = 0;

  /** Rows from `listed` on are hidden, those from `made` on are inserted while it runs. */
  constructor(salt: number, now: number, listed: number, made: number) {
    this.#salt = salt;
    this.#now = now;
    this.#listed = listed;
    this.#made = made;
  }

  /** Adds a row that is created at that time; without one, a little after all others. */
  insert(created?: number): void {
    this.#lastIndex = -1;
    this.#inserted.push(created ?? this.#next(this.#inserted.length));
  }

  /** Where a row stands in its run of equal created_at; null if it stands in none. */
  placeInRun(index: number): PlaceInRun | null {
    const period = Math.min(this.#listed, PERIOD);
    const length = Math.min(Math.floor(period * 0.31), RUN);
    const position = (index % period) - Math.floor(period / 2);
    return index < this.#listed && position >= 0 && position < length ? { position, length } : null;
  }

  /** The row's created_at in microseconds. */
  created(index: number): number {
    if (index !== this.#lastIndex) {
      this.#lastIndex = index;
      this.#lastCreated = this.#computeCreated(index);
    }
    return this.#lastCreated;
  }

  /** When the n-th inserted row is created, if nobody says it. */
  #next(n: number): number {
    return this.#now + n * 1000 + 1;
  }

  #computeCreated(index: number): number {
    // In small organizations rows refer to some that are not there yet.
    const after = index - this.#made;
    if (after >= 0) return this.#inserted[after] ?? this.#next(after);
    const leader = this.#leader(index);
    const step = AGE / this.#listed;
    const jitter = hash(this.#salt, leader, 4) / 2 ** 32;
    const exact = Math.floor(this.#now - AGE + (leader + jitter) * step);
    if (this.isWhole(index)) return Math.floor(exact / SECOND) * SECOND;
    return exact % SECOND === 0 ? exact + 1 : exact;
  }

  /** The row whose created_at this row has: its own, its neighbour's or that of its run. */
  #leader(index: number): number {
    if (index >= this.#listed) return hash(this.#salt, index, 5) % Math.max(this.#listed, 1);
    const paired = index % 16 === 7 ? index - 1 : index;
    return paired - (this.placeInRun(paired)?.position ?? 0);
  }

  /** Whether created_at has no fraction. Text of the other form is seven characters longer. */
  isWhole(index: number): boolean {
    if (index >= this.#made) return this.created(index) % SECOND === 0;
    const leader = this.#leader(index);
    return this.placeInRun(leader) !== null || hash(this.#salt, leader, 6) % 8 === 0;
  }
}
