import type { Rows } from "../../polar/rows.ts";
import { IdSet } from "./id-set.ts";
import { addKey } from "./row-keys.ts";

/** Distinct rows counted against the number that the API gives for them. */
export class Census {
  readonly ids = new IdSet();
  /** How many rows there are, as the API says; infinite until it has said so. */
  expected: number;
  /** Rows that are known to be there without having been read in this count. */
  known = 0;

  constructor(expected = Number.POSITIVE_INFINITY) {
    this.expected = expected;
  }

  /** See {@link addKey}. */
  add(primaryKey: readonly string[], rows: Rows, row: number): boolean | undefined {
    return addKey(this.ids, primaryKey, rows, row);
  }

  get found(): number {
    return this.ids.size + this.known;
  }

  get addsUp(): boolean {
    return this.found >= this.expected;
  }
}
