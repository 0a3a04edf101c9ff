/** Meltano runs the example project, with the wheel, into both targets. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { streams } from "../../src/streams/index.ts";
import { keysOf, streamNamed } from "../support/organization.ts";
import { listedIds } from "../support/simulation.ts";
import { createDatabase, type Database } from "./database.ts";
import { copyPackage } from "./dbt-warehouse.ts";
import { figures } from "./figures.ts";
import { createProject, type MeltanoProject, pluginProcess } from "./meltano-project.ts";
import { compareRows, keysInTable } from "./organization-in-postgres.ts";
import { describeWith, serverUrl } from "./tools.ts";

const defaults = streams.filter(({ selectedByDefault }) => selectedByDefault);
const sizes = { customers: 70, orders: 130, subscriptions: 50, checkouts: 50, events: 60 };

/** Selects a stream that goes on where it stopped, and makes what another user may want. */
const environments = `environments:
  - name: prod
  - name: with-events
    config:
      plugins:
        extractors:
          - name: tap-polar
            select: ["products.*", "events.*"]
  - name: overrides
    config:
      plugins:
        extractors:
          - name: tap-polar
            select: ["orders.net_amount", "orders.customer", "!orders.customer.email", "events.name"]
            metadata:
              events:
                replication-method: FULL_TABLE
            schema:
              orders:
                net_amount:
                  type: ["number", "null"]
                customer:
                  type: ["object", "null"]
                  properties:
                    email: {}
        loaders:
          - name: target-postgres
            config:
              default_target_schema: overrides
              activate_version: false
              add_record_metadata: false
`;

const tools = ["meltano", "target-jsonl", "target-postgres", "dbt", "postgres"] as const;

