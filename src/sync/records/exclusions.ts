import { scanArray, scanObject, valueEnd } from "../../polar/scanner.ts";
import type { ByteBuilder } from "./byte-builder.ts";
import { decodeKey } from "./row-properties.ts";

/** What to leave out inside of a value: `true` for a whole property, or what to leave out of it. */
export interface Exclusions {
  readonly [property: string]: true | Exclusions;
}

/** Builds the tree, per column, of paths such as `["customer", "email"]`. */
export function exclusionTree(paths: Iterable<readonly string[]>): Map<string, Exclusions> {
  type Tree = Map<string, Tree | true>;
  const root: Tree = new Map();
  for (const path of paths) {
    let tree = root;
    for (const [index, name] of path.entries()) {
      const branch = tree.get(name);
      if (branch === true) break;
      if (index === path.length - 1) tree.set(name, true);
      else {
        const next: Tree = branch ?? new Map();
        tree.set(name, next);
        tree = next;
      }
    }
  }
  const plain = (tree: Tree): Exclusions =>
    Object.fromEntries([...tree].map(([name, rest]) => [name, rest === true ? true : plain(rest)]));
  const columns = new Map<string, Exclusions>();
  for (const [column, tree] of root) if (tree !== true) columns.set(column, plain(tree));
  return columns;
}

/**
 * Copies the value at `bytes[start..end)` without the excluded properties. Paths lead through
 * arrays: each element loses the same.
 */
export function copyWithout(
  bytes: Uint8Array,
  start: number,
  end: number,
  exclusions: Exclusions,
  out: ByteBuilder,
): void {
  if (bytes[start] === 0x7b) copyObject(bytes, start, exclusions, out);
  else if (bytes[start] === 0x5b) copyArray(bytes, start, exclusions, out);
  else out.copy(bytes, start, end);
}

function copyObject(
  bytes: Uint8Array,
  start: number,
  exclusions: Exclusions,
  out: ByteBuilder,
): void {
  out.appendByte(0x7b);
  const first = out.length;
  scanObject(bytes, start, (keyStart, keyEnd, from) => {
    const to = valueEnd(bytes, from);
    const name = decodeKey(bytes.subarray(keyStart, keyEnd));
    const excluded = Object.hasOwn(exclusions, name) ? exclusions[name] : undefined;
    if (excluded === true) return to;
    if (out.length > first) out.appendByte(0x2c);
    out.copy(bytes, keyStart - 1, from);
    if (excluded) copyWithout(bytes, from, to, excluded, out);
    else out.copy(bytes, from, to);
    return to;
  });
  out.appendByte(0x7d);
}

function copyArray(
  bytes: Uint8Array,
  start: number,
  exclusions: Exclusions,
  out: ByteBuilder,
): void {
  out.appendByte(0x5b);
  const first = out.length;
  scanArray(bytes, start, (from) => {
    const to = valueEnd(bytes, from);
    if (out.length > first) out.appendByte(0x2c);
    copyWithout(bytes, from, to, exclusions, out);
    return to;
  });
  out.appendByte(0x5d);
}
