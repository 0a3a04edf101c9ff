/**
 * Days as they are in a time zone. A day stands for itself, as its midnight in UTC; an instant is a
 * moment everywhere. Both are milliseconds since the epoch.
 */
import { DAY_MILLISECONDS } from "./calendar.ts";

export class TimeZone {
  /** IANA name: `Europe/Berlin`. */
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;

  constructor(name: string) {
    this.name = name;
    // Swedish dates are those of ISO 8601: 2026-01-31 12:00:00.
    const full = { dateStyle: "short", timeStyle: "medium" } as const;
    this.#format = new Intl.DateTimeFormat("sv-SE", { ...full, timeZone: name });
  }

  /** The day that it is there at an instant. */
  dayOf(instant: number): number {
    return Math.floor(this.#clock(instant) / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  }

  /** When a day begins there: at midnight, or when a clock that is put forward skips that. */
  startOf(day: number): number {
    // One of these is right, whichever side of a change of the clocks the midnight is on.
    const starts = [day - DAY_MILLISECONDS, day + DAY_MILLISECONDS].map(
      (near) => day - (this.#clock(near) - near),
    );
    return Math.min(...starts.filter((start) => this.#clock(start) >= day));
  }

  /** What a clock there shows, as if it were UTC, in whole seconds. */
  #clock(instant: number): number {
    return Date.parse(`${this.#format.format(instant).replace(" ", "T")}Z`);
  }
}
