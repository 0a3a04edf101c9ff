/** What the tap writes of a whole organization, for targets to load, and to compare with what they hold. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { z } from "zod";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { propertiesOf } from "../../simulator/json.ts";
import type { Property } from "../../src/streams/define.ts";
import { streams } from "../../src/streams/index.ts";
import { catalogOf } from "../support/organization.ts";
import { workFolder } from "../support/processes.ts";
import { runTap } from "../support/run-tap.ts";
import { configFor } from "../support/simulation.ts";
import { memberText } from "../support/target-jsonl/member-text.ts";

const sizes = { customers: 40, orders: 60, subscriptions: 40, events: 80, benefit_grants: 40 };

/** The records of one stream. */
export interface Table {
  readonly name: string;
  readonly key: readonly string[];
  /** What the declaration says of each column; `_extra` is an object. */
  readonly columns: Readonly<Record<string, Pick<Property, "type" | "format">>>;
  /** The JSON of each value; null and what a record lacks are left out. */
  readonly rows: readonly ReadonlyMap<string, string>[];
}

export interface TapOutput {
  /** All lines of the run, to be given to a target. */
  readonly file: string;
  readonly tables: readonly Table[];
}

const schemaLine = z.object({
  stream: z.string(),
  key_properties: z.array(z.string()),
  schema: z.object({ properties: z.record(z.string(), z.unknown()) }),
});

/** Starts a simulator for these tests. Whoever does has to close it. */
export const startOrganization = (): Promise<Simulator> =>
  startSimulator({ sizes, seed: 5, date: "none" });

/** Reads all streams of an organization, with these settings and at this time. */
export async function tapOutput(
  simulator: Simulator,
  settings: object = {},
  frozenAt = "2026-08-20T12:00:00.000Z",
): Promise<TapOutput> {
  const catalog = catalogOf(...streams.map(({ name }) => name));
  const config = configFor(simulator, { start_date: "2026-08-01", ...settings });
  const { lines, exitCode, stderr } = await runTap({ config, catalog, frozenAt });
  expect(exitCode, stderr).toBe(0);
  const file = join(await workFolder(), "output.jsonl");
  await writeFile(file, lines.map((line) => `${line}\n`).join(""));
  const schemas = lines
    .filter((line) => line.startsWith('{"type":"SCHEMA"'))
    .map((line) => schemaLine.parse(JSON.parse(line)));
  const tables = schemas.map(({ stream, key_properties: key, schema }) => ({
    name: stream,
    key,
    columns: columnsOf(stream, Object.keys(schema.properties)),
    rows: rowsOf(stream, lines),
  }));
  return { file, tables };
}

function columnsOf(stream: string, names: readonly string[]): Table["columns"] {
  const properties: Record<string, Property> =
    streams.find(({ name }) => name === stream)?.properties ?? {};
  return Object.fromEntries(
    names.map((name) => {
      const { type = "object", format } = properties[name] ?? {};
      return [name, { type, ...(format && { format }) }];
    }),
  );
}

function rowsOf(stream: string, lines: readonly string[]): Map<string, string>[] {
  const start = `{"type":"RECORD","stream":"${stream}",`;
  return lines
    .filter((line) => line.startsWith(start))
    .map((line) => {
      const record = memberText(Buffer.from(line), "record")?.text.toString() ?? "";
      const values = [...propertiesOf(record)].map(([name, { text }]) => [name, text] as const);
      return new Map(values.filter(([, text]) => text !== "null"));
    });
}
