import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserInputError } from "../../src/shared/errors.ts";
import { objectOf, parseJson, readJsonTree } from "../../src/shared/json-text.ts";

function positionOf(text: string): string | undefined {
  try {
    parseJson(text, "a.json");
  } catch (error) {
    if (error instanceof UserInputError) return /line \d+, column \d+/.exec(error.message)?.[0];
    throw error;
  }
  return undefined;
}

describe("parseJson", () => {
  it.each([
    ["", "line 1, column 1"],
    ["  x", "line 1, column 3"],
    ['{"a": 1,}', "line 1, column 9"],
    ['{"a": 1 "b": 2}', "line 1, column 9"],
    ['{"a"\n  1}', "line 2, column 3"],
    ["[1, 2", "line 1, column 6"],
    ['{"a": [1, }', "line 1, column 11"],
    ['{"a": 01}', "line 1, column 8"],
    ["{'a': 1}", "line 1, column 2"],
    ['{"a": "unclosed}', "line 1, column 7"],
    ['{"a": 1}\n{"b": 2}', "line 2, column 1"],
    ["[1}", "line 1, column 3"],
    ["[1,]", "line 1, column 4"],
  ])("%j goes wrong at %s", (text, position) => {
    expect(positionOf(text)).toBe(position);
  });

  it("finds the place in any damaged text, not behind the damage", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, at) => {
        const cut = text.slice(0, at % text.length);
        const damaged = `${cut}\u0001`;
        const column = Number(/column (\d+)/.exec(positionOf(damaged) ?? "")?.[1]);
        expect(column).toBeGreaterThan(0);
        expect(column).toBeLessThanOrEqual(damaged.length);
      }),
    );
  });
});

describe("parseJson of what is nested deeply", () => {
  it("goes a thousand levels deep, brackets in strings not counted", () => {
    const text = `${"[".repeat(1_000)}"${"[".repeat(2_000)}\\"["${"]".repeat(1_000)}`;

    expect(parseJson(text, "a.json")).toBeInstanceOf(Array);
  });

  it.each([
    ["lists", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["objects", `${'{"a":'.repeat(1_001)}1${"}".repeat(1_001)}`],
  ])("refuses %s, which would take more stack than there is", (_, text) => {
    expect(() => parseJson(text, "a.json")).toThrow(
      new UserInputError("a.json: is nested more than 1000 levels deep; is it the right file?"),
    );
  });
});

describe("readJsonTree", () => {
  const textsOf = (text: string) =>
    new Map([...(readJsonTree(text).members ?? [])].map(([name, value]) => [name, value.text]));

  it("keeps the text of values as it came", () => {
    const text =
      '{ "a" : 1.10 , "b": [ 1E-12, {"x": "y , }"} ], "__proto__": {"c":null}, "": "\\u00e9" }';
    expect([...textsOf(text)]).toEqual([
      ["a", "1.10"],
      ["b", '[1E-12,{"x":"y , }"}]'],
      ["__proto__", '{"c":null}'],
      ["", '"\\u00e9"'],
    ]);
  });

  it("and objectOf put any object together again", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(2), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        expect(objectOf(textsOf(text))).toBe(JSON.stringify(object));
        expect(readJsonTree(text).text).toBe(JSON.stringify(object));
      }),
    );
  });

  it("knows the members at every depth, and those of objects only", () => {
    const tree = readJsonTree('{"a": {"b": {"c": [{"d": 1}]}}, "e": "{}"}');
    const c = tree.members?.get("a")?.members?.get("b")?.members?.get("c");
    expect(c).toEqual({ text: '[{"d":1}]', members: undefined });
    expect(tree.members?.get("e")).toEqual({ text: '"{}"', members: undefined });
  });
});
