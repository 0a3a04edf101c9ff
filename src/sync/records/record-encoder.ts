import { quoted } from "../../polar/json/quoter.ts";
import type { Rows } from "../../polar/rows.ts";
import type { RecordFrame } from "../../singer/messages.ts";
import type { Stream } from "../../streams/define.ts";
import { ByteBuilder } from "./byte-builder.ts";
import type { ColumnChoice, ContextColumn, Target } from "./chosen-columns.ts";
import { copyWithout } from "./exclusions.ts";
import type { Drift, RowStep } from "./row-plan.ts";
import { RowPlanner } from "./row-planner.ts";

/** What a row gives besides its own properties. */
export interface RowContext {
  /** The JSON text of a property of the parent row, for columns that are taken from it. */
  readonly parent?: (property: string) => Buffer | undefined;
  /** The index in the parent's array. */
  readonly position?: number | undefined;
  /** Parameters of the request that brought the row. */
  readonly request?: Readonly<Record<string, string>> | undefined;
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const NULL = Buffer.from("null");

/** Of more properties than this nobody wants to read, one by one. */
const MOST_DRIFTS = 100;

/**
 * Copies rows from the API's bytes to RECORD lines. Values are never parsed and printed again, so
 * numbers of any size, escapes and key order leave exactly as they came, also where they become text.
 */
export class RecordEncoder {
  readonly #planner: RowPlanner;
  readonly #everyColumn: boolean;
  readonly #onDrift: (drift: Drift) => void;
  readonly #drifted = new Set<string>();
  readonly #out = new ByteBuilder();
  /** `_extra`, but for its closing brace. */
  readonly #extra = new ByteBuilder();
  /** A value on its way to becoming text. */
  readonly #value = new ByteBuilder();
  #count = 0;

  /** `onDrift` hears once of each property that goes to `_extra`, and not of hundreds. */
  constructor(stream: Stream, choice: ColumnChoice, onDrift: (drift: Drift) => void) {
    this.#planner = new RowPlanner(stream, choice);
    this.#everyColumn = choice.everyColumn;
    this.#onDrift = onDrift;
  }

  /** How many records wait in {@link bytes}. */
  get count(): number {
    return this.#count;
  }

  /** The lines encoded since the last {@link clear}; valid until the next change. */
  get bytes(): Uint8Array {
    return this.#out.bytes;
  }

  /** The selected columns for which no row so far had anything, not even null. */
  get unseenColumns(): readonly string[] {
    return this.#planner.unseenColumns;
  }

  clear(): void {
    this.#out.truncate(0);
    this.#count = 0;
  }

  /** Appends one row as a line: the record's object in its frame. */
  add(rows: Rows, row: number, { prefix, suffix }: RecordFrame, context: RowContext): void {
    const out = this.#out;
    out.append(prefix);
    out.appendByte(OPEN_BRACE);
    const start = out.length;
    this.#extra.truncate(0);
    const first = rows.first(row);
    for (const step of this.#planner.planOf(rows.shape(row)).steps(rows, row)) {
      this.#take(step, rows, first, start, context);
    }
    out.appendByte(CLOSE_BRACE);
    out.append(suffix);
    this.#count++;
  }

  #take(step: RowStep, rows: Rows, first: number, start: number, context: RowContext): void {
    switch (step.kind) {
      case "copy": {
        if (this.#out.length > start) this.#out.appendByte(COMMA);
        // From the key's quote on; the commas between the properties come along.
        const from = rows.keyStart(first + step.from) - 1;
        this.#out.copy(rows.bytes, from, rows.valueEnd(first + step.to));
        return;
      }
      case "rewrite":
        this.#write(step.target, rows.value(first + step.at), start);
        return;
      case "null":
        this.#write(step.target, NULL, start);
        return;
      case "context":
        this.#takeContext(step.column, context, start);
        return;
      case "keep":
        this.#keep(step, rows, first + step.at);
        return;
      case "extra":
        this.#takeExtra(step.target, start);
        return;
    }
  }

  #write({ key, exclusions, asText }: Target, value: Buffer, start: number): void {
    this.#beginValue(start, key);
    if (exclusions && asText) {
      this.#value.truncate(0);
      copyWithout(value, exclusions, this.#value);
      this.#appendText(this.#value.bytes);
    } else if (exclusions) copyWithout(value, exclusions, this.#out);
    else if (asText) this.#appendText(value);
    else this.#out.append(value);
  }

  /** Text that holds a value's JSON. What is text stays itself, and null is no text. */
  #appendText(value: Uint8Array): void {
    const isTextOrNull = value[0] === QUOTE || value[0] === NULL[0];
    if (isTextOrNull) this.#out.append(value);
    else this.#out.append(quoted(value));
  }

  #beginValue(start: number, key: Uint8Array): void {
    if (this.#out.length > start) this.#out.appendByte(COMMA);
    this.#out.append(key);
  }

  #keep(
    { drift, exclusions }: Extract<RowStep, { kind: "keep" }>,
    rows: Rows,
    property: number,
  ): void {
    if (drift && this.#drifted.size < MOST_DRIFTS && !this.#drifted.has(drift.property)) {
      this.#drifted.add(drift.property);
      this.#onDrift(drift);
    }
    if (!this.#planner.keepsExtra) return;
    const from = rows.keyStart(property) - 1;
    this.#beginExtra();
    this.#extra.copy(rows.bytes, from, rows.valueStart(property));
    const value = rows.value(property);
    if (exclusions) copyWithout(value, exclusions, this.#extra);
    else this.#extra.append(value);
  }

  #beginExtra(): void {
    this.#extra.appendByte(this.#extra.length === 0 ? OPEN_BRACE : COMMA);
  }

  #takeExtra(target: Target, start: number): void {
    if (this.#extra.length === 0) {
      if (this.#everyColumn) this.#write(target, NULL, start);
      return;
    }
    this.#extra.appendByte(CLOSE_BRACE);
    this.#write(target, Buffer.from(this.#extra.bytes), start);
  }

  #takeContext(column: ContextColumn, context: RowContext, start: number): void {
    const value = contextValue(column, context);
    if (value && column.from === "parent") this.#planner.saw(column.name);
    if (!column.isUnlisted) {
      if (value || this.#everyColumn) this.#write(column.target, value ?? NULL, start);
    } else if (value && this.#planner.keepsExtra) {
      this.#beginExtra();
      this.#extra.append(column.target.key);
      this.#extra.append(value);
    }
  }
}

/** The JSON of a value that does not come from the item; undefined where the parent has none. */
function contextValue(
  { from, property }: ContextColumn,
  { parent, position, request = {} }: RowContext,
): Buffer | undefined {
  switch (from) {
    case "parent":
      return parent?.(property);
    case "position":
      return Buffer.from(JSON.stringify(position ?? null));
    case "request":
      return Buffer.from(JSON.stringify(request[property] ?? null));
  }
}
