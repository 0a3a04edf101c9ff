/**
 * JSON as text. Rows hold integers of any length, decimals like 1E-12 and keys like `__proto__`,
 * which JavaScript values cannot carry, so rows are text from the start and are never parsed.
 */

/** What rows are sorted and filtered by. Times are microseconds since 1970. */
export type Key = string | number | boolean | null;

/** JSON text that is put into a row as it is. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const scratch = Buffer.alloc(256);

/** A value of fixed width that differs between the rows that share a template. */
export class Slot {
  readonly width: number;
  /** Writes the JSON text of row `index`: `width` bytes. */
  readonly write: (index: number, bytes: Uint8Array, offset: number) => void;
  readonly key: (index: number) => Key;
  constructor(width: number, write: Slot["write"], key: Slot["key"]) {
    this.width = width;
    this.write = write;
    this.key = key;
  }

  text(index: number): string {
    this.write(index, scratch, 0);
    return scratch.toString("latin1", 0, this.width);
  }

  /** A JSON string of `length` ASCII characters, written by `write`. */
  static quoted(length: number, write: Slot["write"], key: Slot["key"]): Slot {
    return new Slot(
      length + 2,
      (index, bytes, offset) => {
        bytes[offset] = 0x22;
        write(index, bytes, offset + 1);
        bytes[offset + length + 1] = 0x22;
      },
      key,
    );
  }
}

/** Something that writes the text of row `index`: as many bytes as `byteLength` says. */
export interface Writable {
  byteLength(index: number): number;
  /** Writes at `offset` and returns where the text ends. */
  write(index: number, bytes: Buffer, offset: number): number;
}

/** A row's properties in the server's order. */
export type Properties = { readonly [name: string]: Json };

/** A part of a row, from its properties. Each must be one function, made once: it is a cache's key. */
export type Form = (properties: Properties) => Json;

/** A part of another row, looked up when it is written, so that it is as that row is then. */
export class Live {
  /** All rows that share the template have the same. */
  readonly fixed: boolean;
  readonly find: (index: number) => { readonly text: Writable; readonly index: number };
  /** What to sort and filter by, if it is a single value. */
  readonly key: ((index: number) => Key) | null;
  /** Another part of the same row. */
  readonly as: (form: Form) => Live;
  constructor(fixed: boolean, find: Live["find"], as: Live["as"], key: Live["key"] = null) {
    this.fixed = fixed;
    this.find = find;
    this.as = as;
    this.key = key;
  }

  text(index: number): string {
    const { text, index: row } = this.find(index);
    const bytes = Buffer.allocUnsafe(text.byteLength(row));
    text.write(row, bytes, 0);
    return bytes.toString();
  }
}

/** A key that is looked up in another row. */
export class Lookup {
  readonly key: (index: number) => Key;
  constructor(key: Lookup["key"]) {
    this.key = key;
  }
}

export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | Raw
  | Slot
  | Live
  | readonly Json[]
  | { readonly [name: string]: Json };

/** A float as Python prints it: with a fraction even when that is zero. */
export function float(value: number): Raw {
  return new Raw(Number.isInteger(value) ? `${value}.0` : String(value));
}

type Part = string | Slot | Live;

function write(value: Json, parts: Part[]): void {
  if (value instanceof Slot || value instanceof Live) parts.push(value);
  else if (value instanceof Raw) parts.push(value.text);
  else if (typeof value === "bigint") parts.push(String(value));
  else if (value === null || typeof value !== "object") parts.push(JSON.stringify(value));
  else if (isArray(value)) writeList("[", value, "]", (element) => write(element, parts), parts);
  else
    writeList(
      "{",
      Object.entries(value),
      "}",
      ([name, property]) => {
        parts.push(`${JSON.stringify(name)}:`);
        write(property, parts);
      },
      parts,
    );
}

/** Whether it is an object of properties, and no text, slot or list. */
export const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

