/** Times as users and states write them. */
import * as z from "zod";

/** A time without an offset is taken as UTC, not as this machine's local time. */
export function inUtc(time: string): string {
  const hasOffset = /(Z|[+-]\d\d:?\d\d)$/i.test(time);
  return new Date(hasOffset || !time.includes("T") ? time : `${time}Z`).toISOString();
}

/**
 * Whether the year of a time in ISO 8601 has four digits in UTC, too: near the years 0 and 9999 an
 * offset may lead out of them, and the API takes no others. What is no time at all is for others to
 * tell.
 */
export function hasPlainYear(time: string): boolean {
  return Number.isNaN(Date.parse(time)) || /^\d{4}-/.test(inUtc(time));
}

/** A time in ISO 8601 with `Z` or an offset, as bookmarks have it. */
export const isoTime = z.iso.datetime({ offset: true }).refine(hasPlainYear);
