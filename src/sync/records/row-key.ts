import type { Rows } from "../../polar/rows.ts";
import type { Stream } from "../../streams/define.ts";
import type { RowContext } from "./record-encoder.ts";
import { typeOf, typesOf } from "./value-types.ts";

/** A column of the key, by where its value comes from. */
interface KeyColumn {
  readonly property: string;
  readonly isParents: boolean;
  /** The bits of the types that its value may have: never null. */
  readonly types: number;
}

/** Knows whether a row has the key that targets tell it by. */
export class RowKey {
  readonly #columns: readonly KeyColumn[];

  /** `keyProperties` are the columns that SCHEMA names. */
  constructor({ properties }: Stream, keyProperties: readonly string[]) {
    this.#columns = keyProperties.flatMap((column): KeyColumn[] => {
      const { origin, type = "string" } = properties[column] ?? {};
      const types = typesOf(type);
      if (origin === undefined) return [{ property: column, isParents: false, types }];
      if (origin.from === "item") return [{ property: origin.property, isParents: false, types }];
      if (origin.from === "parent") return [{ property: origin.property, isParents: true, types }];
      return []; // what the tap itself puts in is always there
    });
  }

  /** Whether each part of the row's key is there, and of the declared type. */
  isComplete(rows: Rows, row: number, { parent }: RowContext): boolean {
    return this.#columns.every(({ property, isParents, types }) => {
      if (isParents) {
        const value = parent?.(property);
        return value !== undefined && (typeOf(value, 0, value.length) & types) !== 0;
      }
      const found = rows.find(row, property);
      if (found === -1) return false;
      return (typeOf(rows.bytes, rows.valueStart(found), rows.valueEnd(found)) & types) !== 0;
    });
  }
}
