import type { TimeRange } from "../../streams/define.ts";

/** What has been seen of a list between two moments. */
export interface Range {
  /** Restricts the list to these rows. */
  readonly query: Readonly<Record<string, string>>;
  /** How many of them have been seen. */
  readonly seen: number;
  /** Whether an interrupted sweep has seen some of them, whose ids are not known. */
  readonly isResumed: boolean;
}

/**
 * Counts rows by ranges of time. Rows shift from page to page when others come or go, but none ever
 * leaves its range: where fewer have been seen than the API counts, one has slipped through, even if
 * the whole adds up because another came in its place.
 */
export class Ranges {
  readonly #parameters: TimeRange;
  /** The last moment of each range but the last, ascending; see {@link RowTimes}. */
  readonly #ends: string[] = [];
  readonly #seen: number[] = [0];
  #isResumed = false;

  constructor(parameters: TimeRange) {
    this.#parameters = parameters;
  }

  /** Begins another range: all rows up to this time have been added to those before, and no other. */
  cut(end: string): void {
    if (end <= (this.#ends.at(-1) ?? "")) return;
    this.#ends.push(end);
    this.#seen.push(0);
  }

  /** Counts a row, seen for the first time; one without a time belongs to the newest. */
  add(time: string | undefined): void {
    const at = time === undefined ? -1 : this.#ends.findIndex((end) => time <= end);
    this.#count(at === -1 ? this.#ends.length : at, 1);
  }

  /** So many rows of the oldest range were seen by an interrupted sweep. */
  resume(rows: number): void {
    this.#isResumed = true;
    this.#count(0, rows);
  }

  /** So many of those are going to be seen again. */
  forget(rows: number): void {
    this.#count(0, -rows);
  }

  /** The oldest first: a row whose time is set to now is then met at the latest in the last one. */
  get all(): readonly Range[] {
    return this.#seen.map((seen, range) => ({
      query: this.#query(this.#ends[range - 1], this.#ends[range]),
      seen,
      isResumed: this.#isResumed && range === 0,
    }));
  }

  #count(range: number, rows: number): void {
    this.#seen[range] = (this.#seen[range] ?? 0) + rows;
  }

  /** Later than `after`, and no later than `until`: the API leaves out both of its borders. */
  #query(after: string | undefined, until: string | undefined): Readonly<Record<string, string>> {
    const { after: from, before } = this.#parameters;
    return {
      ...(after !== undefined && { [from]: toMicroseconds(after) }),
      ...(until !== undefined && { [before]: oneMicrosecondAfter(until) }),
    };
  }
}

/** `2026-08-01T12:00:00.123456000` as the API takes it. */
function toMicroseconds(time: string): string {
  return `${time.slice(0, 26)}Z`;
}

function oneMicrosecondAfter(time: string): string {
  const next = Number(time.slice(23, 26)) + 1;
  const carried = Date.parse(`${time.slice(0, 23)}Z`) + (next === 1_000 ? 1 : 0);
  const milliseconds = new Date(carried).toISOString().slice(0, 23);
  return `${milliseconds}${String(next % 1_000).padStart(3, "0")}Z`;
}
