/**
 * The ids that a sweep has seen, each with a mark. Polar's ids are UUIDs: 16 bytes each, and one for
 * the mark, in open-addressed tables that fill to 4/5, so a million of them take about 30 MB.
 * Anything else is kept as a string.
 */
export class IdSet {
  readonly #shards = Array.from({ length: SHARDS }, () => new Shard());
  readonly #others = new Map<string, number>();
  #size = 0;
  /** The mark that the last id added had before; undefined when it was new. */
  replaced: number | undefined;

  /** How many distinct ids have been added. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds the id that stands in these bytes, without its quotes, or gives it another mark (0 to 255);
   * false when it was there already, and {@link replaced} is then the mark that it had.
   */
  add(bytes: Uint8Array, start: number, end: number, mark = 0): boolean {
    this.replaced = parseUuid(bytes, start, end)
      ? this.#markUuid(mark)
      : markOther(this.#others, Buffer.from(bytes.subarray(start, end)).toString("latin1"), mark);
    if (this.replaced !== undefined) return false;
    this.#size++;
    return true;
  }

  #markUuid(mark: number): number | undefined {
    // Version 4 UUIDs are random; the shuffle is for tests and servers that count.
    const hash = hashAt(words, 0);
    const shard = this.#shards[hash >>> (32 - SHARD_BITS)];
    if (!shard) throw new RangeError("a hash has no more than 32 bits");
    return shard.mark(hash, words, mark);
  }
}

const SHARD_BITS = 6;
const SHARDS = 1 << SHARD_BITS;

/** The UUID that was parsed last, as four words: filling an array is cheaper than making one. */
const words = new Uint32Array(4);

/** A hash of the UUID whose four words begin at `at`. */
function hashAt(table: Uint32Array, at: number): number {
  let hash = 0;
  for (let word = 0; word < 4; word++) {
    hash = Math.imul(hash ^ (table[at + word] ?? 0), 0x9e3779b1) ^ (hash >>> 15);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function markOther(marks: Map<string, number>, id: string, mark: number): number | undefined {
  const before = marks.get(id);
  marks.set(id, mark);
  return before;
}

/** Values of hexadecimal digits in lower case; 255 for everything else. */
const HEX = new Uint8Array(256).fill(255);
for (let value = 0; value < 16; value++) HEX[value.toString(16).charCodeAt(0)] = value;

/** Parses a UUID in its canonical form into {@link words}; false for anything else. */
function parseUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 36) return false;
  let digits = 0;
  let word = 0;
  for (let index = 0; index < 36; index++) {
    const byte = bytes[start + index] ?? 0;
    if (index === 8 || index === 13 || index === 18 || index === 23) {
      if (byte !== 0x2d) return false;
      continue;
    }
    const value = HEX[byte] ?? 255;
    if (value === 255) return false;
    word = (word << 4) | value;
    digits++;
    if (digits % 8 === 0) words[digits / 8 - 1] = word;
  }
  return true;
}

/** One of the tables. Growing one at a time keeps the memory for the copy small. */
class Shard {
  #table = new Uint32Array(16 * 4);
  #marks = new Uint8Array(16);
  #capacity = 16;
  #count = 0;
  /** Four zero words stand for a free place, so the UUID of zeros is kept apart. */
  #markOfZero: number | undefined;

  /** Marks a UUID, given as four words and their hash; returns the mark that it had. */
  mark(hash: number, uuid: Uint32Array, mark: number): number | undefined {
    if (isFree(uuid, 0)) {
      const before = this.#markOfZero;
      this.#markOfZero = mark;
      return before;
    }
    const at = this.#place(hash, uuid, 0);
    const before = isFree(this.#table, at) ? undefined : this.#marks[at / 4];
    this.#marks[at / 4] = mark;
    if (before !== undefined) return before;
    copy(uuid, 0, this.#table, at);
    this.#count++;
    if (this.#count * 5 > this.#capacity * 4) this.#grow();
    return undefined;
  }

  /** Where a UUID stands, or the free place where it belongs. */
  #place(hash: number, from: Uint32Array, start: number): number {
    const table = this.#table;
    let at = ((hash & 0x3ffffff) % this.#capacity) * 4;
    while (!isFree(table, at) && !areEqual(table, at, from, start)) {
      at += 4;
      if (at === table.length) at = 0;
    }
    return at;
  }

  #grow(): void {
    const old = this.#table;
    const oldMarks = this.#marks;
    this.#capacity = Math.ceil(this.#capacity * 1.5);
    this.#table = new Uint32Array(this.#capacity * 4);
    this.#marks = new Uint8Array(this.#capacity);
    for (let at = 0; at < old.length; at += 4) {
      if (isFree(old, at)) continue;
      const place = this.#place(hashAt(old, at), old, at);
      copy(old, at, this.#table, place);
      this.#marks[place / 4] = oldMarks[at / 4] ?? 0;
    }
  }
}

function isFree(table: Uint32Array, at: number): boolean {
  return table[at] === 0 && table[at + 1] === 0 && table[at + 2] === 0 && table[at + 3] === 0;
}

function areEqual(one: Uint32Array, at: number, other: Uint32Array, start: number): boolean {
  for (let word = 0; word < 4; word++) if (one[at + word] !== other[start + word]) return false;
  return true;
}

function copy(from: Uint32Array, start: number, to: Uint32Array, at: number): void {
  for (let word = 0; word < 4; word++) to[at + word] = from[start + word] ?? 0;
}
