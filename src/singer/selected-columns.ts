/** The selected columns of a stream, and the schema that is left of them. */
import { isJsonObject, type JsonObject } from "../shared/json-text.ts";
import { didYouMean } from "../shared/nearest-name.ts";
import type { CatalogStream } from "./catalog.ts";
import { nullable, textSchema, valueTypes, writingOf } from "./column-types.ts";
import { type PropertyPath, propertyPath, type SelectionRules } from "./selection-rules.ts";

type Schema = NonNullable<CatalogStream["schema"]>;
type Tell = (message: string) => void;

/** Objects and arrays as JSON, or as text that holds their JSON. */
export type JsonColumns = "native" | "text";

/**
 * The columns to write.
 * @param listed the columns of the user's schema, which replaces the discovered one
 * @param forced the columns of the key and of replication: never off
 * @param warn is told of selected columns that can't be had, and of hidden ones that come unasked
 */
export function selectColumns(
  listed: readonly string[],
  forced: readonly string[],
  discovered: CatalogStream,
  rules: SelectionRules,
  warn: Tell,
): Set<string> {
  const known = Object.keys(discovered.schema?.properties ?? {});
  const columns = new Set([
    ...forced,
    ...listed.filter((column) => known.includes(column) && rules.isSelected([column])),
  ]);
  const askedFor = rules
    .paths()
    .filter((path) => path.length === 1 && rules.metadataOf(path)?.selected === true)
    .map(([column = ""]) => column);
  for (const column of new Set([...listed, ...askedFor])) {
    if (columns.has(column) || !rules.isSelected([column])) continue;
    const why = known.includes(column)
      ? "is selected, but missing from the schema, and is left out"
      : `is selected, but no column of this stream, and is left out${didYouMean(column, known)}`;
    warn(`${column}: ${why}`);
  }
  const unasked = hiddenColumns(discovered).filter(
    (column) => columns.has(column) && rules.metadataOf([column]) === undefined,
  );
  if (unasked.length > 0) {
    warn(
      `has no metadata for columns that are off by default, and so selects ${unasked.join(", ")}`,
    );
  }
  return columns;
}

function hiddenColumns(discovered: CatalogStream): string[] {
  return (discovered.metadata ?? [])
    .filter(({ metadata }) => metadata["selected-by-default"] === false)
    .flatMap(({ breadcrumb }) => (breadcrumb.length === 2 ? breadcrumb.slice(1) : []));
}

/**
 * The columns of which the catalog says nothing at all, because it was made before the tap knew them.
 * Those that are off by default are not among them.
 * @param warn is told of them, in one line
 */
export function unlistedColumns(
  listed: readonly string[],
  columns: ReadonlySet<string>,
  discovered: CatalogStream,
  { metadata }: Pick<CatalogStream, "metadata">,
  warn: Tell,
): Set<string> {
  const mentioned = new Set([
    ...listed,
    ...columns,
    ...hiddenColumns(discovered),
    ...(metadata ?? []).flatMap(({ breadcrumb }) => propertyPath(breadcrumb)?.slice(0, 1) ?? []),
  ]);
  const unlisted = Object.keys(discovered.schema?.properties ?? {}).filter(
    (column) => !mentioned.has(column),
  );
  if (unlisted.length > 0) {
    warn(`the catalog lacks ${unlisted.join(", ")}; run --discover to have them as columns`);
  }
  return new Set(unlisted);
}

/** The schema with these columns only. Those it lacks are taken from the discovered one. */
export function withColumns(
  schema: Schema,
  columns: ReadonlySet<string>,
  discovered: CatalogStream,
): JsonObject {
  const all = { ...discovered.schema?.properties, ...schema.properties };
  const properties = Object.fromEntries(
    Object.entries(all).filter(([column]) => columns.has(column)),
  );
  return withRequired({ type: "object", ...schema, properties }, (column) => columns.has(column));
}

/**
 * The schema with types that can be had, and the columns that have to be written as text for it.
 * @param schema of the selected columns, as the catalog has it
 * @param mistake is told of columns whose values can't be had as the catalog wants them
 * @param warn is told of columns that the catalog allows no null
 */
export function writeColumns(
  schema: JsonObject,
  keyProperties: readonly string[],
  discovered: CatalogStream,
  jsonColumns: JsonColumns,
  mistake: Tell,
  warn: Tell,
): { schema: JsonObject; columns: Set<string>; textColumns: Set<string> } {
  const properties: Record<string, JsonObject> = {};
  const textColumns = new Set<string>();
  for (const [column, theirs] of columnSchemas(schema)) {
    const ours = discovered.schema?.properties[column] ?? {};
    const sent = valueTypes(ours);
    const writing = writingOf(ours, theirs);
    if (writing === undefined) {
      mistake(`${column}: holds ${sent.join(" or ")}, which its schema must take, or any string`);
    }
    const becomesText = jsonColumns === "text" && (sent[0] === "object" || sent[0] === "array");
    if (writing === "as-text" || becomesText) textColumns.add(column);
    const taken = writing === "as-is" && becomesText ? textSchema(theirs) : theirs;
    properties[column] = keyProperties.includes(column) ? taken : nullable(taken);
    if (properties[column] !== taken) {
      warn(`${column}: may be null, which its schema does not take; the SCHEMA says so`);
    }
  }
  return {
    schema: { ...schema, properties },
    columns: new Set(Object.keys(properties)),
    textColumns,
  };
}

function columnSchemas({ properties }: JsonObject): [string, JsonObject][] {
  const entries = isJsonObject(properties) ? Object.entries(properties) : [];
  return entries.map(([column, schema]) => [column, isJsonObject(schema) ? schema : {}]);
}

/** The schema without the property at this path, if it describes it. */
export function withoutPath(schema: JsonObject, [name = "", ...inner]: PropertyPath): JsonObject {
  const { properties } = schema;
  if (!isJsonObject(properties) || !Object.hasOwn(properties, name)) return schema;
  const { [name]: property, ...others } = properties;
  if (inner.length === 0) {
    return withRequired({ ...schema, properties: others }, (column) => column !== name);
  }
  if (!isJsonObject(property)) return schema;
  return { ...schema, properties: { ...properties, [name]: withoutPath(property, inner) } };
}

function withRequired(schema: JsonObject, isKept: (column: string) => boolean): JsonObject {
  if (!Array.isArray(schema.required)) return schema;
  return {
    ...schema,
    required: schema.required.filter((name) => typeof name !== "string" || isKept(name)),
  };
}
