/**
 * The JSON scanner, in AssemblyScript: TypeScript's syntax, compiled to WebAssembly by `npm run
 * build`, where sixteen bytes are looked at together. `../scanner.ts` is what calls it.
 *
 * It checks a text and notes where its values stand. What it accepts is exactly what `JSON.parse`
 * accepts (RFC 8259), but for values nested more than {@link DEEPEST} levels deep. That the text is
 * valid UTF-8 is the caller's: in strings all bytes above 0x7f pass, elsewhere none does.
 *
 * The linter leaves this file out: it knows no decorators of functions.
 */

/** Deeper than any answer of the API. */
const DEEPEST: usize = 1_000;

/** So many bytes are looked at together. */
const BLOCK: usize = 16;

/** No address of what is looked for; the end of a token that is none. */
const NOWHERE: usize = 0;

/** Per level the container that is open there: its note's address, and 1 more if it is in an object. */
const CONTAINERS: usize = 16;

/** The notes of objects that each have other keys than the others, as many as there is room for. */
const KINDS: usize = CONTAINERS + 4 * DEEPEST;
const MOST_KINDS: usize = 8;

/** Where the text begins. Zeros follow it, which end every token: none asks where the text ends. */
const TEXT: usize = KINDS + 4 * MOST_KINDS;

/**
 * What is noted of a value: six 32-bit integers. Offsets count from the text's first byte; those of
 * a key leave out its quotes, and are 0 where there is no key.
 */
const NOTE: usize = 24;
const KEY_START: usize = 0;
const KEY_END: usize = 4;
const START: usize = 8;
const END: usize = 12;
/** The number of the note after it and after those of all that is inside of it. */
const NEXT: usize = 16;
/** Of an object: the number of a note before it that has the same keys in the same order, or its own. */
const SAME_KEYS_AS: usize = 20;

const LAST_CONTROL: i8 = 0x1f;
const TAB: u32 = 0x09;
const LINE_FEED: u32 = 0x0a;
const CARRIAGE_RETURN: u32 = 0x0d;
const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const PLUS: u32 = 0x2b;
const COMMA: u32 = 0x2c;
const MINUS: u32 = 0x2d;
const POINT: u32 = 0x2e;
const SLASH: u32 = 0x2f;
const ZERO: u32 = 0x30;
const COLON: u32 = 0x3a;
const OPEN_BRACKET: u32 = 0x5b;
const BACKSLASH: u32 = 0x5c;
const CLOSE_BRACKET: u32 = 0x5d;
const SMALL_A: u32 = 0x61;
const SMALL_B: u32 = 0x62;
const SMALL_E: u32 = 0x65;
const SMALL_F: u32 = 0x66;
const SMALL_N: u32 = 0x6e;
const SMALL_R: u32 = 0x72;
const SMALL_T: u32 = 0x74;
const SMALL_U: u32 = 0x75;
const OPEN_BRACE: u32 = 0x7b;
const CLOSE_BRACE: u32 = 0x7d;

/** Words as they stand in memory, the first letter lowest; of `false` the last four letters. */
const WORD_TRUE: u32 = 0x65757274;
const WORD_NULL: u32 = 0x6c6c756e;
const WORD_ALSE: u32 = 0x65736c61;

/** Makes room for a text of this length. Returns the address to put it at. */
export function prepare(length: usize): usize {
  makeRoom(notesOf(length));
  memory.fill(TEXT + length, 0, BLOCK);
  return TEXT;
}

/** The address of the notes of a text of this length. */
export function notesOf(length: usize): usize {
  return (TEXT + length + BLOCK + 3) & ~3;
}

/**
 * Scans the text, whose length is this, and takes notes of its values down to this level (the outermost
 * value is at level 0), in the order in which they begin. Returns how many notes there are; when the
 * text is not valid, -1 less the offset up to which it made sense.
 */
