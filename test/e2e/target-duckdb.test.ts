/** `tap | target-duckdb`: what it holds is what the tap wrote, but for what docs/targets.md names. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { workFolder } from "../support/processes.ts";
import { goneQuery } from "./documented-query.ts";
import { allDifferences, readRows } from "./held-rows.ts";
import { runProgram } from "./programs.ts";
import { startOrganization, type Table, type TapOutput, tapOutput } from "./tap-output.ts";
import { describeWith, toolProgram } from "./tools.ts";

describeWith(["target-duckdb"], "target-duckdb", () => {
  let simulator: Simulator;
  let output: TapOutput;
  let database: string;
  let config: string;

  const load = async (file: string) => {
    const target = toolProgram("target-duckdb", "target-duckdb");
    const { exitCode, stderr } = await runProgram(target, ["--config", config], { from: file });
    expect(exitCode, stderr).toBe(0);
  };
  const query = (...queries: string[]) =>
    readRows("target-duckdb", "duckdb_rows", queries, database);

  beforeAll(async () => {
    const folder = await workFolder();
    database = join(folder, "warehouse.duckdb");
    config = join(folder, "target.json");
    const settings = { path: database, default_target_schema: "polar", add_metadata_columns: true };
    await writeFile(config, JSON.stringify(settings));
    simulator = await startOrganization();
    output = await tapOutput(simulator);
    await load(output.file);
  });

  afterAll(() => simulator.close());

  test("every value of every stream, but for empty strings", async () => {
    const all = ({ name }: Table) => `SELECT * FROM polar.${name}`;
    const rows = await query(...output.tables.map(all));
    const held = (table: Table) => rows.get(all(table));
    expect(allDifferences(output.tables, held, (text) => (text === "" ? null : text))).toEqual({});
  });

  test("the query of docs/targets.md removes the rows that are gone", async () => {
    const [removed = ""] = simulator.persistentIds("refunds");
    simulator.remove("refunds", removed);
    const again = await tapOutput(simulator, {}, "2026-08-21T12:00:00.000Z");
    await load(again.file);
    const select = "SELECT id FROM polar.refunds";
    const ids = async () => (await query(select)).get(select)?.map(({ id }) => id);
    expect(await ids()).toContain(removed);

    await query(goneQuery("polar.refunds", "2026-08-21T12:00:00.000Z"));

    const table = again.tables.find(({ name }) => name === "refunds");
    expect((await ids())?.sort()).toEqual(
      table?.rows.map((row) => JSON.parse(row.get("id") ?? "")).sort(),
    );
  });
});
