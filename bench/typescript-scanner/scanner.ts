/**
 * What `src/polar/json/scanner.ts` does, without WebAssembly: the best that could be made of plain
 * TypeScript. It is here to be measured (`npm run bench:scanner`), and a test compares the notes of
 * the two.
 */
import { byteAt, colonEnd, commaEnd, fail, Mistake, spaceEnd, stringEnd } from "./tokens.ts";
import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET, valueEnd } from "./values.ts";
import { withZeros } from "./zeros.ts";

/** What is noted of a value, and in which of the integers, as AssemblyScript's scanner says. */
export const NOTE_SIZE = 6;
const KEY_START = 0;
const KEY_END = 1;
const START = 2;
const END = 3;
const NEXT = 4;
const SAME_KEYS_AS = 5;

/** Deeper than any answer of the API. */
const DEEPEST = 1_000;

/** So many objects with other keys than the others are remembered. */
const MOST_KINDS = 8;

/** There is room for so many notes before more is made. */
const FIRST_NOTES = 1_000;

const NOTHING = new DataView(new ArrayBuffer());

/** No note. */
const NONE = -1;

/** Scans one text after the other. The notes are in memory that grows when it must. */
class Scanner {
  #text: DataView = NOTHING;
  #notes = new Int32Array(FIRST_NOTES * NOTE_SIZE);
  #count = 0;
  #deepest = 0;
  /** Notes of objects that each have other keys than the others. */
  readonly #kinds: number[] = [];
  /** The last object whose members are at the deepest level: a row, whose keys the next one has. */
  #row = NONE;

  scan(bytes: Buffer, deepest: number): Int32Array {
    this.#count = 0;
    this.#deepest = deepest;
    this.#kinds.length = 0;
    this.#row = NONE;
    withZeros(bytes, (text) => {
      this.#text = text;
      const end = spaceEnd(text, this.#value(this.#add(0, 0), spaceEnd(text, 0), 0));
      if (end !== bytes.length) fail(end);
    });
    this.#text = NOTHING;
    return this.#notes.subarray(0, this.#count * NOTE_SIZE);
  }

  /** Adds the note of a value with this key; the rest is noted when the value has been read. */
  #add(keyStart: number, keyEnd: number): number {
    const note = this.#count * NOTE_SIZE;
    if (note + NOTE_SIZE > this.#notes.length) {
      const larger = new Int32Array(this.#notes.length * 2);
      larger.set(this.#notes);
      this.#notes = larger;
    }
    const notes = this.#notes;
    notes[note + KEY_START] = keyStart;
    notes[note + KEY_END] = keyEnd;
    notes[note + SAME_KEYS_AS] = this.#count++;
    return note;
  }

  #noted(at: number): number {
    return this.#notes[at] ?? 0;
  }

  /** Completes the note of the value that begins at `at`, and takes those of what is inside. */
  #value(note: number, at: number, level: number): number {
    this.#notes[note + START] = at;
    const opening = byteAt(this.#text, at);
    let end: number;
    if (level >= this.#deepest || level === DEEPEST)
      end = valueEnd(this.#text, at, DEEPEST - level);
    else if (opening === OPEN_BRACE) end = this.#object(note, at, level + 1);
    else if (opening === OPEN_BRACKET) end = this.#array(at, level + 1);
    else end = valueEnd(this.#text, at, 0);
    this.#notes[note + END] = end;
    this.#notes[note + NEXT] = this.#count;
    return end;
  }

  #array(at: number, level: number): number {
    const text = this.#text;
    at = spaceEnd(text, at + 1);
    if (byteAt(text, at) === CLOSE_BRACKET) return at + 1;
    for (;;) {
      at = spaceEnd(text, this.#value(this.#add(0, 0), at, level));
      if (byteAt(text, at) === CLOSE_BRACKET) return at + 1;
      at = commaEnd(text, at);
    }
  }

  #object(object: number, at: number, level: number): number {
    const text = this.#text;
    at = spaceEnd(text, at + 1);
    if (byteAt(text, at) === CLOSE_BRACE) return at + 1;
    const before = level === this.#deepest ? this.#row : NONE;
    const modelsEnd = before === NONE ? NONE : this.#noted(before + NEXT) * NOTE_SIZE;
    // The members of the row before are models of this row's, for as long as the keys are the same.
    let model = before === NONE ? NONE : before + NOTE_SIZE;
    for (;;) {
      const key = at;
      at = 0;
      if (model < modelsEnd) {
        at = this.#sameKeyEnd(key, model);
        model = at === 0 ? modelsEnd + 1 : model + NOTE_SIZE;
      } else model = modelsEnd + 1;
      if (at === 0) at = stringEnd(text, key);
      const note = this.#add(key + 1, at - 1);
      at = spaceEnd(text, this.#value(note, colonEnd(text, at), level));
      if (byteAt(text, at) === CLOSE_BRACE) break;
      at = commaEnd(text, at);
    }
    if (level === this.#deepest) {
      this.#noteSameKeys(object, before !== NONE && model === modelsEnd ? before : NONE);
      this.#row = object;
    }
    return at + 1;
  }

  #noteSameKeys(row: number, same: number): void {
    if (same === NONE) same = this.#kinds.find((kind) => this.#haveSameKeys(row, kind)) ?? NONE;
    if (same !== NONE) this.#notes[row + SAME_KEYS_AS] = this.#noted(same + SAME_KEYS_AS);
    else if (this.#kinds.length < MOST_KINDS) this.#kinds.push(row);
  }

  #haveSameKeys(object: number, kind: number): boolean {
    const size = this.#count * NOTE_SIZE - object;
    if (this.#noted(kind + NEXT) * NOTE_SIZE - kind !== size) return false;
    for (let member = NOTE_SIZE; member < size; member += NOTE_SIZE) {
      if (this.#sameKeyEnd(this.#noted(object + member + KEY_START) - 1, kind + member) === 0) {
        return false;
      }
    }
    return true;
  }

  /** The end of the key at `at`, quotes included, if it is the same as the noted one; else 0. */
  #sameKeyEnd(at: number, note: number): number {
    const text = this.#text;
    let other = this.#noted(note + KEY_START) - 1;
    const end = at + this.#noted(note + KEY_END) + 1 - other;
    for (; at + 4 <= end; at += 4, other += 4) {
      if (text.getInt32(at, true) !== text.getInt32(other, true)) return 0;
    }
    const rest = text.getInt32(at, true) ^ text.getInt32(other, true);
    return at === end || rest << ((4 + at - end) << 3) === 0 ? end : 0;
  }
}

const scanner = new Scanner();

/** The notes, or the offset of the mistake when the text is not valid. */
export function scan(bytes: Buffer, deepest: number): Int32Array | number {
  try {
    return scanner.scan(bytes, deepest);
  } catch (error) {
    if (error instanceof Mistake) return error.offset;
    throw error;
  }
}
