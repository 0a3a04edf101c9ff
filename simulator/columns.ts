/** The keys of a table's rows by index, made once and kept up while rows change. */
import type { Key } from "./json.ts";
import type { Table } from "./table.ts";

export interface Column {
  readonly keys: Key[];
  /** Whether some of the keys are looked up in other rows. */
  readonly looksUp: boolean;
  /** The table's log up to here is in it. */
  seen: number;
  /** The count of lookups that it was made at. */
  readonly version: number;
}

export class Columns {
  readonly #table: Table;
  readonly #columns = new Map<string, Column>();

  constructor(table: Table) {
    this.#table = table;
  }

  /** Another object each time that it had to be made anew. */
  get(name: string): Column {
    const known = this.#columns.get(name);
    const version = this.#table.world.lookups;
    if (known !== undefined && !(known.looksUp && known.version !== version)) {
      this.#catchUp(known, name);
      return known;
    }
    const keys: Key[] = [];
    let looksUp = false;
    for (const row of this.#table.indexes()) {
      keys[row] = this.#table.key(row, name);
      looksUp ||= this.#table.looksUp(row, name);
    }
    const column = { keys, looksUp, seen: this.#table.log.length, version };
    this.#columns.set(name, column);
    return column;
  }

  #catchUp(column: Column, name: string): void {
    const { log } = this.#table;
    for (; column.seen < log.length; column.seen++) {
      const row = log[column.seen] ?? 0;
      column.keys[row] = this.#table.has(row) ? this.#table.key(row, name) : null;
    }
  }
}
