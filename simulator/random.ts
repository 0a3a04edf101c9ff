/** Numbers that look random and are the same for the same seed. */

function scramble(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit number that depends on all of its arguments. */
export function hash(a: number, b: number, c = 0): number {
  return scramble(scramble(scramble(a) ^ Math.imul(b, 0x9e3779b1)) ^ Math.imul(c + 1, 0xc2b2ae3d));
}

/** A 32-bit number that depends on every character. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  return scramble(h);
}

/** The element at `position`, counted around the end. */
export function pick<T>(values: readonly T[], position: number): T {
  const value = values[position % values.length];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
}

// An odd factor has an inverse modulo 2^32: so the first eight digits of an id lead back to its row.
const factor = 0x9e3779b1;
const inverse = [0, 1, 2, 3, 4].reduce((x) => Math.imul(x, 2 - Math.imul(factor, x)), factor);

const digits = Buffer.from("0123456789abcdef");

function writeHex(value: number, count: number, bytes: Uint8Array, offset: number): void {
  for (let at = 0; at < count; at++) {
    bytes[offset + at] = digits[(value >>> (28 - at * 4)) & 15] ?? 0;
  }
}

/** Writes the 36 characters of the id (UUID version 4) of row `index` in the table with this salt. */
export function writeUuid(salt: number, index: number, bytes: Uint8Array, offset: number): void {
  const middle = (hash(salt, index, 1) & 0xffff0fff) | 0x4000;
  const variant = (hash(salt, index, 2) & 0x3fffffff) | 0x80000000;
  writeHex(Math.imul(index, factor) ^ salt, 8, bytes, offset);
  writeHex(middle, 4, bytes, offset + 9);
  writeHex(middle << 16, 4, bytes, offset + 14);
  writeHex(variant, 4, bytes, offset + 19);
  writeHex(variant << 16, 4, bytes, offset + 24);
  writeHex(hash(salt, index, 3), 8, bytes, offset + 28);
  for (const dash of [8, 13, 18, 23]) bytes[offset + dash] = 0x2d;
}

const scratch = Buffer.alloc(36);

/** The id of row `index` in the table with this salt. */
export function uuid(salt: number, index: number): string {
  writeUuid(salt, index, scratch, 0);
  return scratch.toString("latin1");
}

/** The row that this id belongs to, or -1 if the table with this salt never made it. */
export function indexOfUuid(salt: number, id: string): number {
  const index = Math.imul(Number.parseInt(id.slice(0, 8), 16) ^ salt, inverse) >>> 0;
  return uuid(salt, index) === id.toLowerCase() ? index : -1;
}
