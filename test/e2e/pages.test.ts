/**
 * README.md, docs/meltano.md, docs/dashboard.md and docs/models.md, typed word for word in a fresh copy
 * of this repository: from nothing to rows in PostgreSQL, and to figures. What a reader fills in comes from the simulator and
 * the server at hand, and nothing else is changed but the name of the database.
 */
import { readdirSync } from "node:fs";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { blocksOf, freshCopy, typedBlocks } from "../support/pages.ts";
import { workFolder } from "../support/processes.ts";
import { defaultStreams } from "../support/simulation.ts";
import { createDatabase, type Database } from "./database.ts";
import { runProgram } from "./programs.ts";
import { requirementsOf, type Tool } from "./provision/python.ts";
import { describeWith, serverUrl } from "./tools.ts";

describeWith(["psql", "uv", "postgres"], "typed word for word", () => {
  let simulator: Simulator;
  let folder: string;
  let database: Database;

  beforeAll(async () => {
    simulator = await startSimulator();
    folder = await workFolder();
    await freshCopy(join(folder, "tap-polar"));
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    await rm(join(folder, "polar"), { recursive: true, force: true });
    database = await createDatabase(serverUrl());
    return () => database.drop();
  });

  const here = (name: string) => join(folder, "polar", name);

  /** Fills in what the reader is told to: token, address, user and password. */
  function filled(text: string): string {
    const { hostname, port, username, password, pathname } = new URL(database.url);
    const { accessToken, url } = simulator;
    return text
      .replaceAll('"polar_oat_replace_me"', `"${accessToken}", "api_url": "${url}"`)
      .replaceAll("=polar_oat_replace_me", `=${accessToken}\nTAP_POLAR_API_URL=${url}`)
      .replaceAll("replace_me", decodeURIComponent(password) || "none")
      .replaceAll('"127.0.0.1"', `"${hostname}"`)
      .replaceAll("5432", port || "5432")
      .replaceAll('"postgres"', `"${decodeURIComponent(username)}"`)
      .replaceAll("USER=postgres", `USER=${decodeURIComponent(username)}`)
      .replaceAll(/\bwarehouse\b(?!\.duckdb)/g, pathname.slice(1));
  }

  /** Types the blocks of a page, one after the other, into one shell; returns what each printed. */
  async function type(page: string, tool: Tool): Promise<readonly string[]> {
    const end = "@@ end of block";
    const { hostname, port, username, password, pathname } = new URL(database.url);
    // The database is there already, and in use by this test.
    const typed = typedBlocks(page).map((text) =>
      filled(text).replace(/^createdb/m, "echo createdb"),
    );
    const script = typed.map((text) => `${text}\nfill\necho "${end}"`).join("\n");
    const sample = await readFile(join(folder, "tap-polar/config.sample.json"), "utf8");
    const target = await readFile(
      join(folder, "tap-polar/examples/shell/target.sample.json"),
      "utf8",
    );
    const fill = [
      "fill() {",
      "if grep -qs replace_me config.json; then",
      `cat > config.json <<'FILLED'\n${filled(sample)}FILLED\nfi`,
      "if grep -qs replace_me target.json; then",
      `cat > target.json <<'FILLED'\n${filled(target)}FILLED\nfi`,
      "}",
    ].join("\n");
    const prefix = join(folder, "prefix");
    await mkdir(prefix, { recursive: true });
    const { stdout, stderr, exitCode } = await runProgram(
      "bash",
      ["-c", `set -e\nexec 2>&1\n${fill}\n${script}`],
      {
        cwd: join(folder, "tap-polar"),
        env: {
          PATH: `${join(prefix, "bin")}:${process.env.PATH}`,
          NPM_CONFIG_PREFIX: prefix,
          NO_COLOR: "1",
          MELTANO_SEND_ANONYMOUS_USAGE_STATS: "false",
          PIP_CONSTRAINT: requirementsOf(tool),
          PIP_DISABLE_PIP_VERSION_CHECK: "1",
          TARGET_POSTGRES_HOST: hostname,
          TARGET_POSTGRES_PORT: port || "5432",
          TARGET_POSTGRES_DATABASE: pathname.slice(1),
          DBT_POSTGRES_HOST: hostname,
          DBT_POSTGRES_PORT: port || "5432",
          DBT_POSTGRES_DATABASE: pathname.slice(1),
          PGHOST: hostname,
          PGPORT: port || "5432",
          PGUSER: decodeURIComponent(username),
          PGPASSWORD: decodeURIComponent(password),
        },
      },
    );
    expect(exitCode, stdout + stderr).toBe(0);
    return stdout.split(`${end}\n`);
  }

  async function expectAllRows(): Promise<void> {
    for (const stream of defaultStreams) {
      const [{ count } = { count: "" }] = await database.query(
        `SELECT count(*) FROM polar.${stream}`,
      );
      const listed = simulator.rows(stream).filter(({ hidden }) => !hidden);
      expect([stream, count]).toEqual([stream, String(Math.max(1, listed.length))]);
    }
  }

  /** What the page shows of the output was printed. */
  function expectShown(page: string, printed: string, least: number): void {
    const shown = blocksOf(page).filter(({ comment }) => comment === "output");
    const lines = shown.flatMap(({ text }) => text.split("\n").filter((line) => line !== ""));
    for (const line of lines) expect(printed).toContain(line);
    expect(lines.length).toBeGreaterThan(least);
  }

  test("README.md", async () => {
    const printed = await type("README.md", "target-postgres");

    await expectAllRows();
    expect((await stat(here("config.json"))).mode & 0o777).toBe(0o600);
    const rows = (await readFile(here("rows.jsonl"), "utf8")).split("\n");
    expect(rows.filter((line) => line.startsWith('{"type":"RECORD"')).length).toBeGreaterThan(
      1_000,
    );
    // The terminal sees how far it is, and no rows.
    expect(printed.join("")).not.toContain('"type":"RECORD"');
    expect(await readFile(here("state.json"), "utf8")).toContain('"orders"');
  });

  test("docs/dashboard.md, with the output that it shows", async () => {
    const printed = await type("docs/dashboard.md", "dbt");

    await expectAllRows();
    expectShown("docs/dashboard.md", printed.join("").replaceAll(/^\S+Z INFO /gm, ""), 10);
    const page = await readFile(here("dashboard.html"), "utf8");
    expect(page.match(/<table/g)).toHaveLength(4);
  });

  test("docs/models.md, with the table that it shows", async () => {
    const printed = await type("docs/models.md", "dbt");

    expectShown("docs/models.md", printed.join(""), 5);
  });

  test("docs/meltano.md, and Meltano warns of nothing", async () => {
    const printed = (await type("docs/meltano.md", "meltano")).join("");

    await expectAllRows();
    expect(printed).toContain("Plugin configuration is valid");
    expect(printed).toContain('"singer_state"');
    const [{ months } = { months: "" }] = await database.query(
      "SELECT count(*) AS months FROM models.mrr_by_month",
    );
    expect(Number(months)).toBeGreaterThan(5);
    const warnings = printed.split("\n").filter((line) => /\[(warning|error) /.test(line));
    expect(warnings.filter((line) => !line.includes("No state was found"))).toEqual([]);
    expect(readdirSync(here("output"))).toHaveLength(defaultStreams.length);
  });
});
