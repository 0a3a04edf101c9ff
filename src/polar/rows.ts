import { decodeKey, nameNumber } from "./names.ts";
import {
  colonEnd,
  JsonText,
  scanArray,
  scanMembers,
  skipSpace,
  stringEnd,
  valueEnd,
} from "./scanner.ts";

/** Integers per property: its name's number, key start, key end, value start, value end. */
const STRIDE = 5;

const NOTHING = new JsonText(new Uint8Array());

/**
 * Where the rows of an answer and their top-level properties stand in its bytes: plain numbers, so
 * that a page of a hundred rows costs two typed arrays that are used again for the next page.
 */
export class Rows {
  /** The answer, valid until the page is released. */
  json = NOTHING;
  /** How many rows there are. */
  count = 0;
  /** Per row the index of its first property; one more entry at the end closes the last row. */
  #firstProperty: Int32Array = new Int32Array(128);
  #spans: Int32Array = new Int32Array(128 * 64 * STRIDE);
  #propertyCount = 0;
  /** How many properties the row above has. */
  #lengthAbove = 0;

  /** Reads the array of objects at `at`, replacing what was there; returns the offset after it. */
  scan(json: JsonText, at: number): number {
    this.clear(json);
    return scanArray(json, at, (start) => {
      const end = scanMembers(json, start, this.#addProperty);
      this.#closeRow();
      return end;
    });
  }

  /** Forgets all rows. */
  clear(json = NOTHING): void {
    this.json = json;
    this.count = 0;
    this.#propertyCount = 0;
    this.#lengthAbove = 0;
    this.#firstProperty[0] = 0;
  }

  get bytes(): Uint8Array {
    return this.json.bytes;
  }

  /** The index of a row's first property. */
  first(row: number): number {
    return this.#firstProperty[row] ?? 0;
  }

  /** The index after a row's last property. */
  end(row: number): number {
    return this.#firstProperty[row + 1] ?? 0;
  }

  /** The number that stands for the property's name; see {@link nameNumber}. */
  nameNumber(property: number): number {
    return this.#spans[property * STRIDE] ?? 0;
  }

  keyStart(property: number): number {
    return this.#spans[property * STRIDE + 1] ?? 0;
  }

  keyEnd(property: number): number {
    return this.#spans[property * STRIDE + 2] ?? 0;
  }

  valueStart(property: number): number {
    return this.#spans[property * STRIDE + 3] ?? 0;
  }

  valueEnd(property: number): number {
    return this.#spans[property * STRIDE + 4] ?? 0;
  }

  /** The index of the row's property of this name, or -1. The last one counts, as in `JSON.parse`. */
  find(row: number, name: string): number {
    const number = nameNumber(name);
    const first = this.first(row);
    let property = this.end(row) - 1;
    while (property >= first && this.#spans[property * STRIDE] !== number) property--;
    return property >= first ? property : -1;
  }

  /** The JSON text of a row's property of this name; undefined where it has none. */
  textOf(row: number, name: string): string | undefined {
    const property = this.find(row, name);
    return property === -1 ? undefined : this.text(property);
  }

  /** The JSON text of a property's value. */
  text(property: number): string {
    return this.json.slice(this.valueStart(property), this.valueEnd(property));
  }

  /** Reads the property whose key begins with the quote at `quote`; returns the offset after it. */
  readonly #addProperty = (quote: number): number => {
    const property = this.#propertyCount++;
    const at = property * STRIDE;
    if (at + STRIDE > this.#spans.length) this.#spans = grown(this.#spans);
    const spans = this.#spans;
    const keyStart = quote + 1;
    let valueStart: number;
    // Rows of a list nearly always have the same keys: comparing them is faster than reading them.
    const above = property - this.#lengthAbove;
    const moved = keyStart - this.keyStart(above);
    const length = above === property ? 0 : this.valueStart(above) + moved - quote;
    if (length >= 4 && areEqual(this.json, quote - moved, quote, length)) {
      spans[at] = this.nameNumber(above);
      spans[at + 2] = this.keyEnd(above) + moved;
      valueStart = skipSpace(this.bytes, quote + length);
    } else {
      const keyEnd = stringEnd(this.json, quote) - 1;
      spans[at] = nameNumber(decodeKey(this.json, keyStart, keyEnd));
      spans[at + 2] = keyEnd;
      valueStart = colonEnd(this.bytes, keyEnd + 1);
    }
    const end = valueEnd(this.json, valueStart, 1);
    spans[at + 1] = keyStart;
    spans[at + 3] = valueStart;
    spans[at + 4] = end;
    return end;
  };

  #closeRow(): void {
    this.#lengthAbove = this.#propertyCount - this.first(this.count);
    this.count++;
    if (this.count === this.#firstProperty.length) {
      this.#firstProperty = grown(this.#firstProperty);
    }
    this.#firstProperty[this.count] = this.#propertyCount;
  }
}

/** Whether the same bytes, four at least, stand in two places. */
function areEqual({ bytes, words }: JsonText, one: number, other: number, length: number): boolean {
  if (other + length > bytes.length) return false;
  const last = length - 4;
  for (let at = 0; at < last; at += 4) {
    if (words.getInt32(one + at) !== words.getInt32(other + at)) return false;
  }
  return words.getInt32(one + last) === words.getInt32(other + last);
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
