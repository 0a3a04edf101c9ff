/**
 * Snowflake and BigQuery, which are not here: dbt compiles the package with their adapters, without a
 * connection, and the SQL is one that a parser of their dialects takes. Nothing runs it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { workFolder } from "../support/processes.ts";
import { copyPackage, runDbt } from "./dbt-warehouse.ts";
import { readRows } from "./held-rows.ts";
import { describeWith } from "./tools.ts";

const nowhere = `polar:
  outputs:
    snowflake: {type: snowflake, account: a, user: b, password: c, warehouse: d, database: e, schema: models}
    bigquery: {type: bigquery, method: oauth-secrets, token: a, project: b, dataset: models}
`;
const offline = ["compile", "--no-populate-cache", "--no-introspect"];

describeWith(["dbt-warehouses"], "the dbt package", () => {
  test.each([
    ["snowflake", ["is_null_value(metadata)", "as timestamp_ntz)"]],
    ["bigquery", ["json_type(metadata) <> 'null'", "as datetime)", "timestamp_trunc("]],
  ])("compiles for %s", async (warehouse, phrases) => {
    const folder = await copyPackage(await workFolder());
    await writeFile(join(folder, "profiles.yml"), nowhere);

    const args = [...offline, "--target", warehouse];
    const { exitCode, stdout, stderr } = await runDbt("dbt-warehouses", folder, args);
    expect(exitCode, stdout + stderr).toBe(0);

    const compiled = join(folder, "target", "compiled", "polar");
    const files = readdirSync(compiled, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".sql"))
      .map((path) => join(compiled, path));
    expect(files.length).toBeGreaterThan(50);
    const parsed = await readRows("dbt-warehouses", "parse_sql", files, warehouse);
    const mistakes = files.filter((path) => parsed.get(path)?.[0]?.mistake !== null);
    expect(mistakes).toEqual([]);
    const text = files.map((path) => readFileSync(path, "utf8")).join("\n");
    for (const phrase of phrases) expect(text).toContain(phrase);
  });
});
