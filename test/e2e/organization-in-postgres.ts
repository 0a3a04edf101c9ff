/** Compares tables in PostgreSQL with the simulator's rows, inside PostgreSQL: it rounds no number. */
import type { Simulator } from "../../simulator/index.ts";
import type { Property, Stream } from "../../src/streams/define.ts";
import { keyText } from "../support/organization.ts";
import type { Database } from "./database.ts";

/** The keys of a table's rows, sorted. */
export async function keysInTable(
  { query }: Database,
  schema: string,
  stream: Stream,
): Promise<string[]> {
  const columns = stream.primaryKey.map((column) => keyColumn(stream, column));
  const rows = await query(`SELECT ${columns.join(", ")} FROM ${schema}.${stream.name}`);
  return rows.map((row) => keyText(stream, row)).sort();
}

/** Times as Polar writes those that are keys: whole seconds. */
function keyColumn({ properties }: Stream, column: string): string {
  if (properties[column]?.format !== "date-time") return column;
  return `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ${column}`;
}

/** A table against the list it comes from. */
export interface Comparison {
  /** Rows of the table whose key the list has. */
  readonly rows: number;
  /** Columns that differ in at least one row, with the number of these rows. */
  readonly differing: Readonly<Record<string, number>>;
}

/** Compares every value of every visible column, for a stream that the simulator keeps as a list. */
export async function compareRows(
  { query }: Database,
  schema: string,
  { name, primaryKey, properties }: Stream,
  simulator: Simulator,
): Promise<Comparison> {
  const visible = Object.entries(properties).filter(([, property]) => !property.hidden);
  const counts = visible.map(
    ([column, property]) =>
      `count(*) FILTER (WHERE ${loaded(column, property)} IS DISTINCT FROM ${read(column, property)}) AS ${column}`,
  );
  const sameKey = primaryKey.map((column) => `loaded.${column} = item->>'${column}'`);
  const [found = {}] = await query(
    `SELECT count(*) AS row_count, ${counts.join(", ")} FROM ${schema}.${name} AS loaded
     JOIN jsonb_array_elements($1::jsonb) AS item ON ${sameKey.join(" AND ")}`,
    [`[${simulator.rows(name).map(({ json }) => withoutSecretsInside(json))}]`],
  );
  const numbers = Object.entries(found).map(([column, count]) => [column, Number(count)] as const);
  return {
    rows: numbers.find(([column]) => column === "row_count")?.[1] ?? 0,
    differing: Object.fromEntries(
      numbers.filter(([column, count]) => column !== "row_count" && count > 0),
    ),
  };
}

/** The row as the tap writes it by default: in text, so that no number is rounded. */
function withoutSecretsInside(json: string): string {
  return json.replaceAll(/"guild_token":"[^"]*",/g, "").replaceAll(/,?"guild_token":"[^"]*"/g, "");
}

/** A column of the table. An object that is null has become the null of JSON. */
function loaded(column: string, { type }: Property): string {
  const value = `loaded.${column}`;
  return type === "object" || type === "array" ? `nullif(${value}, 'null')` : value;
}

/** Reads a column out of the JSON of a row. */
function read(column: string, { type, format }: Property): string {
  const text = `(item->>'${column}')`;
  if (format === "date-time") return `${text}::timestamptz AT TIME ZONE 'UTC'`;
  if (format === "date") return `${text}::date`;
  if (type === "integer" || type === "number") return `${text}::numeric`;
  if (type === "boolean") return `${text}::boolean`;
  if (type === "string") return text;
  return `nullif(item->'${column}', 'null')`;
}

/** Values of a reference for which the table that it points to has no row. */
export async function orphans(
  { query }: Database,
  schema: string,
  from: { readonly stream: Stream; readonly column: string },
  to: Stream,
): Promise<string[]> {
  const { stream, column } = from;
  // Where the key has several columns, the last one is the thing's own id.
  const key = to.primaryKey.at(-1);
  const rows = await query(
    `SELECT DISTINCT ${column} AS value FROM ${schema}.${stream.name} AS child
     WHERE ${column} IS NOT NULL
       AND NOT EXISTS (SELECT FROM ${schema}.${to.name} AS parent WHERE parent.${key} = child.${column})`,
  );
  return rows.map(({ value }) => String(value)).sort();
}
