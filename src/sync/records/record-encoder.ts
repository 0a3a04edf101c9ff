import type { Rows } from "../../polar/rows.ts";
import type { RecordFrame } from "../../singer/messages.ts";
import type { Stream } from "../../streams/define.ts";
import { ByteBuilder } from "./byte-builder.ts";
import { copyWithout, type Exclusions } from "./exclusions.ts";
import { columnKey, type Drift, EXTRA_COLUMN, RowPlanner, type RowStep } from "./row-plan.ts";

/** What a row gives besides its own properties. */
export interface RowContext {
  /** The JSON text of a property of the parent row, for columns that are taken from it. */
  readonly parent?: (property: string) => Uint8Array | undefined;
  /** The index in the parent's array. */
  readonly position?: number | undefined;
  /** Parameters of the request that brought the row. */
  readonly request?: Readonly<Record<string, string>> | undefined;
}

/** A column whose value does not come from the item. */
interface ContextColumn {
  readonly key: Uint8Array;
  readonly property: string;
  readonly from: "parent" | "position" | "request";
}

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const EXTRA_KEY = columnKey(EXTRA_COLUMN);

/**
 * Copies rows from the API's bytes to RECORD lines. Values are never parsed and printed again, so
 * numbers of any size, escapes and key order leave exactly as they came.
 */
export class RecordEncoder {
  readonly #planner: RowPlanner;
  readonly #contextColumns: readonly ContextColumn[];
  readonly #onDrift: (drift: Drift) => void;
  readonly #drifted = new Set<string>();
  readonly #out = new ByteBuilder();
  readonly #extra = new ByteBuilder();
  #count = 0;

  /**
   * `columns` are the selected columns, `exclusions` what to leave out inside of them.
   * `onDrift` hears once of each property that goes to `_extra`.
   */
  constructor(
    stream: Stream,
    columns: ReadonlySet<string>,
    exclusions: ReadonlyMap<string, Exclusions>,
    onDrift: (drift: Drift) => void,
  ) {
    this.#planner = new RowPlanner(stream, columns, exclusions);
    this.#contextColumns = contextColumns(stream, columns);
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
      this.#take(step, rows, first, start);
    }
    for (const column of this.#contextColumns) this.#addContext(column, context, start);
    if (this.#extra.length > 0) {
      this.#beginValue(start, EXTRA_KEY);
      out.appendByte(OPEN_BRACE);
      out.append(this.#extra.bytes);
      out.appendByte(CLOSE_BRACE);
    }
    out.appendByte(CLOSE_BRACE);
    out.append(suffix);
    this.#count++;
  }

  #take(step: RowStep, rows: Rows, first: number, start: number): void {
    switch (step.kind) {
      case "copy": {
        if (this.#out.length > start) this.#out.appendByte(COMMA);
        // From the key's quote on; the commas between the properties come along.
        const from = rows.keyStart(first + step.from) - 1;
        this.#out.copy(rows.bytes, from, rows.valueEnd(first + step.to));
        return;
      }
      case "rewrite": {
        const value = rows.value(first + step.at);
        for (const { key, exclusions } of step.targets) {
          this.#beginValue(start, key);
          if (exclusions) copyWithout(value, exclusions, this.#out);
          else this.#out.append(value);
        }
        return;
      }
      case "extra":
        this.#addExtra(step.drift, rows, first + step.at);
    }
  }

  #beginValue(start: number, key: Uint8Array): void {
    if (this.#out.length > start) this.#out.appendByte(COMMA);
    this.#out.append(key);
  }

  #addExtra(drift: Drift, rows: Rows, property: number): void {
    if (!this.#drifted.has(drift.property)) {
      this.#drifted.add(drift.property);
      this.#onDrift({ property: drift.property, declared: drift.declared });
    }
    if (!this.#planner.keepsExtra) return;
    if (this.#extra.length > 0) this.#extra.appendByte(COMMA);
    this.#extra.copy(rows.bytes, rows.keyStart(property) - 1, rows.valueEnd(property));
  }

  #addContext(column: ContextColumn, context: RowContext, start: number): void {
    if (column.from === "position") {
      this.#beginValue(start, column.key);
      this.#out.append(Buffer.from(String(context.position ?? "null")));
    } else if (column.from === "request") {
      this.#beginValue(start, column.key);
      this.#out.append(Buffer.from(JSON.stringify(context.request?.[column.property] ?? null)));
    } else {
      const value = context.parent?.(column.property);
      if (!value) return;
      this.#beginValue(start, column.key);
      this.#out.append(value);
    }
  }
}

function contextColumns(stream: Stream, columns: ReadonlySet<string>): ContextColumn[] {
  const result: ContextColumn[] = [];
  for (const [column, { origin }] of Object.entries(stream.properties)) {
    if (!origin || origin.from === "item" || !columns.has(column)) continue;
    const property =
      origin.from === "parent"
        ? origin.property
        : origin.from === "request"
          ? origin.parameter
          : "";
    result.push({ key: columnKey(column), property, from: origin.from });
  }
  return result;
}
