import type { Rows } from "../../polar/rows.ts";

/** A short text that stands for a set of rows, whatever their order. */
export class RowDigest {
  #one = 0;
  #other = 0;
  #count = 0;

  /** Adds a row by its primary key. */
  add(primaryKey: readonly string[], rows: Rows, row: number): void {
    let one = 0x811c9dc5;
    let other = 0x9e3779b9;
    for (const name of primaryKey) {
      const property = rows.find(row, name);
      if (property === -1) continue;
      const end = rows.valueEnd(property);
      for (let at = rows.valueStart(property); at < end; at++) {
        const byte = rows.bytes[at] ?? 0;
        one = Math.imul(one ^ byte, 0x01000193);
        other = Math.imul(other + byte, 0x85ebca6b) ^ (other >>> 13);
      }
    }
    this.#one = (this.#one + one) >>> 0;
    this.#other = (this.#other + other) >>> 0;
    this.#count++;
  }

  get text(): string {
    const hex = (word: number) => word.toString(16).padStart(8, "0");
    return `${this.#count}-${hex(this.#one)}${hex(this.#other)}`;
  }
}