export function scan(length: usize, deepest: i32): i32 {
  const notes = notesOf(length);
  let count: i32 = 0;
  let level: i32 = 0;
  let inObject = false;
  // Objects whose members are at the deepest level are rows, which nearly always have the same keys
  // as the row before: its members are the models of theirs, for as long as the keys are the same.
  let row: usize = NOWHERE;
  let rowBefore: usize = NOWHERE;
  let model: usize = NOWHERE;
  let at = spaceEnd(TEXT);
  memory.fill(KINDS, 0, 4 * MOST_KINDS);

  while (true) {
    // A member or an element begins.
    let note: usize = NOWHERE;
    if (level <= deepest) {
      note = notes + <usize>count * NOTE;
      makeRoom(note + NOTE);
      store<i32>(note + KEY_START, 0);
      store<i32>(note + KEY_END, 0);
      store<i32>(note + SAME_KEYS_AS, count);
      count++;
    }
    if (inObject) {
      const key = at;
      at = NOWHERE;
      if (level === deepest && model !== NOWHERE) {
        at = sameKeyEnd(key, model);
        model = at === NOWHERE ? NOWHERE : model + NOTE;
      }
      if (at === NOWHERE && byteAt(key) === QUOTE) at = stringEnd(key);
      if (at === NOWHERE) return failure(key);
      if (note !== NOWHERE) {
        store<i32>(note + KEY_START, <i32>(key + 1 - TEXT));
        store<i32>(note + KEY_END, <i32>(at - 1 - TEXT));
      }
      at = spaceEnd(at);
      if (byteAt(at) !== COLON) return failure(at);
      at = spaceEnd(at + 1);
    }

    // Its value begins.
    if (note !== NOWHERE) store<i32>(note + START, <i32>(at - TEXT));
    const opening = byteAt(at);
    if (opening === OPEN_BRACE || opening === OPEN_BRACKET) {
      if (<usize>level === DEEPEST) return failure(at);
      at = spaceEnd(at + 1);
      if (byteAt(at) !== closingOf(opening === OPEN_BRACE)) {
        store<usize>(CONTAINERS + ((<usize>level) << 2), note | (inObject ? 1 : 0));
        level++;
        inObject = opening === OPEN_BRACE;
        if (level === deepest && inObject) {
          model = row === NOWHERE ? NOWHERE : row + NOTE;
          rowBefore = row;
          row = note;
        }
        continue;
      }
      at++;
    } else {
      const after = scalarEnd(at);
      if (after === NOWHERE) return failure(at);
      at = after;
    }

    // It has ended, and with it perhaps the containers that it is in.
    while (true) {
      if (note !== NOWHERE) {
        store<i32>(note + END, <i32>(at - TEXT));
        store<i32>(note + NEXT, count);
      }
      at = spaceEnd(at);
      if (level === 0) return at === TEXT + length ? count : failure(at);
      const byte = byteAt(at);
      if (byte === COMMA) break;
      if (byte !== closingOf(inObject)) return failure(at);
      at++;
      if (level === deepest && inObject) {
        noteSameKeys(row, count, model === row ? rowBefore : NOWHERE);
      }
      level--;
      const container = load<usize>(CONTAINERS + ((<usize>level) << 2));
      note = container & ~1;
      inObject = (container & 1) !== 0;
    }
    at = spaceEnd(at + 1);
  }
}

/**
 * Notes which object before has the same keys as this row, whose last member has just been noted as
 * the last of `count` notes: the row before, where its members were models to the end and nothing
 * was noted in between, or else another of the kinds that were met.
 */
function noteSameKeys(row: usize, count: i32, rowBefore: usize): void {
  const number = load<i32>(row + SAME_KEYS_AS);
  if (rowBefore !== NOWHERE && load<i32>(rowBefore + NEXT) === number) {
    store<i32>(row + SAME_KEYS_AS, load<i32>(rowBefore + SAME_KEYS_AS));
    return;
  }
  for (let kind = KINDS; kind < TEXT; kind += 4) {
    const other = load<usize>(kind);
    if (other === NOWHERE) {
      store<usize>(kind, row);
      return;
    }
    if (haveSameKeys(row, count - number, other)) {
      store<i32>(row + SAME_KEYS_AS, load<i32>(other + SAME_KEYS_AS));
      return;
    }
  }
}

/** Whether an object, which takes so many notes, has the same keys as one of the kinds. */
function haveSameKeys(object: usize, notes: i32, kind: usize): bool {
  if (load<i32>(kind + NEXT) - load<i32>(kind + SAME_KEYS_AS) !== notes) return false;
  for (let member = NOTE; member < NOTE * <usize>notes; member += NOTE) {
    const key = TEXT + <usize>load<i32>(object + member + KEY_START) - 1;
    if (sameKeyEnd(key, kind + member) === NOWHERE) return false;
  }
  return true;
}

function byteAt(at: usize): u32 {
  return load<u8>(at);
}

function failure(at: usize): i32 {
  return -1 - <i32>(at - TEXT);
}

