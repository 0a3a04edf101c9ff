/** Which rows have a value: kept up while rows change. */
import type { Columns } from "./columns.ts";
import type { Key } from "./json.ts";
import type { Table } from "./table.ts";

export class ValueIndex {
  readonly #table: Table;
  readonly #columns: Columns;
  readonly #name: string;
  #rows = new Map<Key, Set<number>>();
  /** What each row has been entered with. */
  #entered: Key[] = [];
  #made: Key[] | null = null;
  #seen = 0;

  constructor(table: Table, columns: Columns, name: string) {
    this.#table = table;
    this.#columns = columns;
    this.#name = name;
  }

  /** The rows with one of these values, hidden and removed ones among them. */
  with(values: Iterable<Key>): Set<number>[] {
    this.#catchUp();
    return [...new Set(values)].flatMap((value) => this.#rows.get(value) ?? []);
  }

  #catchUp(): void {
    const { keys } = this.#columns.get(this.#name);
    const { log } = this.#table;
    if (this.#made !== keys) {
      this.#made = keys;
      this.#rows = new Map();
      this.#entered = [];
      for (const row of this.#table.indexes()) this.#enter(row, keys[row] ?? null);
      this.#seen = log.length;
    }
    for (; this.#seen < log.length; this.#seen++) {
      const row = log[this.#seen] ?? 0;
      this.#rows.get(this.#entered[row] ?? null)?.delete(row);
      this.#enter(row, keys[row] ?? null);
    }
  }

  #enter(row: number, key: Key): void {
    this.#entered[row] = key;
    const rows = this.#rows.get(key);
    if (rows === undefined) this.#rows.set(key, new Set([row]));
    else rows.add(row);
  }
}
