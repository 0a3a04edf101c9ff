/**
 * Where the tokens of a JSON text end. Each function takes the offset at which its token begins, and
 * throws when another thing stands there.
 *
 * Eight zeros follow the text. No token has one, so none asks where the text ends. A DataView
 * reads four bytes from any offset in one instruction, where a typed array reads them from every
 * fourth only; and it never gives undefined.
 */

/** Another thing stands at this offset than a valid text has there. */
export class Mistake extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super(`invalid JSON at byte ${offset}`);
    this.offset = offset;
  }
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const SMALL_A = 0x61;
const SMALL_E = 0x65;
const SMALL_F = 0x66;
const SMALL_N = 0x6e;
const SMALL_T = 0x74;
const SMALL_U = 0x75;

/** What may follow a backslash, but for `u`. */
const ESCAPED = Array.from('"\\/bfnrt', (character) => character.charCodeAt(0));

/** Words as four bytes, the first letter lowest; of `false` the last four letters. */
const WORD_TRUE = 0x65757274;
const WORD_NULL = 0x6c6c756e;
const WORD_ALSE = 0x65736c61;

/** Says that the text makes sense up to this byte. */
export function fail(at: number): never {
  throw new Mistake(at);
}

export function byteAt(text: DataView, at: number): number {
  return text.getUint8(at);
}

/** The end of the white space at `at`, of which there is usually none. */
export function spaceEnd(text: DataView, at: number): number {
  while (byteAt(text, at) <= SPACE && isSpace(byteAt(text, at))) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;
}

/** Where the value begins whose key ends at `at`. */
export function colonEnd(text: DataView, at: number): number {
  const colon = spaceEnd(text, at);
  return byteAt(text, colon) === COLON ? spaceEnd(text, colon + 1) : fail(colon);
}

/** Where the next member or element begins, after a value that ends at `at` and is not the last. */
export function commaEnd(text: DataView, at: number): number {
  return byteAt(text, at) === COMMA ? spaceEnd(text, at + 1) : fail(at);
}

/** The end of a string, quotes included. Most of the time is spent here. */
export function stringEnd(text: DataView, at: number): number {
  if (byteAt(text, at) !== QUOTE) fail(at);
  const end = plainEnd(text, at + 1);
  return byteAt(text, end) === QUOTE ? end + 1 : escapedEnd(text, end);
}

/** The end of a string from its first escape on. */
function escapedEnd(text: DataView, at: number): number {
  while (byteAt(text, at) === BACKSLASH) at = plainEnd(text, escapeEnd(text, at));
  return byteAt(text, at) === QUOTE ? at + 1 : fail(at);
}

/**
 * The first byte from `at` on that is a quote, a backslash or a control character. Looks at four
 * bytes together: a subtraction borrows, and so sets the highest bit, of a byte that is less than
 * what is taken away. Before it, one XOR makes 0 of a backslash, the other puts the quote right
 * behind the control characters. A borrow can spoil the bytes above, but never one below: the lowest
 * of the bytes found is one of them.
 */
function plainEnd(text: DataView, at: number): number {
  for (;;) {
    const word = text.getInt32(at, true);
    const found = ((word ^ 0x02020202) - 0x21212121) | ((word ^ 0x5c5c5c5c) - 0x01010101);
    const ends = found & ~word & 0x80808080;
    if (ends !== 0) return at + ((31 - Math.clz32(ends & -ends)) >> 3);
    at += 4;
  }
}

function escapeEnd(text: DataView, at: number): number {
  const escaped = byteAt(text, at + 1);
  if (escaped !== SMALL_U) return ESCAPED.includes(escaped) ? at + 2 : fail(at);
  for (let digit = at + 2; digit < at + 6; digit++) {
    if (!isHexDigit(byteAt(text, digit))) fail(digit);
  }
  return at + 6;
}

function isHexDigit(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= SMALL_A && letter <= SMALL_F);
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** The end of a string, a word or a number. */
export function scalarEnd(text: DataView, at: number): number {
  switch (byteAt(text, at)) {
    case QUOTE:
      return stringEnd(text, at);
    case SMALL_N:
      return text.getInt32(at, true) === WORD_NULL ? at + 4 : fail(at);
    case SMALL_T:
      return text.getInt32(at, true) === WORD_TRUE ? at + 4 : fail(at);
    case SMALL_F:
      return text.getInt32(at + 1, true) === WORD_ALSE ? at + 5 : fail(at);
    default:
      return numberEnd(text, at);
  }
}

function numberEnd(text: DataView, at: number): number {
  if (byteAt(text, at) === MINUS) at++;
  at = byteAt(text, at) === ZERO ? at + 1 : digitsEnd(text, at);
  if (byteAt(text, at) === POINT) at = digitsEnd(text, at + 1);
  if ((byteAt(text, at) | 0x20) !== SMALL_E) return at;
  const sign = byteAt(text, at + 1);
  return digitsEnd(text, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
}

/** The end of the digits at `at`, of which there must be one at least. */
function digitsEnd(text: DataView, at: number): number {
  if (!isDigit(byteAt(text, at))) fail(at);
  do at++;
  while (isDigit(byteAt(text, at)));
  return at;
}
