/**
 * Puts a JSON text into a JSON string: quotes around it, and a backslash before each quote and backslash.
 * White space that can't stand in a string becomes a space; JSON has it between its tokens only.
 */

/** Where the text begins. */
const TEXT: usize = 1024;

/** So many bytes are looked at together. */
const BLOCK: usize = 16;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const SPACE: u8 = 0x20;

/** Makes room for a text of this length, and for its string. Returns the address to put it at. */
export function prepare(length: usize): usize {
  const end = stringOf(length) + 2 * length + 2 * BLOCK;
  const pages = <i32>(end >> 16) + 1 - memory.size();
  // As many again: growing takes long.
  if (pages > 0 && memory.grow(max(pages, memory.size())) < 0) unreachable();
  return TEXT;
}

/** The address of the string that is made of a text of this length. */
export function stringOf(length: usize): usize {
  return TEXT + length + BLOCK;
}

/** Makes the string of the text, whose length is this. Returns how long it is. */
export function quote(length: usize): usize {
  const string = stringOf(length);
  const end = TEXT + length;
  const quotes = i8x16.splat(QUOTE);
  const backslashes = i8x16.splat(BACKSLASH);
  const spaces = i8x16.splat(SPACE);
  let at = TEXT;
  let to = string;
  store<u8>(to++, QUOTE);
  while (at < end) {
    // What is written too much is written over by what comes next.
    const block = v128.load(at);
    v128.store(to, i8x16.max_u(block, spaces));
    const special = i8x16.bitmask(
      v128.or(i8x16.eq(block, quotes), i8x16.eq(block, backslashes)),
    );
    const plain = min<usize>(special == 0 ? BLOCK : <usize>ctz(special), end - at);
    at += plain;
    to += plain;
    if (at < end && plain < BLOCK) {
      store<u8>(to++, BACKSLASH);
      store<u8>(to++, load<u8>(at++));
    }
  }
  store<u8>(to++, QUOTE);
  return to - string;
}
