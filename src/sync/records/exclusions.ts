import { decodeKey } from "../../polar/names.ts";
import { type JsonText, scanArray, scanObject, valueEnd } from "../../polar/scanner.ts";
import type { ByteBuilder } from "./byte-builder.ts";

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
 * Copies the value from `start` up to `end` without the excluded properties. Paths lead through
 * arrays: each element loses the same.
 */
export function copyWithout(
  json: JsonText,
  start: number,
  end: number,
  exclusions: Exclusions,
  out: ByteBuilder,
): void {
  const { bytes } = json;
  if (bytes[start] === 0x7b) copyObject(json, start, exclusions, out);
  else if (bytes[start] === 0x5b) copyArray(json, start, exclusions, out);
  else out.copy(bytes, start, end);
}

function copyObject(json: JsonText, start: number, exclusions: Exclusions, out: ByteBuilder): void {
  out.appendByte(0x7b);
  const first = out.length;
  scanObject(json, start, (keyStart, keyEnd, from) => {
    const to = valueEnd(json, from);
    const name = decodeKey(json, keyStart, keyEnd);
    const excluded = Object.hasOwn(exclusions, name) ? exclusions[name] : undefined;
    if (excluded === true) return to;
    if (out.length > first) out.appendByte(0x2c);
    out.copy(json.bytes, keyStart - 1, from);
    if (excluded) copyWithout(json, from, to, excluded, out);
    else out.copy(json.bytes, from, to);
    return to;
  });
  out.appendByte(0x7d);
}

function copyArray(json: JsonText, start: number, exclusions: Exclusions, out: ByteBuilder): void {
  out.appendByte(0x5b);
  const first = out.length;
  scanArray(json, start, (from) => {
    const to = valueEnd(json, from);
    if (out.length > first) out.appendByte(0x2c);
    copyWithout(json, from, to, exclusions, out);
    return to;
  });
  out.appendByte(0x5d);
}
