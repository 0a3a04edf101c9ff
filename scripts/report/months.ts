/** A month in UTC. Times are milliseconds since 1970. */
export interface Month {
  /** For example `2026-11`. */
  readonly name: string;
  readonly begin: number;
  /** Where the next month begins. */
  readonly end: number;
}

/** All months from the one of the first of these times to the one of `now`; none without times. */
export function monthsSince(times: readonly number[], now: number): Month[] {
  const first = times.reduce((earliest, time) => Math.min(earliest, time), Infinity);
  const months: Month[] = [];
  for (let at = first; at <= now; at = months.at(-1)?.end ?? Infinity) months.push(monthOf(at));
  return months;
}

/** The month that a time is in. */
export function monthOf(time: number): Month {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const begin = Date.UTC(year, month);
  return {
    name: new Date(begin).toISOString().slice(0, 7),
    begin,
    end: Date.UTC(year, month + 1),
  };
}

/** For example `November 2026`. */
export const monthTitle = ({ begin }: Month): string =>
  new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" }).format(begin);
