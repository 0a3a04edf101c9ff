import type { Rows } from "../../polar/rows.ts";
import { IdSet } from "./id-set.ts";
import { addKey } from "./row-keys.ts";

/** A mark is a pass and an age, both below 16. */
const AGES = 16;

/**
 * Counts distinct rows by the pass that saw them last, and by their age: 0 for a row that may have
 * been there when the sweep began, and more for each beginning of a pass that it is newer than. So
 * it knows how many were seen since any pass began, and how many of those may have been there then.
 */
export class Census {
  readonly #ids = new IdSet();
  readonly #tally = new Uint32Array(AGES * AGES);

  /** True for a row that was not there before; undefined for one without a key: see {@link addKey}. */
  add(
    primaryKey: readonly string[],
    rows: Rows,
    row: number,
    pass: number,
    age: number,
  ): boolean | undefined {
    const mark = pass * AGES + age;
    const isNew = addKey(this.#ids, primaryKey, rows, row, mark);
    if (isNew === undefined) return undefined;
    if (!isNew) this.#count(this.#ids.replaced ?? 0, -1);
    this.#count(mark, 1);
    return isNew;
  }

  /** How many rows have been seen since a pass began, of those that are no newer than `age`. */
  seenSince(pass: number, age = AGES - 1): number {
    let seen = 0;
    for (let mark = pass * AGES; mark < this.#tally.length; mark++) {
      if (mark % AGES <= age) seen += this.#tally[mark] ?? 0;
    }
    return seen;
  }

  #count(mark: number, change: 1 | -1): void {
    this.#tally[mark] = (this.#tally[mark] ?? 0) + change;
  }
}
