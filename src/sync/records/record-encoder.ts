import { decodeKey, nameNumber } from "../../polar/names.ts";
import type { Rows } from "../../polar/rows.ts";
import type { JsonText } from "../../polar/scanner.ts";
import type { RecordFrame } from "../../singer/messages.ts";
import type { JsonType, Stream } from "../../streams/define.ts";
import { ByteBuilder } from "./byte-builder.ts";
import { copyWithout, type Exclusions } from "./exclusions.ts";

/** The column that keeps what this version of the tap does not know, and values of another type. */
export const EXTRA_COLUMN = "_extra";

/** A property that went to `_extra`, for the one warning per run. */
export interface Drift {
  readonly property: string;
  /** The declared type that the value does not have; undefined for an unknown property. */
  readonly declared: JsonType | undefined;
}

/** What a row gives besides its own properties. */
export interface RowContext {
  /** The JSON text of a property of the parent row, for columns that are taken from it. */
  readonly parent?: (property: string) => Uint8Array | undefined;
  /** The index in the parent's array. */
  readonly position?: number | undefined;
  /** Parameters of the request that brought the row. */
  readonly request?: Readonly<Record<string, string>> | undefined;
}

/** What to do with an item's property. */
interface Action {
  readonly name: string;
  readonly declared: JsonType | undefined;
  readonly fate: "copy" | "rewrite" | "drop" | "extra";
  /** The selected columns that get the value. */
  readonly targets: readonly string[];
  readonly exclusions: Exclusions | undefined;
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

/**
 * Copies rows from the API's bytes to RECORD lines. Values are never parsed and printed again, so
 * numbers of any size, escapes and key order leave exactly as they came. Neighbouring properties
 * that are selected go out as one copy.
 */
export class RecordEncoder {
  /** By the numbers of the properties' names. */
  readonly #actions: Action[] = [];
  readonly #contextColumns: readonly ContextColumn[];
  readonly #unknown: Action["fate"];
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
    for (const action of actions(stream, columns, exclusions)) {
      this.#actions[nameNumber(action.name)] = action;
    }
    this.#contextColumns = contextColumns(stream, columns);
    const onlyLinks = stream.source.kind === "nested" && stream.source.linksOnly === true;
    this.#unknown = onlyLinks || !columns.has(EXTRA_COLUMN) ? "drop" : "extra";
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
    this.#addProperties(rows, row, start);
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

  #addProperties(rows: Rows, row: number, start: number): void {
    const { bytes } = rows;
    const end = rows.end(row);
    let runStart = -1;
    let runEnd = -1;
    for (let property = rows.first(row); property < end; property++) {
      const action =
        this.#actions[rows.nameNumber(property)] ?? this.#unknownAction(rows, property);
      const valueStart = rows.valueStart(property);
      const valueEnd = rows.valueEnd(property);
      const fits = hasType(bytes, valueStart, valueEnd, action.declared);
      if (fits && action.fate === "copy") {
        // From the key's quote on; the comma between two properties comes along.
        if (runStart === -1) runStart = rows.keyStart(property) - 1;
        runEnd = valueEnd;
        continue;
      }
      if (runStart !== -1) this.#copyRun(bytes, runStart, runEnd, start);
      runStart = -1;
      if (action.fate === "drop") continue;
      if (fits && action.fate === "rewrite")
        this.#addValue(action, rows.json, valueStart, valueEnd, start);
      else this.#addExtra(action, bytes, rows.keyStart(property) - 1, valueEnd);
    }
    if (runStart !== -1) this.#copyRun(bytes, runStart, runEnd, start);
  }

  #copyRun(bytes: Uint8Array, runStart: number, runEnd: number, start: number): void {
    if (this.#out.length > start) this.#out.appendByte(COMMA);
    this.#out.copy(bytes, runStart, runEnd);
  }

  #beginValue(start: number, key: Uint8Array): void {
    if (this.#out.length > start) this.#out.appendByte(COMMA);
    this.#out.append(key);
  }

  #addValue(action: Action, json: JsonText, from: number, to: number, start: number): void {
    for (const column of action.targets) {
      this.#beginValue(start, columnKey(column));
      if (action.exclusions) copyWithout(json, from, to, action.exclusions, this.#out);
      else this.#out.copy(json.bytes, from, to);
    }
  }

  #addExtra(action: Action, bytes: Uint8Array, from: number, to: number): void {
    if (!this.#drifted.has(action.name)) {
      this.#drifted.add(action.name);
      this.#onDrift({ property: action.name, declared: action.declared });
    }
    if (this.#unknown === "drop") return;
    if (this.#extra.length > 0) this.#extra.appendByte(COMMA);
    this.#extra.copy(bytes, from, to);
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

  #unknownAction(rows: Rows, property: number): Action {
    const name = decodeKey(rows.json, rows.keyStart(property), rows.keyEnd(property));
    const fate = this.#unknown;
    const action = { name, declared: undefined, fate, targets: [], exclusions: undefined };
    this.#actions[rows.nameNumber(property)] = action;
    return action;
  }
}

const EXTRA_KEY = columnKey(EXTRA_COLUMN);

/** A column's name as it stands before its value: quoted, with the colon. */
function columnKey(name: string): Uint8Array {
  return Buffer.from(`${JSON.stringify(name)}:`);
}

function actions(
  stream: Stream,
  columns: ReadonlySet<string>,
  exclusions: ReadonlyMap<string, Exclusions>,
): Iterable<Action> {
  const result = new Map<string, Action>();
  for (const [column, { type, origin }] of Object.entries(stream.properties)) {
    // The item's own property of that name, if there is one, gives way to the parent's.
    const isOwn = origin === undefined || origin.from === "item";
    const name = origin?.from === "item" ? origin.property : column;
    const targets = [
      ...(result.get(name)?.targets ?? []),
      ...(isOwn && columns.has(column) ? [column] : []),
    ];
    const excluded = exclusions.get(column);
    const asItCame = targets.length === 1 && targets[0] === name && !excluded;
    result.set(name, {
      name,
      declared: type,
      fate: asItCame ? "copy" : targets.length > 0 ? "rewrite" : "drop",
      targets,
      exclusions: excluded,
    });
  }
  return result.values();
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

/** Whether a value is null or of the declared type, told by its first byte. */
function hasType(
  bytes: Uint8Array,
  start: number,
  end: number,
  declared: JsonType | undefined,
): boolean {
  switch (bytes[start]) {
    case 0x6e: // null
      return declared !== undefined;
    case 0x22: // "
      return declared === "string";
    case 0x7b: // {
      return declared === "object";
    case 0x5b: // [
      return declared === "array";
    case 0x74: // true
    case 0x66: // false
      return declared === "boolean";
    default:
      return declared === "number" || (declared === "integer" && isInteger(bytes, start, end));
  }
}

/** Whether a number is written without fraction and exponent. */
function isInteger(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x2e || byte === 0x65 || byte === 0x45) return false;
  }
  return true;
}
