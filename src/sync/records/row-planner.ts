import type { RowShape } from "../../polar/row-shape.ts";
import type { Stream } from "../../streams/define.ts";
import {
  type ChosenColumn,
  type ColumnChoice,
  chosenColumns,
  EXTRA_COLUMN,
  type ItemColumn,
} from "./chosen-columns.ts";
import type { Exclusions } from "./exclusions.ts";
import { type Drift, type Misfits, RowPlan, type RowStep } from "./row-plan.ts";
import { ANY_TYPE, typesTaken } from "./value-types.ts";

/** What becomes of a property of the rows. */
interface Fate {
  /** The columns that it feeds. */
  readonly columns: readonly ItemColumn[];
  /** Whether it goes to `_extra` for want of a column. */
  readonly isKept: boolean;
  /** What to warn of when it goes there; without columns, nothing when that is no news. */
  readonly drift: Drift | undefined;
  /** What to leave out of it there. */
  readonly exclusions: Exclusions | undefined;
}

/** Makes the plans for the rows of a stream, one for each shape. */
export class RowPlanner {
  /** Whether there is a place for what is not declared, and for values of another type. */
  readonly keepsExtra: boolean;
  readonly #everyColumn: boolean;
  readonly #columns: readonly ChosenColumn[];
  readonly #fates: ReadonlyMap<string, Fate>;
  /** Only as long as the shape itself is remembered. */
  readonly #plans = new WeakMap<RowShape, RowPlan>();
  #hasPlanned = false;
  readonly #unseen: Set<string>;

  constructor(stream: Stream, choice: ColumnChoice) {
    const onlyLinks = stream.source.kind === "nested" && stream.source.linksOnly === true;
    this.keepsExtra = !onlyLinks && choice.columns.has(EXTRA_COLUMN);
    this.#everyColumn = choice.everyColumn;
    this.#columns = chosenColumns(stream, choice);
    this.#fates = fatesOf(stream, this.#columns);
    const fromRows = this.#columns.filter(
      ({ name, from, isUnlisted }) =>
        (from === "item" || from === "parent") &&
        !isUnlisted &&
        !stream.properties[name]?.sometimes,
    );
    this.#unseen = new Set(fromRows.map(({ name }) => name));
  }

  /** The plan for the rows of a shape. */
  planOf(shape: RowShape): RowPlan {
    let plan = this.#plans.get(shape);
    if (!plan) {
      plan = this.#makePlan(shape);
      this.#hasPlanned = true;
      this.#plans.set(shape, plan);
    }
    return plan;
  }

  /** To be told of each column that gets a value from the parent. */
  saw(column: string): void {
    this.#unseen.delete(column);
  }

  /** The columns for which no row had anything, not even null; none as long as there were no rows. */
  get unseenColumns(): readonly string[] {
    return this.#hasPlanned ? [...this.#unseen] : [];
  }

  #makePlan({ names }: RowShape): RowPlan {
    const fates = names.map((name) => this.#fateOf(name));
    for (const { columns } of fates) for (const { name } of columns) this.saw(name);
    const types = fates.map(({ columns: [column] }) =>
      column ? typesTaken(column.declared) : ANY_TYPE,
    );
    return new RowPlan(Uint8Array.from(types), (misfits) =>
      this.#everyColumn
        ? this.#stepsByColumn(names, fates, misfits)
        : this.#stepsByRow(fates, misfits),
    );
  }

  #fateOf(property: string): Fate {
    const drift = { property, declared: undefined };
    const unknown = { columns: [], isKept: this.keepsExtra, drift, exclusions: undefined };
    return this.#fates.get(property) ?? unknown;
  }

  /** What the row has, in its order, and then what does not come from the item. */
  #stepsByRow(fates: readonly Fate[], misfits: Misfits): RowStep[] {
    const steps: RowStep[] = [];
    for (const [at, fate] of fates.entries()) {
      if (goesToExtra(fate, at, misfits)) steps.push(keep(fate, at));
      else for (const column of fate.columns) addValue(steps, column, at);
    }
    for (const column of this.#columns) {
      if (column.from !== "item") steps.push(stepBeside(column));
    }
    return steps;
  }

  /** What goes to `_extra`, and then every column in the order of the records. */
  #stepsByColumn(names: readonly string[], fates: readonly Fate[], misfits: Misfits): RowStep[] {
    const steps: RowStep[] = [];
    for (const [at, fate] of fates.entries()) {
      if (goesToExtra(fate, at, misfits)) steps.push(keep(fate, at));
    }
    for (const column of this.#columns) {
      if (column.from !== "item") steps.push(stepBeside(column));
      else if (!column.isUnlisted) {
        // The last one counts, as in `JSON.parse`.
        const at = names.lastIndexOf(column.property);
        if (at === -1 || misfits.has(at)) steps.push({ kind: "null", target: column.target });
        else addValue(steps, column, at);
      }
    }
    return steps;
  }
}

function goesToExtra({ columns, isKept }: Fate, at: number, misfits: Misfits): boolean {
  return columns.length > 0 ? misfits.has(at) : isKept;
}

function keep({ drift, exclusions }: Fate, at: number): RowStep {
  return { kind: "keep", at, drift, exclusions };
}

/** Neighbours that are copied as they stand go out as one. */
function addValue(steps: RowStep[], { name, property, target }: ItemColumn, at: number): void {
  const previous = steps.at(-1);
  if (property !== name || target.exclusions || target.asText) {
    steps.push({ kind: "rewrite", at, target });
  } else if (previous?.kind === "copy" && previous.to === at - 1) {
    steps[steps.length - 1] = { ...previous, to: at };
  } else {
    steps.push({ kind: "copy", from: at, to: at });
  }
}

function stepBeside(column: Exclude<ChosenColumn, ItemColumn>): RowStep {
  return column.from === "extra"
    ? { kind: "extra", target: column.target }
    : { kind: "context", column };
}

/** What becomes of the properties that a stream's columns are made of, by their names. */
function fatesOf({ properties }: Stream, columns: readonly ChosenColumn[]): Map<string, Fate> {
  const fates = new Map<string, Fate>();
  for (const [name, { type: declared, origin }] of Object.entries(properties)) {
    // The item's own property of that name, if there is one, gives way to the parent's.
    const property = origin?.from === "item" ? origin.property : name;
    const own = columns.filter(
      (one): one is ItemColumn => one.from === "item" && one.property === property,
    );
    const listed = own.filter(({ isUnlisted }) => !isUnlisted);
    fates.set(property, {
      columns: listed,
      isKept: own.length > 0,
      drift: listed.length > 0 ? { property, declared } : undefined,
      exclusions: own.at(-1)?.target.exclusions,
    });
  }
  return fates;
}
