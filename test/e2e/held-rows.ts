/** Compares what a target holds with what the tap has written, value by value. */
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { z } from "zod";
import { readJsonTree } from "../../src/shared/json-text.ts";
import type { Property } from "../../src/streams/define.ts";
import { runProgram } from "./programs.ts";
import type { Tool } from "./provision/python.ts";
import type { Table } from "./tap-output.ts";
import { toolProgram } from "./tools.ts";

/** A row as a target holds it: the text of each value, or null. */
export type HeldRow = Readonly<Record<string, string | null>>;

const heldRow = z.tuple([z.string(), z.record(z.string(), z.string().nullable())]);

/** Runs a script of `readers/` in the environment of a tool. Returns the rows of each place it is given. */
export async function readRows(
  tool: Tool,
  script: string,
  places: readonly string[],
  ...args: string[]
): Promise<ReadonlyMap<string, readonly HeldRow[]>> {
  const path = fileURLToPath(new URL(`readers/${script}.py`, import.meta.url));
  const python = toolProgram(tool, "python");
  const { stdout, stderr, exitCode } = await runProgram(python, [path, ...args, ...places]);
  expect(exitCode, stderr).toBe(0);
  const rows = new Map<string, HeldRow[]>(places.map((place) => [place, []]));
  for (const line of stdout.split("\n").filter((text) => text !== "")) {
    const [place, row] = heldRow.parse(JSON.parse(line));
    rows.get(place)?.push(row);
  }
  return rows;
}

/** A row that a target holds as JSON, in which columns without a value may be missing. */
export function heldRowOf(json: string, { columns }: Table): HeldRow {
  const { members } = readJsonTree(json);
  const names = new Set([...Object.keys(columns), ...(members?.keys() ?? [])]);
  return Object.fromEntries([...names].map((name) => [name, textOf(members?.get(name)?.text)]));
}

/** The {@link differences} of all tables that have some, by their names. */
export function allDifferences(
  tables: readonly Table[],
  heldOf: (table: Table) => readonly HeldRow[] | undefined,
  lost?: (text: string) => string | null,
): Record<string, Record<string, number>> {
  const found = tables.map((table) => [table.name, differences(table, heldOf(table) ?? [], lost)]);
  return Object.fromEntries(found.filter(([, columns]) => Object.keys(columns ?? {}).length > 0));
}

/**
 * The columns of a table that a target does not hold as they were, each with the number of rows. Values
 * are compared by what they mean: times as times, JSON as JSON, numbers digit by digit.
 * @param lost what the target is known to lose: what is left of a text
 */
function differences(
  { key, columns, rows }: Table,
  held: readonly HeldRow[],
  lost: (text: string) => string | null = (text) => text,
): Record<string, number> {
  const keyOf = (texts: readonly (string | null)[]) => JSON.stringify(texts);
  const heldByKey = new Map(
    held.map((row) => [
      keyOf(key.map((column) => meaning(row[column] ?? null, columns[column]))),
      row,
    ]),
  );
  const differing: Record<string, number> = {};
  const count = (column: string) => {
    differing[column] = (differing[column] ?? 0) + 1;
  };
  for (const row of rows) {
    const written = (column: string) => meaning(textOf(row.get(column)), columns[column]);
    const found = heldByKey.get(keyOf(key.map(written)));
    if (!found) count("(missing)");
    for (const column of found ? Object.keys(columns) : []) {
      const text = written(column);
      const isHeld = Object.hasOwn(found ?? {}, column);
      const expected = text === null ? null : lost(text);
      if (!isHeld || meaning(found?.[column] ?? null, columns[column]) !== expected) count(column);
    }
  }
  if (held.length !== rows.length) count("(number of rows)");
  return differing;
}

/** The text of a value as a target shows it that changes nothing. */
function textOf(json: string | undefined): string | null {
  if (json === undefined || json === "null") return null;
  return json.startsWith('"') ? z.string().parse(JSON.parse(json)) : json;
}

/** One text for all texts that mean the same. */
function meaning(text: string | null, column: Pick<Property, "type" | "format"> | undefined) {
  if (text === null || column === undefined) return text;
  if (column.format !== undefined) return timeOf(text);
  if (column.type === "boolean") return text.toLowerCase();
  if (column.type === "number") return String(Number(text));
  return column.type === "object" || column.type === "array" ? canonicalJson(text) : text;
}

/** `2026-01-31T12:00:00.5Z` and `2026-01-31 12:00:00.500000+00:00` are one time. */
function timeOf(text: string): string {
  const time = text.replace("T", " ").replace(/(Z|\+00(:00)?)$/, "");
  return time
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "")
    .replace(/ 00:00:00$/, "");
}

/** JSON without white space and escapes that need not be, its integers digit by digit. */
function canonicalJson(text: string): string {
  const numbersAsText = text.replaceAll(
    /("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)/g,
    (_, string: string | undefined, number: string) =>
      string ?? JSON.stringify(/^-?\d+$/.test(number) ? `#${number}` : `#${Number(number)}`),
  );
  return JSON.stringify(JSON.parse(numbersAsText));
}
