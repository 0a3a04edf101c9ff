import { httpDate } from "./http-date.ts";

/** First delay before a retry, and the longest one. */
const FIRST_DELAY_MILLISECONDS = 250;
const LONGEST_DELAY_MILLISECONDS = 30_000;

/** What the API waits for where a 429 does not say: the length of its window. */
const DEFAULT_RETRY_AFTER_MILLISECONDS = 60_000;

/** Longer than this nobody waits without asking again; timers can't even hold more than 24 days. */
const LONGEST_RETRY_AFTER_MILLISECONDS = 3_600_000;

/**
 * Milliseconds to wait before retry number `retry` (1 is the first): doubling, and random between
 * half of it and all of it, so that parallel requests that failed together do not return together.
 */
export function backoff(retry: number, random: number): number {
  const longest = Math.min(FIRST_DELAY_MILLISECONDS * 2 ** (retry - 1), LONGEST_DELAY_MILLISECONDS);
  return Math.round(longest * (0.5 + random / 2));
}

/**
 * Milliseconds that a `Retry-After` header asks for: seconds, or an HTTP date seen from `now`
 * (milliseconds since the epoch). One second at least and one hour at most; one minute where the header
 * says nothing.
 */
export function retryAfter(header: string | undefined, now: number): number {
  const value = header?.trim();
  if (value === undefined || value === "") return DEFAULT_RETRY_AFTER_MILLISECONDS;
  const milliseconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : httpDate(value) - now;
  if (Number.isNaN(milliseconds)) return DEFAULT_RETRY_AFTER_MILLISECONDS;
  return Math.min(Math.max(1_000, milliseconds), LONGEST_RETRY_AFTER_MILLISECONDS);
}
