/** Nobody answers later than this; what comes behind it has no year of four digits any more. */
const LAST = Date.UTC(9999, 0);

/**
 * The time in an HTTP header such as `Sat, 01 Aug 2026 12:00:00 GMT` (RFC 9110, 5.6.7), in milliseconds
 * since the epoch; NaN for anything else. `Date.parse` alone would take a garbled `7` for a day in 2001.
 */
export function httpDate(header: string | undefined): number {
  const time = /^[A-Z][a-z]+, .+ GMT$/.test(header ?? "") ? Date.parse(header ?? "") : Number.NaN;
  return time >= 0 && time < LAST ? time : Number.NaN;
}
