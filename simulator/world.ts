/** What the rows of one list may know of the others. */
import type { Form, Json, Key, Live, Lookup } from "./json.ts";

/** Everything that rows may refer to. */
export interface World {
  readonly seed: number;
  /** When the simulation began, microseconds. Rows that were not inserted are older. */
  readonly now: number;
  readonly organizationId: string;
  /** Counts changes of rows that others have keys of: keys that were looked up before are stale. */
  lookups: number;
  /** Counts changes of rows that templates have copies of: older copies are stale. */
  copies: number;
  /** Whether each copy of a template refers to rows of its own. See `SimulatorOptions.spread`. */
  readonly spread: boolean;
  /** Whether no amount is larger than a shop's. See `SimulatorOptions.ordinaryAmounts`. */
  readonly ordinaryAmounts: boolean;
  readonly table: (name: string) => Rows;
}

/** Where a row stands in its run of equal created_at. */
export interface PlaceInRun {
  readonly position: number;
  readonly length: number;
}

/** The rows of a list, by index. */
export interface Rows {
  readonly world: World;
  /** Rows that the list shows at the start; hidden ones follow them, then inserted ones. */
  readonly listed: number;
  readonly made: number;
  id(index: number): string;
  writeId(index: number, bytes: Uint8Array, offset: number): void;
  /** The row that was made with this id, whether or not it is still there; -1 if none was. */
  indexOf(id: string): number;
  key(index: number, name: string): Key;
  property(index: number, name: string): Json;
  /** The same as it was when the row was made: what other rows took over from it does not change. */
  originally(index: number, name: string): Key;
  /** A part of a row as it is at the time of writing; without a form, the row as its list shows it. */
  live(of: (index: number) => number, fixed: boolean, form?: Form): Live;
  /** A key of a row, as it is when it is asked for. */
  lookup(of: (index: number) => number, name: string): Lookup;
  /** The rows that are the same but for ids, times and numbers. */
  rowsLike(index: number): readonly number[];
  placeInRun(index: number): PlaceInRun | null;
  created(index: number): number;
}
