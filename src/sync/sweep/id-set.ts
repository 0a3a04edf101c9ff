/**
 * The ids that a sweep has seen. Polar's ids are UUIDs: 16 bytes each in open-addressed tables that
 * fill to 4/5, so a million of them take less than 30 MB. Anything else is kept as a string.
 */
export class IdSet {
  readonly #shards = Array.from({ length: SHARDS }, () => new Shard());
  readonly #others = new Set<string>();
  #size = 0;

  /** How many distinct ids have been added. */
  get size(): number {
    return this.#size;
  }

  /** Adds the id that stands in these bytes, without its quotes; false when it was there already. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const isNew = parseUuid(bytes, start, end)
      ? this.#shard().add()
      : addOther(this.#others, Buffer.from(bytes.subarray(start, end)).toString("latin1"));
    if (isNew) this.#size++;
    return isNew;
  }

  #shard(): Shard {
    // Version 4 UUIDs are random; the shuffle is for tests and servers that count.
    const shard = this.#shards[hashOfWords() >>> (32 - SHARD_BITS)];
    if (!shard) throw new RangeError("a hash has no more than 32 bits");
    return shard;
  }
}

const SHARD_BITS = 6;
const SHARDS = 1 << SHARD_BITS;

/** The UUID that was parsed last, as four words: filling an array is cheaper than making one. */
const words = new Uint32Array(4);

function hashOfWords(): number {
  let hash = 0;
  for (const word of words) hash = Math.imul(hash ^ word, 0x9e3779b1) ^ (hash >>> 15);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function addOther(set: Set<string>, id: string): boolean {
  const before = set.size;
  return set.add(id).size > before;
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
  #capacity = 16;
  #count = 0;
  /** Four zero words mark a free place, so the UUID of zeros is kept apart. */
  #hasZero = false;

  /** Adds the UUID in {@link words}; false when it was there already. */
  add(): boolean {
    const [a = 0, b = 0, c = 0, d = 0] = words;
    if ((a | b | c | d) === 0) {
      const isNew = !this.#hasZero;
      this.#hasZero = true;
      return isNew;
    }
    const at = this.#place(a, b, c, d);
    if (!this.#isFree(at)) return false;
    this.#put(at, a, b, c, d);
    this.#count++;
    if (this.#count * 5 > this.#capacity * 4) this.#grow();
    return true;
  }

  /** Where these words stand, or the free place where they belong. */
  #place(a: number, b: number, c: number, d: number): number {
    const table = this.#table;
    let place = (hashOfWords() & 0x3ffffff) % this.#capacity;
    for (;;) {
      const at = place * 4;
      if (this.#isFree(at)) return at;
      if (table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d) {
        return at;
      }
      place = place + 1 === this.#capacity ? 0 : place + 1;
    }
  }

  #isFree(at: number): boolean {
    const table = this.#table;
    return table[at] === 0 && table[at + 1] === 0 && table[at + 2] === 0 && table[at + 3] === 0;
  }

  #put(at: number, a: number, b: number, c: number, d: number): void {
    this.#table[at] = a;
    this.#table[at + 1] = b;
    this.#table[at + 2] = c;
    this.#table[at + 3] = d;
  }

  #grow(): void {
    const old = this.#table;
    this.#capacity = Math.ceil(this.#capacity * 1.5);
    this.#table = new Uint32Array(this.#capacity * 4);
    for (let at = 0; at < old.length; at += 4) {
      words.set(old.subarray(at, at + 4));
      const [a = 0, b = 0, c = 0, d = 0] = words;
      if ((a | b | c | d) !== 0) this.#put(this.#place(a, b, c, d), a, b, c, d);
    }
  }
}