describeWith(tools, "Meltano", () => {
  let simulator: Simulator;
  let database: Database;
  let project: MeltanoProject;

  beforeAll(async () => {
    simulator = await startSimulator({ sizes, date: "none" });
    database = await createDatabase(serverUrl());
    project = await createProject(simulator, database.url, environments);
    await project.run(["install"]);
  });

  afterAll(async () => {
    await simulator.close();
    await database.drop();
  });

  /** The earliest time that the requests since then have asked events for; empty for all. */
  /** The requests for rows of events. */
  function eventPages(since: number): URLSearchParams[] {
    return (
      simulator.requests
        .slice(since)
        .filter(({ path }) => path === "/v1/events/")
        .map(({ query }) => new URLSearchParams(query))
        // What lies behind is counted, and what tells of changes to lists is no row of events.
        .filter((query) => query.get("limit") !== "1" && !query.has("source"))
    );
  }

  function eventsReadFrom(since: number): string {
    const starts = eventPages(since).map((query) => query.get("start_timestamp") ?? "");
    expect(starts.length).toBeGreaterThan(0);
    return starts.sort()[0] ?? "";
  }

  async function expectRowsIn(schema: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const keys = await keysInTable(database, schema, streamNamed(name));
      expect(keys, name).toEqual(await keysOf(simulator, name));
      const compared = await compareRows(database, schema, streamNamed(name), simulator);
      expect(compared, name).toEqual({ rows: keys.length, differing: {} });
    }
  }

  test("config test finds the configuration valid", async () => {
    const { stdout } = await project.run(["config", "test", "tap-polar"]);

    expect(stdout).toContain("Plugin configuration is valid");
  });

  test("select --list shows the default streams without their hidden columns", async () => {
    const { stdout } = await project.run(["select", "tap-polar", "--list"]);

    const selected = [...stdout.matchAll(/\[(?:selected|automatic) *\] (\S+)/g)].map(
      ([, column]) => column,
    );
    const expected = defaults.flatMap(({ name, properties }) => [
      ...Object.keys(properties)
        .filter((column) => !properties[column]?.hidden)
        .map((column) => `${name}.${column}`),
      `${name}._extra`,
    ]);
    expect(selected.sort()).toEqual(expected.sort());
  });

  test("run tap-polar target-jsonl writes every row", async () => {
    await project.run(["run", "tap-polar", "target-jsonl"]);

    const output = join(project.folder, "output");
    const files = readdirSync(output);
    for (const { name } of defaults) {
      const file = files.find((each) => each.startsWith(`${name}-`)) ?? "";
      const rows = readFileSync(join(output, file), "utf8").trimEnd().split("\n");
      expect(rows.length, name).toBe((await keysOf(simulator, name)).length);
    }
    expect(files).toHaveLength(defaults.length);
  });

  test("the example's job loads every row into PostgreSQL, and marks those that go", async () => {
    // Only a full sweep tells what is gone.
    const sweeps = { TAP_POLAR_FULL_SWEEP_HOURS: "0" };
    await project.run(["run", "polar-to-postgres"], sweeps);
    await expectRowsIn(
      "polar",
      defaults.map(({ name }) => name),
    );

    const [removed = ""] = simulator.persistentIds("customers");
    simulator.remove("customers", removed);
    const again = ["--log-level=debug", "run", "polar-to-postgres"];
    const { stderr } = await project.run(again, sweeps);

    const marked = "SELECT id FROM polar.customers WHERE _sdc_deleted_at IS NOT NULL";
    expect(await database.query(marked)).toEqual([{ id: removed }]);
    expect(stderr).toContain("Using cached catalog file");
  });

  test("dbt-postgres:run makes the models of what the job has loaded", async () => {
    await copyPackage(project.folder);

    await project.run(["run", "polar-to-postgres", "dbt-postgres:run"]);

    for (const model of Object.keys(figures)) {
      const [{ count } = { count: "" }] = await database.query(
        `SELECT count(*) FROM models.${model}`,
      );
      expect(Number(count), model).toBeGreaterThan(5);
    }
    const staged = await database.query("SELECT id FROM models.stg_polar__orders");
    expect(staged.map(({ id }) => id).sort()).toEqual(listedIds(simulator, "orders"));
  });

  test("state is kept, the next run goes on from it, and --full-refresh does not", async () => {
    const run = ["--environment=with-events", "run", "tap-polar", "target-postgres"];
    const events = streamNamed("events");
    await project.run(run);
    const { stdout } = await project.run([
      "state",
      "get",
      "with-events:tap-polar-to-target-postgres",
    ]);
    const bookmarks = z.record(z.string(), z.record(z.string(), z.unknown()));
    const state = z.object({ singer_state: z.object({ bookmarks }) }).parse(JSON.parse(stdout));
    expect(Object.keys(state.singer_state.bookmarks)).toEqual(
      expect.arrayContaining(["products", "events"]),
    );
    const oldest =
      simulator
        .rows("events")
        .map(({ json }) => stringOf(json))
        .sort()[0] ?? "";

    const inserted = simulator.insert("events");
    await project.run(run);
    const keys = await keysInTable(database, "polar", events);
    expect(keys).toEqual(await keysOf(simulator, "events"));
    expect(keys).toContain(JSON.stringify([inserted]));

    const beforeRefresh = simulator.requests.length;
    await project.run([...run, "--full-refresh"]);
    expect(eventsReadFrom(beforeRefresh) <= oldest).toBe(true);
    expect(await keysInTable(database, "polar", events)).toEqual(keys);
  });

  test("select, metadata and schema of meltano.yml are honoured", async () => {
    const run = ["--environment=overrides", "run", "tap-polar", "target-postgres"];
    const columns = (table: string) =>
      database.query(
        `SELECT column_name, data_type FROM information_schema.columns
         WHERE table_schema = 'overrides' AND table_name = $1 ORDER BY column_name`,
        [table],
      );
    await project.run(run);
    const before = simulator.requests.length;
    await project.run(run);

    expect(await columns("orders")).toEqual([
      { column_name: "created_at", data_type: "timestamp without time zone" },
      { column_name: "customer", data_type: "jsonb" },
      { column_name: "id", data_type: "text" },
      { column_name: "net_amount", data_type: "numeric" },
    ]);
    expect(await columns("customers")).toEqual([]);
    const [emails] = await database.query(
      "SELECT count(*) FILTER (WHERE customer ? 'email') AS with_email, count(*) FROM overrides.orders",
    );
    expect(emails).toEqual({ with_email: "0", count: "130" });
    // FULL_TABLE: the second run has read all events again.
    const oldest =
      simulator
        .rows("events")
        .map(({ json }) => stringOf(json))
        .sort()[0] ?? "";
    expect(eventsReadFrom(before) <= oldest).toBe(true);
  });

  test.each([
    ["tap", "tap.mjs"],
    ["target", "bin/target-postgres"],
  ])("after the %s was killed, the next run ends with every row", async (killed, command) => {
    const schema = `killed_${killed}`;
    const names = ["customers", "orders"];
    const env = {
      TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA: schema,
      TAP_POLAR__SELECT: JSON.stringify(names.map((name) => `${name}.*`)),
    };
    const run = ["run", "tap-polar", "target-postgres", `--state-id-suffix=${killed}`];
    simulator.setFaults([{ kind: "stall", path: "/v1/orders/", page: 4 }]);
    const before = simulator.requests.length;
    const interrupted = project.start(run, env);
    const stalled = () => simulator.requests.slice(before).some(({ fault }) => fault === "stall");
    await expect.poll(stalled, { timeout: 60_000 }).toBe(true);
    process.kill(await pluginProcess(interrupted, command), "SIGKILL");
    expect((await interrupted.ended).exitCode).toBe(1);

    simulator.setFaults([]);
    simulator.insert("orders");
    await project.run(run, env);

    await expectRowsIn(schema, names);
  });
});

const stringOf = (json: string): string =>
  z.object({ timestamp: z.string() }).parse(JSON.parse(json)).timestamp;
