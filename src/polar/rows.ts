import { scanArray, scanObject, valueEnd } from "./scanner.ts";

/** Integers per property: key start, key end, value start, value end. */
const STRIDE = 4;

/**
 * Where the rows of an answer and their top-level properties stand in its bytes: plain numbers, so
 * that a page of a hundred rows costs two typed arrays that are used again for the next page.
 */
export class Rows {
  /** The answer's bytes, valid until the page is released. */
  bytes: Uint8Array = new Uint8Array();
  /** How many rows there are. */
  count = 0;
  /** Per row the index of its first property; one more entry at the end closes the last row. */
  #firstProperty: Int32Array = new Int32Array(128);
  #spans: Int32Array = new Int32Array(128 * 64 * STRIDE);
  #propertyCount = 0;

  /** Reads the array of objects at `at`, replacing what was there; returns the offset after it. */
  scan(bytes: Uint8Array, at: number): number {
    this.clear(bytes);
    return scanArray(bytes, at, (start) => {
      const end = scanObject(bytes, start, this.#add);
      this.#closeRow();
      return end;
    });
  }

  /** Forgets all rows. */
  clear(bytes: Uint8Array = new Uint8Array()): void {
    this.bytes = bytes;
    this.count = 0;
    this.#propertyCount = 0;
    this.#firstProperty[0] = 0;
  }

  /** The index of a row's first property. */
  first(row: number): number {
    return this.#firstProperty[row] ?? 0;
  }

  /** The index after a row's last property. */
  end(row: number): number {
    return this.#firstProperty[row + 1] ?? 0;
  }

  keyStart(property: number): number {
    return this.#spans[property * STRIDE] ?? 0;
  }

  keyEnd(property: number): number {
    return this.#spans[property * STRIDE + 1] ?? 0;
  }

  valueStart(property: number): number {
    return this.#spans[property * STRIDE + 2] ?? 0;
  }

  valueEnd(property: number): number {
    return this.#spans[property * STRIDE + 3] ?? 0;
  }

  readonly #add = (keyStart: number, keyEnd: number, valueStart: number): number => {
    const end = valueEnd(this.bytes, valueStart, 1);
    const at = this.#propertyCount++ * STRIDE;
    if (at + STRIDE > this.#spans.length) this.#spans = grown(this.#spans);
    this.#spans[at] = keyStart;
    this.#spans[at + 1] = keyEnd;
    this.#spans[at + 2] = valueStart;
    this.#spans[at + 3] = end;
    return end;
  };

  #closeRow(): void {
    this.count++;
    if (this.count === this.#firstProperty.length) {
      this.#firstProperty = grown(this.#firstProperty);
    }
    this.#firstProperty[this.count] = this.#propertyCount;
  }
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
