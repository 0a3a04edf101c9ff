/** `tap | target-parquet` (Automattic's): what it holds is what the tap wrote. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { workFolder } from "../support/processes.ts";
import { allDifferences, readRows } from "./held-rows.ts";
import { runProgram } from "./programs.ts";
import { startOrganization, type Table, tapOutput } from "./tap-output.ts";
import { describeWith, toolProgram } from "./tools.ts";

describeWith(["target-parquet"], "target-parquet", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startOrganization();
  });
  afterAll(() => simulator.close());

  test.each(["native", "text"])("every value of every stream, JSON %s", async (json) => {
    const { file, tables } = await tapOutput(simulator, { json_columns: json });
    const folder = await workFolder();
    const config = join(folder, "target.json");
    await writeFile(config, JSON.stringify({ destination_path: join(folder, "output") }));

    const target = toolProgram("target-parquet", "target-parquet");
    const { exitCode, stderr } = await runProgram(target, ["--config", config], { from: file });

    expect(exitCode, stderr).toBe(0);
    const folderOf = ({ name }: Table) => join(folder, "output", name);
    const rows = await readRows("target-parquet", "parquet_rows", tables.map(folderOf));
    expect(allDifferences(tables, (table) => rows.get(folderOf(table)))).toEqual({});
  });
});