/** Lets the memory reach up to this address, at least. */
function makeRoom(end: usize): void {
  const pages = <i32>(end >> 16) + 1 - memory.size();
  // As many again: growing takes long.
  if (pages > 0 && memory.grow(max(pages, memory.size())) < 0) unreachable();
}

function closingOf(object: bool): u32 {
  return object ? CLOSE_BRACE : CLOSE_BRACKET;
}

/** The end of the white space at `at`, of which there is usually none. */
function spaceEnd(at: usize): usize {
  while (isSpace(byteAt(at))) at++;
  return at;
}

function isSpace(byte: u32): bool {
  return (
    byte <= SPACE &&
    (byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB)
  );
}

/** The end of the key at `at`, quotes included, if it is the same as the noted one. */
function sameKeyEnd(at: usize, note: usize): usize {
  const start = load<i32>(note + KEY_START);
  if (start === 0) return NOWHERE;
  const other = TEXT + <usize>start - 1;
  const length = <usize>(load<i32>(note + KEY_END) + 2 - start);
  // Zeros follow the text, and no key holds one: past the text's end nothing is the same.
  for (let done: usize = 0; done < length; done += BLOCK) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(at + done), v128.load(other + done)));
    const left = length - done;
    const wanted = left < BLOCK ? (1 << (<i32>left)) - 1 : 0xffff;
    if ((same & wanted) !== wanted) return NOWHERE;
  }
  return at + length;
}

/** The end of a string, a word or a number. */
function scalarEnd(at: usize): usize {
  switch (byteAt(at)) {
    case QUOTE:
      return stringEnd(at);
    case SMALL_N:
      return load<u32>(at) === WORD_NULL ? at + 4 : NOWHERE;
    case SMALL_T:
      return load<u32>(at) === WORD_TRUE ? at + 4 : NOWHERE;
    case SMALL_F:
      return load<u32>(at + 1) === WORD_ALSE ? at + 5 : NOWHERE;
    default:
      return numberEnd(at);
  }
}

/** The end of the string whose opening quote is at `at`. Most of the time is spent here. */
@inline
function stringEnd(at: usize): usize {
  at = plainEnd(at + 1);
  return byteAt(at) === QUOTE ? at + 1 : escapedEnd(at);
}

/** The end of a string from its first escape on. */
function escapedEnd(at: usize): usize {
  while (byteAt(at) === BACKSLASH) {
    at = escapeEnd(at);
    if (at === NOWHERE) return NOWHERE;
    at = plainEnd(at);
  }
  return byteAt(at) === QUOTE ? at + 1 : NOWHERE;
}

/** The first byte from `at` on that is a quote, a backslash or a control character. */
@inline
function plainEnd(at: usize): usize {
  while (true) {
    const bytes = v128.load(at);
    const quotes = i8x16.eq(bytes, i8x16.splat(<i8>QUOTE));
    const backslashes = i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH));
    const controls = i8x16.le_u(bytes, i8x16.splat(LAST_CONTROL));
    const ends = i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls));
    if (ends !== 0) return at + ctz(ends);
    at += BLOCK;
  }
}

function escapeEnd(at: usize): usize {
  switch (byteAt(at + 1)) {
    case QUOTE:
    case BACKSLASH:
    case SLASH:
    case SMALL_B:
    case SMALL_F:
    case SMALL_N:
    case SMALL_R:
    case SMALL_T:
      return at + 2;
    case SMALL_U:
      for (let digit: usize = 2; digit < 6; digit++) {
        if (!isHexDigit(byteAt(at + digit))) return NOWHERE;
      }
      return at + 6;
    default:
      return NOWHERE;
  }
}

function isHexDigit(byte: u32): bool {
  return isDigit(byte) || (byte | 0x20) - SMALL_A < 6;
}

function isDigit(byte: u32): bool {
  return byte - ZERO < 10;
}

function numberEnd(at: usize): usize {
  if (byteAt(at) === MINUS) at++;
  at = byteAt(at) === ZERO ? at + 1 : digitsEnd(at);
  if (at !== NOWHERE && byteAt(at) === POINT) at = digitsEnd(at + 1);
  if (at === NOWHERE || (byteAt(at) | 0x20) !== SMALL_E) return at;
  const sign = byteAt(at + 1);
  return digitsEnd(sign === PLUS || sign === MINUS ? at + 2 : at + 1);
}

/** The end of the digits at `at`, of which there must be one at least. */
function digitsEnd(at: usize): usize {
  const start = at;
  while (isDigit(byteAt(at))) at++;
  return at > start ? at : NOWHERE;
}
