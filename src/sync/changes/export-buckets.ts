/**
 * The rows of an export in the order of their creation, in buckets of which a bookmark keeps little:
 * where each begins, how many rows it has, and three bytes that stand for their values.
 */

/** So few that a page of the list shows them all, and that no more follow. */
export const ROWS_PER_BUCKET = 90;

/** A row of an export. */
export interface ExportedRow {
  /** When it was created, in milliseconds since the epoch. */
  readonly time: number;
  /** 32 bits that stand for its values. */
  readonly hash: number;
  /** Where the export names it. */
  readonly id: string | undefined;
}

/** Rows that follow each other. A bucket ends where the next one begins. */
export interface Bucket {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly count: number;
  /** Three bytes. It is the same in whichever order rows of one time come. */
  readonly digest: number;
  /** All that happened to its rows before this moment is known; milliseconds since the epoch. */
  readonly asOf: number;
}

const DIGEST_BYTES = 3;
const MINUTE_MILLISECONDS = 60_000;

/** The bucket of these rows, the oldest first, as they were at a moment. */
export function bucketOf(rows: readonly ExportedRow[], asOf: number): Bucket {
  const digest = rows.reduce((sum, { hash }) => (sum + hash) % 2 ** (8 * DIGEST_BYTES), 0);
  return { start: rows[0]?.time ?? 0, count: rows.length, digest, asOf };
}

/** Cuts rows, the oldest first, into buckets. Rows of the same millisecond stay together. */
export function cut(rows: readonly ExportedRow[], asOf: number): Bucket[] {
  const buckets: Bucket[] = [];
  let start = 0;
  let border = 0;
  for (let at = 1; at <= rows.length; at++) {
    if (rows[at]?.time === rows[at - 1]?.time) continue;
    if (at - start > ROWS_PER_BUCKET && border > start) {
      buckets.push(bucketOf(rows.slice(start, border), asOf));
      start = border;
    }
    border = at;
  }
  if (start < rows.length) buckets.push(bucketOf(rows.slice(start), asOf));
  return buckets;
}

/** Some ten bytes per bucket, in Base64. What is known is so to the minute, and none later than `until`. */
export function encodeBuckets(buckets: readonly Bucket[], until: number): string {
  const bytes: number[] = [];
  let last = 0;
  for (const { start, count, digest, asOf } of buckets) {
    pushNumber(bytes, start - last);
    pushNumber(bytes, count);
    pushNumber(bytes, Math.max(0, Math.ceil((until - asOf) / MINUTE_MILLISECONDS)));
    for (let byte = 0; byte < DIGEST_BYTES; byte++) bytes.push((digest >>> (8 * byte)) & 0xff);
    last = start;
  }
  return Buffer.from(bytes).toString("base64");
}

/** Reads what {@link encodeBuckets} has written. Of what is none of ours some buckets come that fit no row. */
export function decodeBuckets(text: string, until: number): Bucket[] {
  const bytes = Buffer.from(text, "base64");
  const buckets: Bucket[] = [];
  let at = 0;
  const next = (): number => {
    let number = 0;
    for (let factor = 1; at < bytes.length; factor *= 0x80) {
      const byte = bytes[at++] ?? 0;
      number += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    return number;
  };
  for (let start = 0; at < bytes.length; ) {
    start += next();
    const count = next();
    const asOf = until - next() * MINUTE_MILLISECONDS;
    if (at + DIGEST_BYTES > bytes.length) break;
    buckets.push({ start, count, digest: bytes.readUIntLE(at, DIGEST_BYTES), asOf });
    at += DIGEST_BYTES;
  }
  return buckets;
}

/** Seven bits in each byte, the lowest first; the highest bit says that more follow. */
function pushNumber(bytes: number[], number: number): void {
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}
