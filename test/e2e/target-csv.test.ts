/** `tap | target-csv` (MeltanoLabs'): what it holds is what the tap wrote. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { workFolder } from "../support/processes.ts";
import { allDifferences, type HeldRow, readRows } from "./held-rows.ts";
import { runProgram } from "./programs.ts";
import { startOrganization, type Table, tapOutput } from "./tap-output.ts";
import { describeWith, toolProgram } from "./tools.ts";

describeWith(["target-csv"], "target-csv", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startOrganization();
  });
  afterAll(() => simulator.close());

  /** The streams with columns that it does not hold as they were. */
  async function differing(tap: object, settings: object): Promise<Record<string, object>> {
    const { file, tables } = await tapOutput(simulator, tap);
    const folder = await workFolder();
    const config = join(folder, "target.json");
    await writeFile(config, JSON.stringify({ output_path: folder, ...settings }));
    const target = toolProgram("target-csv", "target-csv");
    const { exitCode, stderr } = await runProgram(target, ["--config", config], { from: file });
    expect(exitCode, stderr).toBe(0);
    const fileOf = ({ name }: Table) => join(folder, `${name}.csv`);
    const rows = await readRows("target-csv", "csv_rows", tables.map(fileOf));
    // CSV writes nothing for null, and nothing for an empty string.
    const orNull = (row: HeldRow) =>
      Object.fromEntries(Object.entries(row).map(([name, text]) => [name, text || null]));
    const held = (table: Table) => rows.get(fileOf(table))?.map(orNull);
    return allDifferences(tables, held, (text) => (text === "" ? null : text));
  }

  test("every value of every stream, with json_columns text", async () => {
    expect(await differing({ json_columns: "text" }, {})).toEqual({});
  });

  test("every value of every stream, with the target's flattening", async () => {
    const flattening = { flattening_enabled: true, flattening_max_depth: 1 };
    expect(await differing({}, flattening)).toEqual({});
  });

  test("without either, objects are no JSON", async () => {
    await expect(differing({}, {})).rejects.toThrow(/JSON/);
  });
});
