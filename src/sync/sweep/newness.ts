import type { Rows } from "../../polar/rows.ts";
import { stringOf } from "../records/row-values.ts";

/**
 * Tells rows that have come since a list was first read. While one row comes and another goes the
 * count stays the same; but the one that comes is newer than all that were there.
 */
export class Newness {
  readonly #property: string | undefined;

  /** `order` is the list's declared order; only a time at its front tells what is new. */
  constructor(order: readonly string[]) {
    this.#property = order[0];
  }

  /** The latest time on a page, in a form to compare; undefined where rows show none. */
  latest(page: Iterable<Rows>): string | undefined {
    return (
      this.#times(page).reduce((latest, time) => (latest > time ? latest : time), "") || undefined
    );
  }

  /**
   * The latest time on a list's last page of the rows that were there before `moment`, milliseconds
   * since the epoch. If all rows seem to have come later, a clock is wrong, and says nothing.
   */
  latestBefore(page: Iterable<Rows>, moment: number): string | undefined {
    const limit = comparable(new Date(moment).toISOString());
    const before = this.#times(page).filter((time) => limit !== undefined && time < limit);
    return before.length > 0 ? before.reduce((a, b) => (a > b ? a : b)) : this.latest(page);
  }

  #times(page: Iterable<Rows>): string[] {
    const times: string[] = [];
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++) {
        const time = this.of(rows, row);
        if (time !== undefined) times.push(time);
      }
    }
    return times;
  }

  /** A row's time in a form to compare. */
  of(rows: Rows, row: number): string | undefined {
    const time = this.#property && stringOf(rows, row, this.#property);
    return time === undefined ? undefined : comparable(time);
  }
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/;

/** A time as text that sorts; undefined for what is no time. The API leaves out a fraction of zero. */
function comparable(time: string): string | undefined {
  const [, seconds, fraction = ""] = TIME.exec(time) ?? [];
  return seconds && `${seconds}.${fraction.padEnd(9, "0")}`;
}
