import type { Rows } from "../../polar/rows.ts";
import type { ListSource } from "../../streams/define.ts";
import { stringOf } from "../records/row-values.ts";

/**
 * The times that a list is ordered by, as text that sorts. A row that comes while the list is read
 * is newer than all that were there, unless it was made to look older.
 */
export class RowTimes {
  readonly #property: string | undefined;
  readonly #length: number | undefined;

  /** Only a time at the front of the list's declared order tells what is new. */
  constructor({ order, wholeMilliseconds }: Pick<ListSource, "order" | "wholeMilliseconds">) {
    this.#property = order[0];
    this.#length = wholeMilliseconds && "2026-08-01T12:00:00.000".length;
  }

  /** A row's time; undefined where it shows none. */
  of(rows: Rows, row: number): string | undefined {
    const time = this.#property && stringOf(rows, row, this.#property);
    return time === undefined ? undefined : sortable(time)?.slice(0, this.#length);
  }

  /**
   * The latest time on a page; undefined where no row shows one. On a page in this order, or in the
   * reverse, it stands at one end.
   */
  latest(page: Iterable<Rows>, sorting: readonly string[] = []): string | undefined {
    const parts = [...page].filter(({ count }) => count > 0);
    const [first, last] = [parts[0], parts.at(-1)];
    const [key] = sorting;
    let atEnd: string | undefined;
    if (last && key === this.#property) atEnd = this.of(last, last.count - 1);
    if (first && key === `-${this.#property}`) atEnd = this.of(first, 0);
    return atEnd ?? this.#latestOf(parts);
  }

  #latestOf(parts: readonly Rows[]): string | undefined {
    let latest: string | undefined;
    for (const rows of parts) {
      for (let row = 0; row < rows.count; row++) {
        const time = this.of(rows, row);
        if (time !== undefined && (latest === undefined || time > latest)) latest = time;
      }
    }
    return latest;
  }
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/;

/** A time as text that sorts; undefined for what is no time. The API leaves out a fraction of zero. */
function sortable(time: string): string | undefined {
  const [, seconds, fraction = ""] = TIME.exec(time) ?? [];
  return seconds && `${seconds}.${fraction.padEnd(9, "0")}`;
}
