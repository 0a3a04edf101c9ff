/** Whether values of a discovered type fit the schema that a catalog gives their column. */
import { isJsonObject, type JsonObject } from "../shared/json-text.ts";

type Types = ReadonlySet<string>;

const ALL: Types = new Set(["null", "boolean", "integer", "number", "string", "object", "array"]);

/** How a column's values are written: as they come, or as text that holds their JSON. */
type Writing = "as-is" | "as-text";

/**
 * How to write the values of a column into the schema that the catalog gives it; undefined where
 * they can't be had in it. An integer is a number as it stands, and anything can be text.
 */
export function writingOf(discovered: JsonObject, schema: JsonObject): Writing | undefined {
  const taken = typesTaken(schema);
  const sent = valueTypes(discovered);
  if (sent.every((type) => taken.has(type))) return "as-is";
  // Text of JSON is no date, no UUID, and no choice of words.
  const isAnyText = schema.format === undefined && schema.enum === undefined;
  return taken.has("string") && isAnyText ? "as-text" : undefined;
}

/** The types of a column's values, but for null. */
export function valueTypes(schema: JsonObject): string[] {
  return [...typesTaken(schema)].filter((type) => type !== "null");
}

/** The schema, made to take null where it does not. */
export function nullable(schema: JsonObject): JsonObject {
  if (typesTaken(schema).has("null")) return schema;
  const { type, description } = schema;
  const isPlain = !["anyOf", "oneOf", "allOf", "enum", "const"].some((word) => word in schema);
  if (isPlain) return { ...schema, type: ["null", ...[type].flat()] };
  const about = description === undefined ? {} : { description };
  return { ...about, anyOf: [schema, { type: "null" }] };
}

/** The schema of text, in place of another. */
export function textSchema({ description }: JsonObject): JsonObject {
  return { type: ["null", "string"], ...(description === undefined ? {} : { description }) };
}

/** All types that some value which the schema takes may have. What can't be judged takes all. */
function typesTaken(schema: unknown): Types {
  if (!isJsonObject(schema)) return schema === false ? new Set() : ALL;
  const { type, anyOf, oneOf, allOf } = schema;
  const conditions: Types[] = [];
  if (type !== undefined) conditions.push(named([type].flat()));
  for (const branches of [anyOf, oneOf]) {
    if (Array.isArray(branches)) conditions.push(new Set(branches.flatMap(typesOfBranch)));
  }
  if (Array.isArray(allOf)) conditions.push(...allOf.map(typesTaken));
  if (Array.isArray(schema.enum)) conditions.push(named(schema.enum.map(typeOfValue)));
  if ("const" in schema) conditions.push(named([typeOfValue(schema.const)]));
  return new Set([...ALL].filter((one) => conditions.every((types) => types.has(one))));
}

const typesOfBranch = (branch: unknown): string[] => [...typesTaken(branch)];

/** Types by their names, whatever stands among them: every integer is a number, too. */
function named(types: readonly unknown[]): Types {
  const names = types.filter((name) => typeof name === "string");
  return new Set(names.includes("number") ? [...names, "integer"] : names);
}

function typeOfValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
