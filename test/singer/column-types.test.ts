import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nullable, valueTypes, writingOf } from "../../src/singer/column-types.ts";

const of = (type: string) => ({ type: ["null", type] });

describe("writingOf", () => {
  it.each<[string, object, string | undefined]>([
    // What discovery says, what the catalog says, how it is written.
    ["object", of("object"), "as-is"],
    ["object", { type: "object" }, "as-is"],
    ["object", {}, "as-is"],
    ["object", { type: ["null", "object", "string"] }, "as-is"],
    ["object", of("string"), "as-text"],
    ["object", { type: "string", maxLength: 9 }, "as-text"],
    ["array", { anyOf: [{ type: "string" }, { type: "null" }] }, "as-text"],
    ["array", { oneOf: [{ type: "null" }, { type: ["string"] }] }, "as-text"],
    [
      "array",
      { allOf: [{ type: ["null", "string"] }, { type: ["string", "integer"] }] },
      "as-text",
    ],
    ["array", { anyOf: [{ type: "array", items: {} }, { type: "null" }] }, "as-is"],
    ["array", { anyOf: [{ anyOf: [{ type: "array" }] }, { type: "null" }] }, "as-is"],
    ["array", { $ref: "#/definitions/list" }, "as-is"],
    ["integer", of("number"), "as-is"],
    ["integer", of("string"), "as-text"],
    ["number", of("string"), "as-text"],
    ["boolean", of("string"), "as-text"],
    ["string", of("string"), "as-is"],
    ["string", { type: ["null", "string"], format: "date-time" }, "as-is"],
    ["string", { enum: ["a", "b", null] }, "as-is"],
    ["string", { const: "a" }, "as-is"],
    ["number", of("integer"), undefined],
    ["string", of("integer"), undefined],
    ["string", of("object"), undefined],
    ["object", of("array"), undefined],
    ["object", { enum: ["a"] }, undefined],
    ["object", { type: "string", format: "date-time" }, undefined],
    ["boolean", { anyOf: [{ type: "integer" }, { type: "null" }] }, undefined],
    ["boolean", { allOf: [{ type: "string" }, { type: "boolean" }] }, undefined],
    ["integer", { anyOf: [false, { type: "null" }] }, undefined],
    // Whatever a file may hold in the place of a name is no type.
    ["object", { type: [{ toString: null }, "object"] }, "as-is"],
    ["object", { type: [["object"]] }, undefined],
  ])("%s in %j is written %s", (discovered, schema, writing) => {
    expect(writingOf(of(discovered), { ...schema })).toBe(writing);
  });
});

describe("nullable", () => {
  const type = fc.constantFrom("string", "integer", "number", "boolean", "object", "array", "null");
  const plain = fc.record({ type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1 })) });
  const schema = fc.oneof(
    plain,
    fc.array(plain, { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    plain.map((one) => ({ ...one, enum: ["a", 1, true] })),
  );

  it("adds null to what a schema takes, and nothing else", () => {
    fc.assert(
      fc.property(schema, (before) => {
        const after = nullable(before);
        expect(valueTypes(after)).toEqual(valueTypes(before));
        expect(writingOf({ type: "null" }, after)).toBe("as-is");
        expect(nullable(after)).toBe(after);
      }),
    );
  });

  it.each([
    [{ type: "string" }, { type: ["null", "string"] }],
    [{ type: ["string", "integer"] }, { type: ["null", "string", "integer"] }],
    [of("string"), of("string")],
    [{}, {}],
    [
      { description: "d", enum: ["a"] },
      { description: "d", anyOf: [{ description: "d", enum: ["a"] }, { type: "null" }] },
    ],
  ])("%j becomes %j", (before, after) => {
    expect(nullable(before)).toEqual(after);
  });
});
