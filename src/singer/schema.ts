/**
 * JSON Schemas of streams as we emit them: flat, nullable but for keys, without anyOf and the like.
 * Targets make columns of them that they can load fast and never refuse.
 */

export type ColumnType = "string" | "integer" | "number" | "boolean" | "object" | "array";

/** The schema of one column: `{"type": ["null", "string"], "format": "date-time", …}`. */
export interface ColumnSchema {
  readonly type: readonly ["null", ColumnType] | readonly [ColumnType];
  readonly format?: "date-time" | "date";
  readonly description?: string;
}

export interface StreamSchema {
  readonly type: "object";
  readonly description?: string;
  readonly properties: Readonly<Record<string, ColumnSchema>>;
  readonly required: readonly string[];
}

/** A column of a stream, in words that any tap could use. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly format?: "date-time" | "date";
  readonly description?: string;
}

/** The schema of a stream with these columns: all nullable but the key, which is required. */
export function streamSchema(
  columns: Iterable<Column>,
  keyProperties: readonly string[],
  description?: string,
): StreamSchema {
  const properties: Record<string, ColumnSchema> = {};
  for (const { name, type, ...rest } of columns) {
    properties[name] = { type: keyProperties.includes(name) ? [type] : ["null", type], ...rest };
  }
  const about = description === undefined ? {} : { description };
  return { type: "object", ...about, properties, required: keyProperties };
}
