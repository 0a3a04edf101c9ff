import type { SelectedStream } from "../../singer/selection.ts";
import type { JsonType, Property, Stream } from "../../streams/define.ts";
import { type Exclusions, exclusionTree } from "./exclusions.ts";

/** The column that keeps what this version of the tap does not know, and values of another type. */
export const EXTRA_COLUMN = "_extra";

/** Which columns the records of a stream have, and how they are written. */
export type ColumnChoice = Pick<
  SelectedStream,
  "columns" | "textColumns" | "unlistedColumns" | "everyColumn" | "excludedPaths"
>;

/** Where a value goes. */
export interface Target {
  /** The column's name as it stands before its value: quoted, with the colon. */
  readonly key: Uint8Array;
  /** What to leave out inside of the value. */
  readonly exclusions: Exclusions | undefined;
  /** Whether it becomes text that holds its JSON. */
  readonly asText: boolean;
}

interface Chosen {
  readonly name: string;
  readonly target: Target;
  /** The catalog lacks it, so it is no column of the records: its value goes to `_extra`. */
  readonly isUnlisted: boolean;
}

/** A column that is a property of the item. */
export interface ItemColumn extends Chosen {
  readonly from: "item";
  readonly property: string;
  readonly declared: JsonType;
}

/** A column whose value does not come from the item. */
export interface ContextColumn extends Chosen {
  readonly from: "parent" | "position" | "request";
  /** The parent's property, or the request's parameter. */
  readonly property: string;
}

interface ExtraColumn extends Chosen {
  readonly from: "extra";
}

export type ChosenColumn = ItemColumn | ContextColumn | ExtraColumn;

/** The columns that the catalog lacks, and then those of the records in their order. */
export function chosenColumns({ properties }: Stream, choice: ColumnChoice): ChosenColumn[] {
  const exclusions = exclusionTree(choice.excludedPaths);
  const columns: ChosenColumn[] = [];
  for (const name of [...choice.unlistedColumns, ...choice.columns]) {
    const key = Buffer.from(`${JSON.stringify(name)}:`);
    const asText = choice.textColumns.has(name);
    const target = { key, exclusions: exclusions.get(name), asText };
    const chosen = { name, target, isUnlisted: choice.unlistedColumns.has(name) };
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property) columns.push(withOrigin(chosen, property));
    else if (name === EXTRA_COLUMN && !chosen.isUnlisted)
      columns.push({ ...chosen, from: "extra" });
  }
  return columns;
}

function withOrigin(chosen: Chosen, { type: declared, origin }: Property): ChosenColumn {
  switch (origin?.from) {
    case undefined:
      return { ...chosen, from: "item", property: chosen.name, declared };
    case "item":
      return { ...chosen, from: "item", property: origin.property, declared };
    case "parent":
      return { ...chosen, from: "parent", property: origin.property };
    case "request":
      return { ...chosen, from: "request", property: origin.parameter };
    case "position":
      return { ...chosen, from: "position", property: "" };
  }
}
