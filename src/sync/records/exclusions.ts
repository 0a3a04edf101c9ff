import { ALL_LEVELS, JsonIndex } from "../../polar/json/json-index.ts";
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

const index = new JsonIndex();

/**
 * Copies a JSON value without the excluded properties. Paths lead through arrays: each element loses
 * the same.
 */
export function copyWithout(json: Buffer, exclusions: Exclusions, out: ByteBuilder): void {
  index.scan(json, ALL_LEVELS);
  copyValue(0, exclusions, out);
}

function copyValue(value: number, exclusions: Exclusions, out: ByteBuilder): void {
  if (index.isObject(value)) copyObject(value, exclusions, out);
  else if (index.isArray(value)) copyArray(value, exclusions, out);
  else out.copy(index.bytes, index.start(value), index.end(value));
}

function copyObject(object: number, exclusions: Exclusions, out: ByteBuilder): void {
  out.appendByte(0x7b);
  const first = out.length;
  for (const member of index.inside(object)) {
    const name = index.key(member);
    const excluded = Object.hasOwn(exclusions, name) ? exclusions[name] : undefined;
    if (excluded === true) continue;
    if (out.length > first) out.appendByte(0x2c);
    // From the key's quote on.
    out.copy(index.bytes, index.keyStart(member) - 1, index.start(member));
    if (excluded) copyValue(member, excluded, out);
    else out.copy(index.bytes, index.start(member), index.end(member));
  }
  out.appendByte(0x7d);
}

function copyArray(array: number, exclusions: Exclusions, out: ByteBuilder): void {
  out.appendByte(0x5b);
  const first = out.length;
  for (const element of index.inside(array)) {
    if (out.length > first) out.appendByte(0x2c);
    copyValue(element, exclusions, out);
  }
  out.appendByte(0x5d);
}
