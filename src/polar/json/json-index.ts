import { isUtf8 } from "node:buffer";
import { NOTE_SIZE, scan } from "./scanner.ts";

/** The bytes are not valid JSON: cut off, garbled, or something else than JSON. */
export class InvalidJsonError extends Error {
  override readonly name = "InvalidJsonError";
  constructor(what: string, offset: number) {
    super(`${what} at byte ${offset}`);
  }
}

/** What is noted of a value, and in which of the integers. */
const [KEY_START, KEY_END, START, END, NEXT, SAME_KEYS_AS] = [0, 1, 2, 3, 4, 5];

/** More levels than any text has. */
export const ALL_LEVELS = 0x7fff_ffff;

const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

const NOTHING = Buffer.alloc(0);

/**
 * Where the values of a JSON text stand, from the outermost (level 0) down to some level, numbered
 * in the order in which they begin. The text itself is never taken apart: what must look inside of a
 * value does so by its offsets, which count bytes.
 */
export class JsonIndex {
  #bytes: Buffer = NOTHING;
  #notes: Int32Array = new Int32Array();
  #count = 0;

  /**
   * Indexes a text, in the place of the one before. The bytes are not copied. Throws an
   * {@link InvalidJsonError} for what `JSON.parse` would refuse, and for what is no UTF-8.
   */
  scan(bytes: Buffer, deepest: number): void {
    this.clear();
    if (!isUtf8(bytes)) throw new InvalidJsonError("the text is not UTF-8", 0);
    const notes = scan(bytes, deepest);
    if (typeof notes === "number") throw new InvalidJsonError("invalid JSON", notes);
    if (notes.length > this.#notes.length) this.#notes = new Int32Array(notes.length * 2);
    this.#notes.set(notes);
    this.#bytes = bytes;
    this.#count = notes.length / NOTE_SIZE;
  }

  /** Forgets the text. */
  clear(): void {
    this.#bytes = NOTHING;
    this.#count = 0;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** How many values there are. */
  get count(): number {
    return this.#count;
  }

  /** Where the key of a member of an object begins, after its quote; 0 for what has no key. */
  keyStart(value: number): number {
    return this.#notes[value * NOTE_SIZE + KEY_START] ?? 0;
  }

  keyEnd(value: number): number {
    return this.#notes[value * NOTE_SIZE + KEY_END] ?? 0;
  }

  start(value: number): number {
    return this.#notes[value * NOTE_SIZE + START] ?? 0;
  }

  end(value: number): number {
    return this.#notes[value * NOTE_SIZE + END] ?? 0;
  }

  /** The value after this one and after all that is inside of it. */
  next(value: number): number {
    return this.#notes[value * NOTE_SIZE + NEXT] ?? 0;
  }

  /**
   * The number of the first object that is known to have the same keys in the same order, written in
   * the same way; its own if none before it is. Only told of objects whose members are at the deepest
   * level, and of no more than a few kinds of them.
   */
  sameKeysAs(object: number): number {
    return this.#notes[object * NOTE_SIZE + SAME_KEYS_AS] ?? 0;
  }

  /** What the key of a member of an object stands for. */
  key(value: number): string {
    const text = this.#bytes.toString("utf8", this.keyStart(value), this.keyEnd(value));
    return text.includes("\\") ? String(JSON.parse(`"${text}"`)) : text;
  }

  /** The JSON text of a value. */
  text(value: number): string {
    return this.#bytes.toString("utf8", this.start(value), this.end(value));
  }

  isObject(value: number): boolean {
    return this.#bytes[this.start(value)] === OPEN_BRACE;
  }

  isArray(value: number): boolean {
    return this.#bytes[this.start(value)] === OPEN_BRACKET;
  }

  /** The elements of an array, or the members of an object, in order. */
  *inside(value: number): Generator<number, void> {
    const end = this.next(value);
    for (let at = value + 1; at < end; at = this.next(at)) yield at;
  }

  /** The member of an object that has this name; of several the last, as in `JSON.parse`. */
  member(object: number, name: string): number | undefined {
    if (!this.isObject(object)) return undefined;
    let found: number | undefined;
    for (const member of this.inside(object)) if (this.key(member) === name) found = member;
    return found;
  }
}
