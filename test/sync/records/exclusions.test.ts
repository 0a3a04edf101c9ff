import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteBuilder } from "../../../src/sync/records/byte-builder.ts";
import { copyWithout, exclusionTree } from "../../../src/sync/records/exclusions.ts";
import { print, tree, without } from "../json-tree.ts";

/** What is left of a column's value. */
function left(text: string, paths: readonly (readonly string[])[]): string {
  const exclusions = exclusionTree(paths.map((path) => ["column", ...path])).get("column");
  const out = new ByteBuilder();
  copyWithout(Buffer.from(text), exclusions ?? {}, out);
  return Buffer.from(out.bytes).toString();
}

describe("copyWithout", () => {
  const name = fc.constantFrom("a", "b", "items", "__proto__", "constructor", "é", '"\\', "");

  it("leaves out what any paths name, and copies the rest byte for byte", () => {
    let changed = 0;
    fc.assert(
      fc.property(
        tree(name),
        fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
        (value, paths) => {
          const expected = print(without(value, paths));
          expect(left(print(value), paths)).toBe(expected);
          if (expected !== print(value)) changed++;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(changed).toBeGreaterThan(100);
  });

  it.each([
    ['{"a":1,"b":2,"c":3}', ["a"], '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ["b"], '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ["c"], '{"a":1,"b":2}'],
    ['{"a":1}', ["a"], "{}"],
    ['{ "a" : 1 , "b" : [ 2 ] }', ["x"], '{"a" : 1,"b" : [ 2 ]}'],
    ['{"a":{"b":1,"c":[{"b":1.10}]}}', ["a", "b"], '{"a":{"c":[{"b":1.10}]}}'],
    ['{"a":[{"b":1,"c":2},null,[{"b":1}],3]}', ["a", "b"], '{"a":[{"c":2},null,[{}],3]}'],
    ['{"\\u0061":1,"b":2}', ["a"], '{"b":2}'],
    ['{"a":1,"a":2}', ["a"], "{}"],
    ["null", ["a"], "null"],
    ['"a"', ["a"], '"a"'],
    ["[]", ["a"], "[]"],
  ])("%s without %j is %s", (text, path, expected) => {
    expect(left(text, [path])).toBe(expected);
  });

  it("leaves out the whole of what is named together with something inside of it", () => {
    for (const paths of [
      [["a"], ["a", "b"]],
      [["a", "b"], ["a"]],
    ]) {
      expect(left('{"a":{"b":1,"c":2},"d":3}', paths)).toBe('{"d":3}');
    }
  });
});

describe("exclusionTree", () => {
  it("is made per column, for columns that something is left out of", () => {
    const columns = exclusionTree([["a", "b"], ["a", "c", "d"], ["e", "f"], ["g"]]);
    expect([...columns]).toEqual([
      ["a", { b: true, c: { d: true } }],
      ["e", { f: true }],
    ]);
  });
});

describe("ByteBuilder", () => {
  it("holds what was appended and not truncated, however much", () => {
    const builder = new ByteBuilder();
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(100), fc.nat(400_000)), { maxLength: 6 }),
        fc.nat(1_000_000),
        (sizes, cut) => {
          builder.truncate(0);
          let expected = Buffer.alloc(0);
          for (const [index, size] of sizes.entries()) {
            const bytes = Buffer.alloc(size + 2, index + 1);
            builder.copy(bytes, 1, size + 1);
            builder.appendByte(0x2c);
            builder.append(bytes.subarray(0, 1));
            expected = Buffer.concat([
              expected,
              bytes.subarray(1, size + 1),
              Buffer.from([0x2c, index + 1]),
            ]);
          }
          expect(expected.equals(builder.bytes)).toBe(true);
          const length = Math.min(cut, builder.length);
          builder.truncate(length);
          expect(expected.subarray(0, length).equals(builder.bytes)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("grows by single bytes, too", () => {
    const builder = new ByteBuilder();
    builder.append(Buffer.alloc(512 * 1024, 1));
    builder.appendByte(2);
    expect(builder.length).toBe(512 * 1024 + 1);
    expect(builder.bytes.at(-1)).toBe(2);
    expect(builder.bytes.at(-2)).toBe(1);
  });
});
