import type { Rows } from "../../polar/rows.ts";

/** Names as bytes: a handful of names is looked up again and again. */
const encodedNames = new Map<string, Uint8Array>();

function encoded(name: string): Uint8Array {
  let bytes = encodedNames.get(name);
  if (!bytes) {
    bytes = Buffer.from(name);
    encodedNames.set(name, bytes);
  }
  return bytes;
}

/** The index of a row's property, or -1. The last one counts, as in `JSON.parse`. */
export function findProperty(rows: Rows, row: number, name: string): number {
  const key = encoded(name);
  for (let property = rows.end(row) - 1; property >= rows.first(row); property--) {
    if (matches(rows.bytes, rows.keyStart(property), rows.keyEnd(property), key)) return property;
  }
  return -1;
}

/** Whether `bytes[start..end)` is this key. */
export function matches(bytes: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== key.length) return false;
  for (let index = 0; index < key.length; index++) {
    if (bytes[start + index] !== key[index]) return false;
  }
  return true;
}

/** The JSON text of a property's value. */
export function text(rows: Rows, property: number): string {
  const { bytes } = rows;
  return Buffer.from(
    bytes.buffer,
    bytes.byteOffset + rows.valueStart(property),
    rows.valueEnd(property) - rows.valueStart(property),
  ).toString();
}

/** A row's timestamp as the API wrote it; undefined when it is no string. */
export function timestampOf(rows: Rows, row: number, name: string): string | undefined {
  const property = findProperty(rows, row, name);
  if (property === -1) return undefined;
  const value = text(rows, property);
  return value.startsWith('"') ? value.slice(1, -1) : undefined;
}

/** The same in milliseconds since the epoch; NaN when it is no time. */
export function timeOf(rows: Rows, row: number, name: string): number {
  return Date.parse(timestampOf(rows, row, name) ?? "");
}

/** The name that a key stands for, given without its quotes. */
export function decodeKey(key: Uint8Array): string {
  const text = Buffer.from(key).toString();
  return text.includes("\\") ? String(JSON.parse(`"${text}"`)) : text;
}
