import type { RowShape } from "../../polar/row-shape.ts";
import type { Rows } from "../../polar/rows.ts";
import type { JsonType, Stream } from "../../streams/define.ts";
import type { Exclusions } from "./exclusions.ts";
import { ANY_TYPE, typeOf, typesTaken } from "./value-types.ts";

/** The column that keeps what this version of the tap does not know, and values of another type. */
export const EXTRA_COLUMN = "_extra";

/** A column's name as it stands before its value: quoted, with the colon. */
export function columnKey(name: string): Uint8Array {
  return Buffer.from(`${JSON.stringify(name)}:`);
}

/** A property that went to `_extra`, for the one warning per run. */
export interface Drift {
  readonly property: string;
  /** The declared type that the value does not have; undefined for an unknown property. */
  readonly declared: JsonType | undefined;
}

/** A selected column that gets a value. */
interface Target {
  readonly key: Uint8Array;
  /** What to leave out inside of the value. */
  readonly exclusions: Exclusions | undefined;
}

/** What to write of a row, next; properties are told by their positions in the row's shape. */
export type RowStep =
  /** Everything from one property to another, both included, as it stands in the row. */
  | { readonly kind: "copy"; readonly from: number; readonly to: number }
  /** One property, in its columns. */
  | { readonly kind: "rewrite"; readonly at: number; readonly targets: readonly Target[] }
  /** One property, in `_extra`. */
  | { readonly kind: "extra"; readonly at: number; readonly drift: Drift };

/** What to do with a property. */
interface Action extends Drift {
  /** `extra` is for what is not declared. */
  readonly fate: "copy" | "rewrite" | "drop" | "extra";
  readonly targets: readonly Target[];
}

/** What to write of rows of one shape. */
export class RowPlan {
  readonly #actions: readonly Action[];
  /** Per property the bits of the types that its value may have. */
  readonly #types: Uint8Array;
  /** For rows whose values all have such types. */
  readonly #steps: readonly RowStep[];

  constructor(actions: readonly Action[]) {
    this.#actions = actions;
    this.#types = Uint8Array.from(actions, ({ fate, declared }) =>
      declared === undefined || fate === "drop" ? ANY_TYPE : typesTaken(declared),
    );
    this.#steps = stepsOf(actions, new Set());
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
    return misfits ? stepsOf(this.#actions, misfits) : this.#steps;
  }
}

/** Neighbours that are copied as they stand go out as one. */
function stepsOf(actions: readonly Action[], misfits: ReadonlySet<number>): RowStep[] {
  const steps: RowStep[] = [];
  for (const [at, action] of actions.entries()) {
    const fate = misfits.has(at) ? "extra" : action.fate;
    const previous = steps.at(-1);
    if (fate === "extra") steps.push({ kind: "extra", at, drift: action });
    else if (fate === "rewrite") steps.push({ kind: "rewrite", at, targets: action.targets });
    else if (fate === "copy") {
      const continues = previous?.kind === "copy" && previous.to === at - 1;
      if (continues) steps[steps.length - 1] = { ...previous, to: at };
      else steps.push({ kind: "copy", from: at, to: at });
    }
  }
  return steps;
}

/** Makes the plans for the rows of a stream, one for each shape. */
export class RowPlanner {
  readonly #declared: ReadonlyMap<string, Action>;
  /** Whether there is a place for what is not declared, and for values of another type. */
  readonly keepsExtra: boolean;
  readonly #plans = new Map<RowShape, RowPlan>();

  /** `columns` are the selected columns, `exclusions` what to leave out inside of them. */
  constructor(
    stream: Stream,
    columns: ReadonlySet<string>,
    exclusions: ReadonlyMap<string, Exclusions>,
  ) {
    this.#declared = declaredActions(stream, columns, exclusions);
    const onlyLinks = stream.source.kind === "nested" && stream.source.linksOnly === true;
    this.keepsExtra = !onlyLinks && columns.has(EXTRA_COLUMN);
  }

  /** The plan for the rows of a shape. */
  planOf(shape: RowShape): RowPlan {
    let plan = this.#plans.get(shape);
    if (!plan) {
      plan = new RowPlan(shape.names.map((name) => this.#actionOf(name)));
      this.#plans.set(shape, plan);
    }
    return plan;
  }

  #actionOf(property: string): Action {
    const fate = this.keepsExtra ? "extra" : "drop";
    return this.#declared.get(property) ?? { property, declared: undefined, fate, targets: [] };
  }
}

/** What to do with the properties that a stream's columns are made of, by their names. */
function declaredActions(
  stream: Stream,
  columns: ReadonlySet<string>,
  exclusions: ReadonlyMap<string, Exclusions>,
): Map<string, Action> {
  const actions = new Map<string, Action>();
  for (const [column, { type, origin }] of Object.entries(stream.properties)) {
    // The item's own property of that name, if there is one, gives way to the parent's.
    const isOwn = origin === undefined || origin.from === "item";
    const property = origin?.from === "item" ? origin.property : column;
    const excluded = exclusions.get(column);
    const target = { key: columnKey(column), exclusions: excluded };
    const before = actions.get(property)?.targets ?? [];
    const targets = isOwn && columns.has(column) ? [...before, target] : before;
    const asItCame = targets.length === 1 && property === column && !excluded;
    const fate = asItCame ? "copy" : targets.length > 0 ? "rewrite" : "drop";
    actions.set(property, { property, declared: type, fate, targets });
  }
  return actions;
}
