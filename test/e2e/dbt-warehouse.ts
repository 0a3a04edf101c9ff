/** Warehouses that a target fills and that dbt builds the models of `dbt/` in. */
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { workFolder } from "../support/processes.ts";
import { createDatabase } from "./database.ts";
import { goneQuery } from "./documented-query.ts";
import type { Figures } from "./figures/amounts.ts";
import { readRows } from "./held-rows.ts";
import { runProgram } from "./programs.ts";
import { serverUrl, toolProgram } from "./tools.ts";

export interface Warehouse {
  /** Loads what the tap has written in a run that has read everything, at this time. */
  readonly load: (file: string, at: string) => Promise<void>;
  /** Runs dbt to its end, and returns what it printed; its exit code has to be this one. */
  readonly dbt: (args: readonly string[], exitCode?: number) => Promise<string>;
  /** What these columns of a table hold, each value as text. */
  readonly read: (table: string, columns: readonly string[]) => Promise<readonly Figures[]>;
  readonly close: () => Promise<void>;
}

const source = fileURLToPath(new URL("../../dbt/", import.meta.url));

/** Copies the package to where dbt may write files of its own, and returns its folder. */
export async function copyPackage(into: string): Promise<string> {
  const folder = join(into, "dbt");
  const isSource = (path: string) => !/\/dbt\/(target|logs)(\/|$)/.test(path);
  await cp(source, folder, { recursive: true, filter: isSource });
  return folder;
}

/** Runs dbt in a copy of the package. */
export async function runDbt(
  tool: "dbt" | "dbt-warehouses",
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  return runProgram(toolProgram(tool, "dbt"), args, {
    cwd: folder,
    env: { DBT_SEND_ANONYMOUS_USAGE_STATS: "false", NO_COLOR: "1", ...env },
  });
}

const asText = (columns: readonly string[]): string =>
  columns.map((column) => `cast(${column} as varchar) as ${column}`).join(", ");

async function load(target: string, settings: object, file: string): Promise<void> {
  const config = join(await workFolder(), "target.json");
  await writeFile(config, JSON.stringify({ ...settings, default_target_schema: "polar" }));
  const options = { from: file };
  const ended = await runProgram(toolProgram("dbt", target), ["--config", config], options);
  expect(ended.exitCode, ended.stderr).toBe(0);
}

/** How dbt is started with the profile of the package. */
async function dbtWith(target: string, env: Readonly<Record<string, string>>) {
  const folder = await copyPackage(await workFolder());
  return async (args: readonly string[], exitCode = 0) => {
    const ended = await runDbt("dbt", folder, [...args, "--target", target], env);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(exitCode);
    return ended.stdout;
  };
}

/** A database on the server at hand. Whoever asks for one has to close it. */
export async function postgresWarehouse(): Promise<Warehouse> {
  const { url, query, drop } = await createDatabase(serverUrl());
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    load: (file) => load("target-postgres", { sqlalchemy_url: url }, file),
    dbt: await dbtWith("postgres", {
      PGHOST: hostname,
      PGPORT: port || "5432",
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: pathname.slice(1),
    }),
    read: async (table, columns) => {
      const rows = await query(`select ${asText(columns)} from models.${table}`);
      return rows.map((row) =>
        Object.fromEntries(
          columns.map((name) => [name, row[name] === null ? null : `${row[name]}`]),
        ),
      );
    },
    close: drop,
  };
}

/** A file of DuckDB. */
export async function duckdbWarehouse(): Promise<Warehouse> {
  const path = join(await workFolder(), "warehouse.duckdb");
  return {
    load: async (file, at) => {
      await load("target-duckdb", { path, add_metadata_columns: true }, file);
      // This target does nothing about rows that are gone.
      await readRows("dbt", "duckdb_rows", [goneQuery("polar.customers", at)], path);
    },
    dbt: await dbtWith("duckdb", { DUCKDB_PATH: path }),
    read: async (table, columns) => {
      const query = `select ${asText(columns)} from models.${table}`;
      return (await readRows("dbt", "duckdb_rows", [query], path)).get(query) ?? [];
    },
    close: async () => undefined,
  };
}