export function isArray(
  value: readonly Json[] | { readonly [name: string]: Json },
): value is readonly Json[] {
  return Array.isArray(value);
}

function writeList<T>(
  open: string,
  elements: readonly T[],
  close: string,
  writeElement: (element: T) => void,
  parts: Part[],
): void {
  parts.push(open);
  elements.forEach((element, position) => {
    if (position > 0) parts.push(",");
    writeElement(element);
  });
  parts.push(close);
}

/** The text of a value, its slots filled in for row `index`. */
export function textOf(value: Json, index: number): string {
  const parts: Part[] = [];
  write(value, parts);
  return parts.map((part) => (typeof part === "string" ? part : part.text(index))).join("");
}

/** Bytes with gaps for slots, and what follows them. */
interface Segment {
  readonly body: Buffer;
  readonly slots: readonly { readonly offset: number; readonly slot: Slot }[];
  readonly next: Live | null;
}

/** The text of all rows that differ only in slots and in the rows that they refer to. */
export class Template implements Writable {
  /** It has no copy of another row, which may change. */
  readonly settled: boolean;
  readonly #segments: readonly Segment[];
  readonly #length: number;

  constructor(value: Json) {
    const parts: Part[] = [];
    write(value, parts);
    this.settled = !parts.some((part) => part instanceof Live && part.fixed);
    this.#segments = segmentsOf(parts);
    this.#length = this.#segments.reduce((sum, { body }) => sum + body.length, 0);
  }

  byteLength(index: number): number {
    if (this.#segments.length === 1) return this.#length;
    let length = this.#length;
    for (const { next } of this.#segments) {
      if (next === null) continue;
      const { text, index: row } = next.find(index);
      length += text.byteLength(row);
    }
    return length;
  }

  write(index: number, bytes: Buffer, offset: number): number {
    let at = offset;
    for (const { body, slots, next } of this.#segments) {
      body.copy(bytes, at);
      for (const { offset: gap, slot } of slots) slot.write(index, bytes, at + gap);
      at += body.length;
      if (next === null) continue;
      const { text, index: row } = next.find(index);
      at = text.write(row, bytes, at);
    }
    return at;
  }
}

function segmentsOf(parts: readonly Part[]): Segment[] {
  const segments: Segment[] = [];
  let slots: { offset: number; slot: Slot }[] = [];
  let text = "";
  let offset = 0;
  let measured = 0;
  const end = (next: Live | null): void => {
    segments.push({ body: Buffer.from(text), slots, next });
    slots = [];
    text = "";
    offset = 0;
    measured = 0;
  };
  for (const part of parts) {
    if (typeof part === "string") text += part;
    else if (part instanceof Live && part.fixed) text += part.text(0);
    else if (part instanceof Live) end(part);
    else {
      offset += Buffer.byteLength(text.slice(measured));
      slots.push({ offset, slot: part });
      text += " ".repeat(part.width);
      offset += part.width;
      measured = text.length;
    }
  }
  end(null);
  return segments;
}

/** Splits the text of an object (written without spaces) into its properties, in their order. */
export function propertiesOf(text: string): Map<string, Raw> {
  const properties = new Map<string, Raw>();
  let at = 1;
  while (text[at] !== "}") {
    const nameEnd = endOfString(text, at);
    const end = endOfValue(text, nameEnd + 1);
    properties.set(JSON.parse(text.slice(at, nameEnd)), new Raw(text.slice(nameEnd + 1, end)));
    at = text[end] === "," ? end + 1 : end;
  }
  return properties;
}

/** The text of an object with these properties. */
export function objectOf(properties: ReadonlyMap<string, Json>): string {
  const members = [...properties].map(
    ([name, value]) => `${JSON.stringify(name)}:${textOf(value, 0)}`,
  );
  return `{${members.join(",")}}`;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]" || character === ",") {
      if (depth === 0) return at;
      if (character !== ",") depth--;
    }
    at++;
  }
}
