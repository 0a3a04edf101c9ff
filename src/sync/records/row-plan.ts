import type { Rows } from "../../polar/rows.ts";
import type { JsonType } from "../../streams/define.ts";
import type { ContextColumn, Target } from "./chosen-columns.ts";
import type { Exclusions } from "./exclusions.ts";
import { typeOf } from "./value-types.ts";

/** A property that went to `_extra`, for the one warning per run. */
export interface Drift {
  readonly property: string;
  /** The declared type that the value does not have; undefined for an unknown property. */
  readonly declared: JsonType | undefined;
}

/** What to write of a row, next; properties are told by their positions in the row's shape. */
export type RowStep =
  /** Everything from one property to another, both included, as it stands in the row. */
  | { readonly kind: "copy"; readonly from: number; readonly to: number }
  /** One property, as the value of a column. */
  | { readonly kind: "rewrite"; readonly at: number; readonly target: Target }
  /** A column for which there is no value. */
  | { readonly kind: "null"; readonly target: Target }
  | { readonly kind: "context"; readonly column: ContextColumn }
  /** One property into `_extra`, which is written later. `drift` is unset where that is no news. */
  | {
      readonly kind: "keep";
      readonly at: number;
      readonly drift: Drift | undefined;
      readonly exclusions: Exclusions | undefined;
    }
  /** `_extra`, with what was kept. */
  | { readonly kind: "extra"; readonly target: Target };

/** Positions of properties whose values do not have the declared type. */
export type Misfits = ReadonlySet<number>;

const NONE: Misfits = new Set();

/** What to write of rows of one shape. */
export class RowPlan {
  /** Per property the bits of the types that its value may have. */
  readonly #types: Uint8Array;
  readonly #stepsWith: (misfits: Misfits) => readonly RowStep[];
  /** For rows whose values all have such types. */
  readonly #steps: readonly RowStep[];

  constructor(types: Uint8Array, stepsWith: (misfits: Misfits) => readonly RowStep[]) {
    this.#types = types;
    this.#stepsWith = stepsWith;
    this.#steps = stepsWith(NONE);
  }

  /** The steps for a row of this shape, whose values may have other types than declared. */
  steps(rows: Rows, row: number): readonly RowStep[] {
    const { bytes } = rows;
    const first = rows.first(row);
    const types = this.#types;
    let misfits: Set<number> | undefined;
    for (let position = 0; position < types.length; position++) {
      const property = first + position;
      const type = typeOf(bytes, rows.valueStart(property), rows.valueEnd(property));
      if ((type & (types[position] ?? 0)) === 0) {
        misfits ??= new Set();
        misfits.add(position);
      }
    }
    return misfits ? this.#stepsWith(misfits) : this.#steps;
  }
}
