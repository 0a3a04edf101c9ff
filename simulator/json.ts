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

export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | Raw
  | Slot
  | readonly Json[]
  | { readonly [name: string]: Json };

/** A float as Python prints it: with a fraction even when that is zero. */
export function float(value: number): Raw {
  return new Raw(Number.isInteger(value) ? `${value}.0` : String(value));
}

function write(value: Json, parts: (string | Slot)[]): void {
  if (value instanceof Slot) parts.push(value);
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

function isArray(
  value: readonly Json[] | { readonly [name: string]: Json },
): value is readonly Json[] {
  return Array.isArray(value);
}

function writeList<T>(
  open: string,
  elements: readonly T[],
  close: string,
  writeElement: (element: T) => void,
  parts: (string | Slot)[],
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
  const parts: (string | Slot)[] = [];
  write(value, parts);
  return parts.map((part) => (part instanceof Slot ? part.text(index) : part)).join("");
}

/** A row's bytes with gaps for its slots. */
export interface Template {
  readonly body: Buffer;
  readonly slots: readonly { readonly offset: number; readonly slot: Slot }[];
}

export function compile(value: Json): Template {
  const parts: (string | Slot)[] = [];
  write(value, parts);
  const slots: { offset: number; slot: Slot }[] = [];
  let text = "";
  let offset = 0;
  let measured = 0;
  for (const part of parts) {
    if (!(part instanceof Slot)) {
      text += part;
      continue;
    }
    offset += Buffer.byteLength(text.slice(measured));
    slots.push({ offset, slot: part });
    text += " ".repeat(part.width);
    offset += part.width;
    measured = text.length;
  }
  return { body: Buffer.from(text), slots };
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
