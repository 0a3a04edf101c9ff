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

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex32(value: number): string {
  return `${hex[value >>> 24]}${hex[(value >>> 16) & 255]}${hex[(value >>> 8) & 255]}${hex[value & 255]}`;
}

// An odd factor has an inverse modulo 2^32: so the first eight digits of an id lead back to its row.
const factor = 0x9e3779b1;
const inverse = [0, 1, 2, 3, 4].reduce((x) => Math.imul(x, 2 - Math.imul(factor, x)), factor);

/** The id (UUID version 4) of row `index` in the table with this salt. */
export function uuid(salt: number, index: number): string {
  const a = hex32((Math.imul(index, factor) ^ salt) >>> 0);
  const b = hex32((hash(salt, index, 1) & 0xffff0fff) | 0x4000);
  const c = hex32((hash(salt, index, 2) & 0x3fffffff) | 0x80000000);
  const d = hex32(hash(salt, index, 3));
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
}

/** The row that this id belongs to, or -1 if the table with this salt never made it. */
export function indexOfUuid(salt: number, id: string): number {
  const index = Math.imul(Number.parseInt(id.slice(0, 8), 16) ^ salt, inverse) >>> 0;
  return uuid(salt, index) === id.toLowerCase() ? index : -1;
}
