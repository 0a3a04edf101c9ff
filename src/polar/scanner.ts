/**
 * Finds where JSON values end, and checks that they are valid, without building them. What the
 * scanner accepts is exactly what `JSON.parse` accepts (RFC 8259); property tests hold it to that.
 *
 * All offsets are byte offsets into UTF-8. The caller checks once per body that it is valid UTF-8:
 * outside of strings every byte above 0x7f is refused here, inside of strings all are let through.
 */

/** The body is not valid JSON: cut off, garbled, or something else than JSON. */
export class InvalidJsonError extends Error {
  override readonly name = "InvalidJsonError";
  constructor(what: string, offset: number) {
    super(`${what} at byte ${offset}`);
  }
}

/** Deeper than any answer of the API; a limit keeps a hostile body from exhausting the stack. */
const DEEPEST = 1_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The offset of the first byte at or after `at` that is not white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let offset = at;
  // Never reading past the end keeps the compiled code fast here and wherever this is inlined.
  while (offset < bytes.length) {
    const byte = bytes[offset] ?? 0;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    offset++;
  }
  return offset;
}

/** The offset after the value that starts at `at` (no white space before it). */
export function valueEnd(bytes: Uint8Array, at: number, depth = 0): number {
  const byte = bytes[at];
  switch (byte) {
    case QUOTE:
      return stringEnd(bytes, at);
    case OPEN_BRACE:
      return objectEnd(bytes, at, depth);
    case OPEN_BRACKET:
      return arrayEnd(bytes, at, depth);
    case 0x74: // t
      return literalEnd(bytes, at, TRUE);
    case 0x66: // f
      return literalEnd(bytes, at, FALSE);
    case 0x6e: // n
      return literalEnd(bytes, at, NULL);
    default:
      return numberEnd(bytes, at);
  }
}

/** The offset after the string whose opening quote is at `at`. */
export function stringEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) throw new InvalidJsonError("a string is missing", at);
  let offset = at + 1;
  for (;;) {
    let byte = bytes[offset] ?? 0;
    // Most of an answer is read here. Four bytes a turn and plain numbers instead of names, which a
    // bundler turns into variables, make all of the scanner a third faster.
    for (;;) {
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) break;
      byte = bytes[++offset] ?? 0;
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) break;
      byte = bytes[++offset] ?? 0;
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) break;
      byte = bytes[++offset] ?? 0;
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) break;
      byte = bytes[++offset] ?? 0;
    }
    if (byte === QUOTE) return offset + 1;
    if (byte !== BACKSLASH) throw new InvalidJsonError("a string is not closed", offset);
    offset = escapeEnd(bytes, offset);
  }
}

function escapeEnd(bytes: Uint8Array, at: number): number {
  switch (bytes[at + 1]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 2;
    case 0x75: // u
      for (let digit = at + 2; digit < at + 6; digit++) {
        if (!isHexDigit(bytes[digit])) throw new InvalidJsonError("a broken \\u escape", at);
      }
      return at + 6;
    default:
      throw new InvalidJsonError("an unknown escape", at);
  }
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66);
}

function objectEnd(bytes: Uint8Array, at: number, depth: number): number {
  if (depth === DEEPEST) throw new InvalidJsonError("values nested too deeply", at);
  let offset = skipSpace(bytes, at + 1);
  if (bytes[offset] === CLOSE_BRACE) return offset + 1;
  for (;;) {
    offset = colonEnd(bytes, stringEnd(bytes, offset));
    offset = skipSpace(bytes, valueEnd(bytes, offset, depth + 1));
    const byte = bytes[offset];
    if (byte === CLOSE_BRACE) return offset + 1;
    if (byte !== COMMA) throw new InvalidJsonError("an object is not closed", offset);
    offset = skipSpace(bytes, offset + 1);
  }
}

