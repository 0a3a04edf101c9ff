import type { Rows } from "../../polar/rows.ts";
import type { IdSet } from "./id-set.ts";

/**
 * Adds a row's primary key to the ids seen, with a mark; see {@link IdSet.add}. `undefined` means that the row has no usable key (a part
 * is missing, null, or not a string or number): such a row can't be loaded into any table.
 */
export function addKey(
  ids: IdSet,
  primaryKey: readonly string[],
  rows: Rows,
  row: number,
  mark = 0,
): boolean | undefined {
  const [only, ...others] = primaryKey;
  if (only === undefined) return undefined;
  if (others.length === 0) {
    const property = rows.find(row, only);
    if (property === -1) return undefined;
    return addSpan(ids, rows.bytes, rows.valueStart(property), rows.valueEnd(property), mark);
  }
  const parts: string[] = [];
  for (const name of primaryKey) {
    const property = rows.find(row, name);
    if (property === -1 || !isScalar(rows.bytes[rows.valueStart(property)])) return undefined;
    parts.push(rows.text(property));
  }
  const joined = Buffer.from(parts.join(","));
  return ids.add(joined, 0, joined.length, mark);
}

function addSpan(
  ids: IdSet,
  bytes: Uint8Array,
  start: number,
  end: number,
  mark: number,
): boolean | undefined {
  if (!isScalar(bytes[start])) return undefined;
  const quote = bytes[start] === 0x22 ? 1 : 0;
  return ids.add(bytes, start + quote, end - quote, mark);
}

/** Whether a value that begins with this byte is a string or a number. */
function isScalar(byte: number | undefined): boolean {
  return byte === 0x22 || byte === 0x2d || (byte !== undefined && byte >= 0x30 && byte <= 0x39);
}
