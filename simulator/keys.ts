/** What rows can be sorted and filtered by. */
import { type Json, type Key, Live, Lookup, Raw, Slot } from "./json.ts";
import { parseTime } from "./time.ts";

const timeName = /(_at|_start|_end|_seen|timestamp)$/;

/** The strings, numbers, flags and times among a row's properties. */
export function keysOf(
  properties: Readonly<Record<string, Json>>,
): Record<string, Key | Slot | Lookup> {
  const keys: Record<string, Key | Slot | Lookup> = {};
  for (const [name, value] of Object.entries(properties)) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const time = typeof key === "string" && timeName.test(name) ? parseTime(key) : null;
    keys[name] = time?.microseconds ?? key;
  }
  return keys;
}

function keyOf(value: Json): Key | Slot | Lookup | undefined {
  if (value instanceof Raw) return /^[{[]/.test(value.text) ? undefined : JSON.parse(value.text);
  if (value instanceof Live) return value.key === null ? undefined : new Lookup(value.key);
  if (typeof value === "bigint") return Number(value);
  if (value === null || value instanceof Slot || typeof value !== "object") return value;
  return undefined;
}
