/**
 * Calendar days, and the periods that they fall into. A day is its midnight in UTC, whatever the time
 * zone: which instants it covers is for {@link TimeZone} to say.
 */

export type Interval = "hour" | "day" | "week" | "month" | "year";

/**
 * The longest range, in days, that the API accepts for periods of each length; it publishes them at
 * `/v1/metrics/limits` and holds meter quantities to the same.
 */
const LONGEST_RANGE_DAYS: Readonly<Record<Interval, number>> = {
  hour: 7,
  day: 366,
  week: 371,
  month: 1_460,
  year: 3_650,
};

export const DAY_MILLISECONDS = 86_400_000;

/** From the day `first` to the day `last`, both included. */
export interface DayRange {
  readonly first: number;
  readonly last: number;
}

/** The day on which a period begins that `time`, in UTC, falls into. Weeks begin on Monday. */
export function periodStart(time: number, interval: Interval): number {
  const date = new Date(time);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  switch (interval) {
    case "year":
      return Date.UTC(year, 0, 1);
    case "month":
      return Date.UTC(year, month, 1);
    case "week":
      return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7));
    case "day":
    case "hour":
      return Date.UTC(year, month, day);
  }
}

/**
 * Cuts the days from `from` to `until` into ranges that the API accepts. Each begins and, but for
 * the last, ends with a whole period, so that no period is given in two parts.
 */
export function* dayRanges(from: number, until: number, interval: Interval): Generator<DayRange> {
  const lastDay = periodStart(until, "day");
  let first = periodStart(from, interval);
  while (first <= lastDay) {
    // A range of n days counts n - 1 from its first to its last; one less again keeps clear of it.
    const furthest = first + (LONGEST_RANGE_DAYS[interval] - 1) * DAY_MILLISECONDS;
    const next = periodStart(furthest, interval);
    const last = Math.min(lastDay, (next > first ? next : furthest) - DAY_MILLISECONDS);
    yield { first, last };
    first = last + DAY_MILLISECONDS;
  }
}

/** A day as the API writes it: `2026-01-31`. */
export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
