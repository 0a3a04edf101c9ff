/**
 * Dagster runs the example: three organizations into one warehouse. While they are read, the worker of
 * the first is killed with all that it started, and the tap of the second; the third has a bad token.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type RecordedRequest, type Simulator, startSimulator } from "../../simulator/index.ts";
import { keysOf, streamNamed } from "../support/organization.ts";
import { blocksOf } from "../support/pages.ts";
import { configFor, defaultStreams } from "../support/simulation.ts";
import { createDagsterProject, type DagsterProject, killTap, type Run } from "./dagster-project.ts";
import { createDatabase, type Database } from "./database.ts";
import { compareRows, keysInTable } from "./organization-in-postgres.ts";
import { describeWith, serverUrl } from "./tools.ts";

const sizes = { customers: 70, orders: 130, subscriptions: 50, checkouts: 50 };
const streamsOfSales = ["customers", "orders", "subscriptions", "refunds", "checkouts"];
const badToken = "polar_oat_RevokedTestOnly";

describeWith(["dagster", "postgres"], "examples/dagster", () => {
  let instance: Database;
  let warehouse: Database;
  let project: DagsterProject;
  let acme: Simulator;
  let globex: Simulator;
  let initech: Simulator;
  let runs: readonly Run[];
  let log: string;

  /** A command of the page. */
  const typed = (name: string): string =>
    blocksOf("docs/many-organizations.md").find(({ comment }) => comment === name)?.text ?? "";

  /** Calls back once: in the middle of the orders. */
  function midway(strike: () => void): (request: RecordedRequest) => void {
    let pages = 0;
    return ({ path }) => {
      if (path === "/v1/orders/" && ++pages === 5) strike();
    };
  }

  beforeAll(async () => {
    [instance, warehouse] = await Promise.all([
      createDatabase(serverUrl()),
      createDatabase(serverUrl()),
    ]);
    const common = { sizes, date: "none" } as const;
    [acme, globex, initech] = await Promise.all([
      startSimulator({
        ...common,
        seed: 1,
        accessToken: "polar_oat_AcmeTestOnly",
        onRequest: midway(() => killTap("acme", { worker: true })),
      }),
      startSimulator({
        ...common,
        seed: 2,
        accessToken: "polar_oat_GlobexTestOnly",
        onRequest: midway(() => killTap("globex")),
      }),
      startSimulator({ ...common, seed: 3 }),
    ]);
    project = await createDagsterProject(instance.url, warehouse.url);
    await project.add("acme", configFor(acme, { page_size: 20 }));
    await project.add("globex", configFor(globex, { page_size: 20 }));
    await project.add("initech", configFor(initech, { access_token: badToken }));
    await project.run(typed("pool").replace("polar 4", "polar 1"));
    const daemon = project.start("dagster-daemon run");
    const wait = { timeout: 800_000, interval: 500 };
    await vi.waitFor(async () => expect(await endedRuns()).toBe(4), wait);
    process.kill(daemon.pid, "SIGINT");
    const { stdout, stderr } = await daemon.ended;
    log = stdout + stderr;
    runs = await project.runs();
  }, 900_000);

  /** Dagster makes its tables when it starts. */
  async function endedRuns(): Promise<number> {
    const [{ table } = { table: null }] = await instance.query(
      "SELECT to_regclass('runs') AS table",
    );
    if (table === null) return 0;
    const ended = await instance.query("SELECT FROM runs WHERE status IN ('SUCCESS', 'FAILURE')");
    return ended.length;
  }

  afterAll(async () => {
    await Promise.all([acme, globex, initech].map((simulator) => simulator.close()));
    await Promise.all([instance, warehouse].map((database) => database.drop()));
  });

  async function expectEveryRow(organization: string, simulator: Simulator): Promise<void> {
    const schema = `polar_${organization}`;
    for (const stream of defaultStreams.map(streamNamed)) {
      const keys = await keysInTable(warehouse, schema, stream);
      expect(keys, stream.name).toEqual(await keysOf(simulator, stream.name));
      const compared = await compareRows(warehouse, schema, stream, simulator);
      expect(compared, stream.name).toEqual({ rows: keys.length, differing: {} });
    }
  }

  test("the sensor starts a run for each, and what was killed is started again", () => {
    const told = runs.map(({ organization, status, materialized, retried }) => [
      organization,
      status,
      Object.keys(materialized).sort(),
      retried,
    ]);
    expect(told).toEqual([
      ["acme", "FAILURE", ["offer"], []],
      ["globex", "SUCCESS", ["offer", "sales"], ["sales"]],
      ["initech", "FAILURE", [], []],
      ["acme", "SUCCESS", ["sales"], []],
    ]);
  });

  test("the pool lets in one at a time", () => {
    for (const [at, { ended }] of runs.slice(0, -1).entries()) {
      expect(runs[at + 1]?.started).toBeGreaterThan(ended ?? Number.POSITIVE_INFINITY);
    }
  });

  test("a bad token needs a person: it is not tried again", () => {
    const { sales, offer } =
      runs.find(({ failed }) => Object.keys(failed).length > 0)?.failed ?? {};
    for (const group of [sales, offer]) {
      expect(group).toMatchObject({ exit_codes: [2, 0], rows: 0, requests: 1 });
      expect(group?.message).toContain("Polar does not accept the access token");
    }
    expect(Object.keys(offer?.incomplete ?? {}).sort()).toEqual([
      "benefits",
      "organizations",
      "products",
    ]);
    expect(initech.requests.map(({ status }) => status)).toEqual([401, 401]);
  });

  test("each has every row, in a schema of its own", async () => {
    await expectEveryRow("acme", acme);
    await expectEveryRow("globex", globex);
  });

  async function listedRows(simulator: Simulator): Promise<number> {
    const listed = streamsOfSales.map(async (name) => (await keysOf(simulator, name)).length);
    return (await Promise.all(listed)).reduce((sum, each) => sum + each, 0);
  }

  test("the summary is metadata, and the state is kept", async () => {
    const rows = await listedRows(globex);
    const loaded = runs.find(({ organization }) => organization === "globex")?.materialized.sales;
    expect(loaded).toMatchObject({ rows, incomplete: {}, exit_codes: [0, 0] });

    for (const name of ["acme/sales", "acme/offer", "globex/sales", "globex/offer"]) {
      const state = readFileSync(join(project.folder, "states", `${name}.json`), "utf8");
      expect(JSON.parse(state)).toHaveProperty("bookmarks");
    }
  });

  test("tokens are in no log and no metadata", async () => {
    const events = await instance.query("SELECT event FROM event_logs");
    const instanceText = JSON.stringify([events, runs]);
    const written = readdirSync(project.folder, { recursive: true, encoding: "utf8" })
      .filter((name) => !name.startsWith("organizations"))
      .map((name) => join(project.folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, "latin1"));
    expect(events.length).toBeGreaterThan(50);
    for (const token of [acme.accessToken, globex.accessToken, badToken]) {
      const places = [log, instanceText, ...written].filter((text) => text.includes(token));
      expect(places).toEqual([]);
    }
  });

  test("the next run goes on from the state", async () => {
    acme.insert("orders");
    await project.run(typed("by hand"));

    const loaded = (await project.runs()).at(-1)?.materialized.sales;
    expect(loaded).toMatchObject({ incomplete: {}, exit_codes: [0, 0] });
    expect(loaded?.rows).toBeLessThan((await listedRows(acme)) / 2);
    await expectEveryRow("acme", acme);
  });
});
