/** The stream maps of examples/stream-maps leave no email address, not even inside of an object. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Simulator } from "../../simulator/index.ts";
import { workFolder } from "../support/processes.ts";
import { createDatabase, type Database } from "./database.ts";
import { runProgram } from "./programs.ts";
import { startOrganization, type TapOutput, tapOutput } from "./tap-output.ts";
import { describeWith, serverUrl, toolProgram } from "./tools.ts";

const example = new URL("../../examples/stream-maps/hash-emails.json", import.meta.url);
const recipe = z
  .looseObject({ stream_map_config: z.object({ hash_seed: z.string() }) })
  .parse(JSON.parse(readFileSync(example, "utf8")));

const hashOf = (email: string): string =>
  createHash("sha256")
    .update(recipe.stream_map_config.hash_seed + email.toLowerCase())
    .digest("hex");

describeWith(["target-postgres", "postgres"], "hashed emails", () => {
  let simulator: Simulator;
  let database: Database;
  let output: TapOutput;

  beforeAll(async () => {
    simulator = await startOrganization();
    database = await createDatabase(serverUrl());
    output = await tapOutput(simulator);
    const config = join(await workFolder(), "target.json");
    const target = { sqlalchemy_url: database.url, default_target_schema: "polar", ...recipe };
    await writeFile(config, JSON.stringify(target));
    const program = toolProgram("target-postgres", "target-postgres");
    const { exitCode, stderr } = await runProgram(program, ["--config", config], {
      from: output.file,
    });
    expect(exitCode, stderr).toBe(0);
  });

  afterAll(async () => {
    await simulator.close();
    await database.drop();
  });

  test("no stream keeps one, but for the merchant's own", async () => {
    const keeping = async (where: (name: string) => Promise<boolean>) => {
      const names: string[] = [];
      for (const { name } of output.tables) if (await where(name)) names.push(name);
      return names;
    };
    const written = await keeping(async (name) =>
      output.tables.some(
        (table) => table.name === name && table.rows.some((row) => isEmailIn([...row.values()])),
      ),
    );
    const held = await keeping(async (name) => {
      const rows = await database.query(`SELECT loaded::text AS text FROM polar.${name} AS loaded`);
      return isEmailIn(rows.map(({ text }) => String(text)));
    });
    expect(written.length).toBeGreaterThan(9);
    expect(held).toEqual(["organizations"]);
  });

  test("equal addresses stay equal, so that tables can be joined by them", async () => {
    const customers = output.tables.find(({ name }) => name === "customers");
    const emails = customers?.rows.flatMap((row) => JSON.parse(row.get("email") ?? "[]")) ?? [];
    const hashes = await database.query(
      "SELECT email FROM polar.customers WHERE email IS NOT NULL",
    );
    expect(emails.length).toBeGreaterThan(20);
    expect(hashes.map(({ email }) => email).sort()).toEqual(emails.map(hashOf).sort());
    const joined = await database.query(
      `SELECT 1 FROM polar.orders JOIN polar.customers ON orders.customer->>'email' = customers.email`,
    );
    expect(joined.length).toBeGreaterThan(20);
  });
});

/** An address, or what Gravatar makes of one: whoever knows the address can tell that it is this. */
function isEmailIn(texts: readonly string[]): boolean {
  return texts.some((text) => /[\w+.]+@[\w-]+\.\w|gravatar\.com/.test(text));
}