function arrayEnd(bytes: Uint8Array, at: number, depth: number): number {
  if (depth === DEEPEST) throw new InvalidJsonError("values nested too deeply", at);
  let offset = skipSpace(bytes, at + 1);
  if (bytes[offset] === CLOSE_BRACKET) return offset + 1;
  for (;;) {
    offset = skipSpace(bytes, valueEnd(bytes, offset, depth + 1));
    const byte = bytes[offset];
    if (byte === CLOSE_BRACKET) return offset + 1;
    if (byte !== COMMA) throw new InvalidJsonError("an array is not closed", offset);
    offset = skipSpace(bytes, offset + 1);
  }
}

/** The offset of the value after the colon that follows a key, white space on both sides allowed. */
function colonEnd(bytes: Uint8Array, at: number): number {
  // The API writes `"key":value` almost everywhere; the general form is the slow path.
  const offset = bytes[at] === COLON ? at : skipSpace(bytes, at);
  if (bytes[offset] !== COLON) throw new InvalidJsonError("a colon is missing", offset);
  return skipSpace(bytes, offset + 1);
}

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

function literalEnd(bytes: Uint8Array, at: number, literal: Uint8Array): number {
  for (let index = 1; index < literal.length; index++) {
    if (bytes[at + index] !== literal[index]) throw new InvalidJsonError("an unknown word", at);
  }
  return at + literal.length;
}

/** The offset after the run of digits at `at`, of which there must be one at least. */
function digitsEnd(bytes: Uint8Array, at: number): number {
  let offset = at;
  for (;;) {
    const byte = bytes[offset];
    if (byte === undefined || byte < 0x30 || byte > 0x39) break;
    offset++;
  }
  if (offset === at) throw new InvalidJsonError("a value is missing", at);
  return offset;
}

function numberEnd(bytes: Uint8Array, at: number): number {
  let offset = bytes[at] === MINUS ? at + 1 : at;
  offset = bytes[offset] === 0x30 ? offset + 1 : digitsEnd(bytes, offset);
  if (bytes[offset] === POINT) offset = digitsEnd(bytes, offset + 1);
  const exponent = bytes[offset];
  if (exponent === 0x65 || exponent === 0x45) {
    const sign = bytes[offset + 1];
    offset = digitsEnd(bytes, sign === 0x2b || sign === MINUS ? offset + 2 : offset + 1);
  }
  return offset;
}

/**
 * Visits the properties of the object that starts at `at`, in order, and returns the offset after
 * it. `visit` gets the span of the key without its quotes and the offset of the value, and returns
 * the offset after the value.
 */
export function scanObject(
  bytes: Uint8Array,
  at: number,
  visit: (keyStart: number, keyEnd: number, valueStart: number) => number,
): number {
  if (bytes[at] !== OPEN_BRACE) throw new InvalidJsonError("an object is missing", at);
  let offset = skipSpace(bytes, at + 1);
  if (bytes[offset] === CLOSE_BRACE) return offset + 1;
  for (;;) {
    const afterKey = stringEnd(bytes, offset);
    const end = visit(offset + 1, afterKey - 1, colonEnd(bytes, afterKey));
    offset = skipSpace(bytes, end);
    const byte = bytes[offset];
    if (byte === CLOSE_BRACE) return offset + 1;
    if (byte !== COMMA) throw new InvalidJsonError("an object is not closed", offset);
    offset = skipSpace(bytes, offset + 1);
  }
}

/** Visits the elements of the array that starts at `at`; `visit` returns the offset after each. */
export function scanArray(
  bytes: Uint8Array,
  at: number,
  visit: (elementStart: number) => number,
): number {
  if (bytes[at] !== OPEN_BRACKET) throw new InvalidJsonError("an array is missing", at);
  let offset = skipSpace(bytes, at + 1);
  if (bytes[offset] === CLOSE_BRACKET) return offset + 1;
  for (;;) {
    offset = skipSpace(bytes, visit(offset));
    const byte = bytes[offset];
    if (byte === CLOSE_BRACKET) return offset + 1;
    if (byte !== COMMA) throw new InvalidJsonError("an array is not closed", offset);
    offset = skipSpace(bytes, offset + 1);
  }
}
