import { JsonIndex } from "../../polar/json/json-index.ts";
import { LEVEL_OF_OWN_PROPERTIES, Rows } from "../../polar/rows.ts";
import type { RowObserver } from "../contract/kind.ts";
import type { RowOrigin } from "../records/output.ts";
import { stringOf } from "../records/row-values.ts";
import type { TableWriter } from "../records/table-writer.ts";

/** A row that stands whole inside of another one. */
export class EmbeddedRow {
  readonly #index = new JsonIndex();
  readonly #one = new Rows();

  /** Finds it as the property of a row. It is there until the next one is read. */
  read(rows: Rows, row: number, property: string): Rows | undefined {
    const found = rows.find(row, property);
    if (found === -1) return undefined;
    this.#index.scan(rows.value(found), LEVEL_OF_OWN_PROPERTIES);
    if (!this.#index.isObject(0)) return undefined;
    this.#one.readOne(this.#index, 0);
    return this.#one;
  }
}

/**
 * Touched rows of a list that came whole inside of other lists' rows, and need no request of their
 * own: the customer of an order is exactly the row of the list of customers.
 */
export class EmbeddedRows {
  /** The ids of those that have come. */
  readonly ids = new Set<string>();
  readonly #table: TableWriter;
  readonly #observers: readonly RowObserver[];
  readonly #embedded = new EmbeddedRow();

  constructor(table: TableWriter, observers: readonly RowObserver[]) {
    this.#table = table;
    this.#observers = observers;
  }

  /** Keeps the row inside of another one, if it is one of `wanted` and has not come yet. */
  add(
    rows: Rows,
    row: number,
    property: string,
    wanted: Pick<ReadonlyMap<string, unknown>, "has">,
    origin: RowOrigin,
  ): void {
    const one = this.#embedded.read(rows, row, property);
    const id = one && stringOf(one, 0, "id");
    if (!one || id === undefined || !wanted.has(id) || this.ids.has(id)) return;
    this.ids.add(id);
    this.#table.add(one, 0, origin);
    for (const observer of this.#observers) observer.add(one, 0);
  }
}
