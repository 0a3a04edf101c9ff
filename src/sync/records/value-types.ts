import type { JsonType } from "../../streams/define.ts";

const NULL = 0x01;
const INTEGER = 0x02;
const FRACTION = 0x04;
const BITS: Readonly<Record<JsonType, number>> = {
  integer: INTEGER,
  number: INTEGER | FRACTION,
  string: 0x08,
  boolean: 0x10,
  object: 0x20,
  array: 0x40,
};

/** The bits of all types. */
export const ANY_TYPE = 0xff;

/** The bits of the types whose values are of a declared type: an integer is a number, too. */
export function typesOf(declared: JsonType): number {
  return BITS[declared];
}

/** The bits of the types whose values a column of a type takes: its own, and null. */
export function typesTaken(declared: JsonType): number {
  return NULL | BITS[declared];
}

/** By the first byte of a value, the bit of its type; 0 for a number, which is of one of two. */
const FIRST_BYTES = new Uint8Array(256);
for (const [bytes, bit] of [
  ["n", NULL],
  ['"', BITS.string],
  ["tf", BITS.boolean],
  ["{", BITS.object],
  ["[", BITS.array],
] as const) {
  for (const byte of Buffer.from(bytes)) FIRST_BYTES[byte] = bit;
}

/** The bit that stands for the type of the value from `start` up to `end`. */
export function typeOf(bytes: Uint8Array, start: number, end: number): number {
  return FIRST_BYTES[bytes[start] ?? 0] || typeOfNumber(bytes, start, end);
}

/** An integer is written without fraction and exponent. */
function typeOfNumber(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x2e || byte === 0x65 || byte === 0x45) return FRACTION;
  }
  return INTEGER;
}
