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

/** JSON as UTF-8 bytes, to be read by the byte or by four at a time. */
export class JsonText {
  readonly bytes: Uint8Array;
  readonly words: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** What stands from `start` up to `end`, as it is written. */
  slice(start: number, end: number): string {
    const { buffer, byteOffset } = this.bytes;
    return Buffer.from(buffer, byteOffset + start, end - start).toString();
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
  // The API puts none between values.
  return (bytes[at] ?? 0) > 0x20 ? at : spaceEnd(bytes, at);
}

function spaceEnd(bytes: Uint8Array, at: number): number {
  let offset = at;
  for (;;) {
    const byte = bytes[offset];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return offset;
    offset++;
  }
}

/** The offset after the value that starts at `at` (no white space before it). */
export function valueEnd(json: JsonText, at: number, depth = 0): number {
  const { bytes } = json;
  switch (bytes[at]) {
    case QUOTE:
      return stringEnd(json, at);
    case OPEN_BRACE:
      return objectEnd(json, at, depth);
    case OPEN_BRACKET:
      return arrayEnd(json, at, depth);
    case 0x74: // true
      return wordEnd(bytes, at, 0x72, 0x75, 0x65);
    case 0x66: // false
      if (bytes[at + 1] !== 0x61) throw new InvalidJsonError("an unknown word", at);
      return wordEnd(bytes, at + 1, 0x6c, 0x73, 0x65);
    case 0x6e: // null
      return wordEnd(bytes, at, 0x75, 0x6c, 0x6c);
    default:
      return numberEnd(bytes, at);
  }
}

/** The offset after the string whose opening quote is at `at`. */
export function stringEnd(json: JsonText, at: number): number {
  const { bytes } = json;
  if (bytes[at] !== QUOTE) throw new InvalidJsonError("a string is missing", at);
  let offset = plainEnd(json, at + 1);
  while (bytes[offset] !== QUOTE) {
    if (bytes[offset] !== BACKSLASH) throw new InvalidJsonError("a string is not closed", offset);
    offset = plainEnd(json, escapeEnd(bytes, offset));
  }
  return offset + 1;
}

/**
 * The offset of the first byte at or after `at` that is a quote, a backslash or a control character.
 *
 * Most of an answer is read here, so four bytes are looked at together. For each byte b of a word x,
 * `(x - n) & ~x` sets its highest bit when b < n, and for the lowest such byte never wrongly; a byte
 * is a quote when it is < 1 after an exclusive or with one. (See "Bit Twiddling Hacks", S. Anderson.)
 */
function plainEnd({ bytes, words }: JsonText, at: number): number {
  let offset = at;
  for (const last = bytes.length - 4; offset <= last; offset += 4) {
    const word = words.getInt32(offset, true);
    const quotes = word ^ 0x22222222;
    const backslashes = word ^ 0x5c5c5c5c;
    const ends =
      (((quotes - 0x01010101) & ~quotes) |
        ((backslashes - 0x01010101) & ~backslashes) |
        ((word - 0x20202020) & ~word)) &
      0x80808080;
    if (ends !== 0) return offset + ((31 - Math.clz32(ends & -ends)) >> 3);
  }
  while (offset < bytes.length) {
    const byte = bytes[offset] ?? 0;
    if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) break;
    offset++;
  }
  return offset;
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

function objectEnd(json: JsonText, at: number, depth: number): number {
  const { bytes } = json;
  if (depth === DEEPEST) throw new InvalidJsonError("values nested too deeply", at);
  let offset = skipSpace(bytes, at + 1);
  if (bytes[offset] === CLOSE_BRACE) return offset + 1;
  for (;;) {
    offset = colonEnd(bytes, stringEnd(json, offset));
    offset = skipSpace(bytes, valueEnd(json, offset, depth + 1));
    const byte = bytes[offset];
    if (byte === CLOSE_BRACE) return offset + 1;
    if (byte !== COMMA) throw new InvalidJsonError("an object is not closed", offset);
    offset = skipSpace(bytes, offset + 1);
  }
}

function arrayEnd(json: JsonText, at: number, depth: number): number {
  const { bytes } = json;
  if (depth === DEEPEST) throw new InvalidJsonError("values nested too deeply", at);
  let offset = skipSpace(bytes, at + 1);
  if (bytes[offset] === CLOSE_BRACKET) return offset + 1;
  for (;;) {
    offset = skipSpace(bytes, valueEnd(json, offset, depth + 1));
    const byte = bytes[offset];
    if (byte === CLOSE_BRACKET) return offset + 1;
    if (byte !== COMMA) throw new InvalidJsonError("an array is not closed", offset);
    offset = skipSpace(bytes, offset + 1);
  }
}

/** The offset of the value after the colon that follows a key, white space on both sides allowed. */
export function colonEnd(bytes: Uint8Array, at: number): number {
  const offset = skipSpace(bytes, at);
  if (bytes[offset] !== COLON) throw new InvalidJsonError("a colon is missing", offset);
  return skipSpace(bytes, offset + 1);
}

/** The offset after a word whose last three letters follow the byte at `at`. */
function wordEnd(bytes: Uint8Array, at: number, a: number, b: number, c: number): number {
  if (bytes[at + 1] !== a || bytes[at + 2] !== b || bytes[at + 3] !== c) {
    throw new InvalidJsonError("an unknown word", at);
  }
  return at + 4;
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
  json: JsonText,
  at: number,
  visit: (keyStart: number, keyEnd: number, valueStart: number) => number,
): number {
  return scanMembers(json, at, (quote) => {
    const afterKey = stringEnd(json, quote);
    return visit(quote + 1, afterKey - 1, colonEnd(json.bytes, afterKey));
  });
}

/**
 * Visits the properties of the object that starts at `at`; `visit` gets the offset at which a key
 * must begin, and returns the offset after the value.
 */
export function scanMembers(json: JsonText, at: number, visit: (quote: number) => number): number {
  return scanList(json.bytes, at, OPEN_BRACE, CLOSE_BRACE, visit);
}

/** Visits the elements of the array that starts at `at`; `visit` returns the offset after each. */
export function scanArray(
  json: JsonText,
  at: number,
  visit: (elementStart: number) => number,
): number {
  return scanList(json.bytes, at, OPEN_BRACKET, CLOSE_BRACKET, visit);
}

function scanList(
  bytes: Uint8Array,
  at: number,
  open: number,
  close: number,
  visit: (start: number) => number,
): number {
  const what = open === OPEN_BRACE ? "an object" : "an array";
  if (bytes[at] !== open) throw new InvalidJsonError(`${what} is missing`, at);
  let offset = skipSpace(bytes, at + 1);
  if (bytes[offset] === close) return offset + 1;
  for (;;) {
    offset = skipSpace(bytes, visit(offset));
    const byte = bytes[offset];
    if (byte === close) return offset + 1;
    if (byte !== COMMA) throw new InvalidJsonError(`${what} is not closed`, offset);
    offset = skipSpace(bytes, offset + 1);
  }
}
