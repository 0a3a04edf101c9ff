/** The selected columns of a stream, and the schema that is left of them. */
import { isJsonObject, type JsonObject } from "../shared/json-text.ts";
import { didYouMean } from "../shared/nearest-name.ts";
import type { CatalogStream } from "./catalog.ts";
import type { PropertyPath, SelectionRules } from "./selection-rules.ts";

type Schema = NonNullable<CatalogStream["schema"]>;

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
  warn: (message: string) => void,
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
  return { ...schema, required: schema.required.filter((name) => isKept(String(name))) };
}
