/** The dbt package, built for real: its figures are those that follow from the simulator's rows. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogOf } from "../support/organization.ts";
import { workFolder } from "../support/processes.ts";
import { runTap } from "../support/run-tap.ts";
import { configFor, defaultStreams } from "../support/simulation.ts";
import { type Business, changes, reads, startBusiness } from "./business.ts";
import { duckdbWarehouse, postgresWarehouse, type Warehouse } from "./dbt-warehouse.ts";
import { listed } from "./figures/amounts.ts";
import { stagedOrders } from "./figures/orders.ts";
import { figures } from "./figures.ts";
import { describeWith } from "./tools.ts";

/** What is known of these customers without any computing: month, movement, amount, currency. */
const told: readonly [string, readonly string[]][] = [
  ["yearly", ["2026-01 new 16.580 usd"]],
  ["weekly", ["2026-01 new 13.000 usd"]],
  ["daily", ["2026-01 new 3042.000 jpy"]],
  ["quarterly", ["2026-01 new 33.330 eur"]],
  ["free", []],
  ["in trial", ["2026-09 new 10.000 usd"]],
  ["left in its trial", []],
  [
    "came back",
    ["2026-01 new 10.000 usd", "2026-03 churn -10.000 usd", "2026-06 reactivation 10.000 usd"],
  ],
  ["within a month", []],
  ["given up on", ["2026-01 new 10.000 usd", "2026-05 churn -10.000 usd"]],
  ["upgraded", ["2026-01 new 10.000 usd", "2026-09 expansion 20.000 usd"]],
  ["downgraded", ["2026-01 new 50.000 usd", "2026-09 contraction -30.000 usd"]],
  ["canceled", ["2026-01 new 10.000 usd", "2026-09 churn -10.000 usd"]],
  ["leaving at the end", ["2026-01 new 10.000 usd", "2026-10 churn -10.000 usd"]],
  [
    "paused",
    ["2026-01 new 10.000 usd", "2026-09 churn -10.000 usd", "2026-11 reactivation 10.000 usd"],
  ],
  [
    "in another currency",
    ["2026-01 new 10.000 usd", "2026-11 churn -10.000 usd", "2026-11 new 10.000 eur"],
  ],
  ["without a trace", ["2026-01 new 10.000 usd", "2026-10 expansion 5.000 usd"]],
];

/** Just the history: what is built in full at the end is not built before. */
const SNAPSHOT = ["build", "--select", "+subscription_history", "--exclude-resource-type", "test"];

describeWith(["dbt", "postgres"], "the dbt package", () => {
  let business: Business;
  const history: { at: string; rows: string[] }[] = [];
  const warehouses = new Map<string, Warehouse>();
  const built = new Map<string, string>();

  /** Reads all of the business at a time, into a file. */
  async function read(at: string): Promise<string> {
    const { simulator } = business;
    const config = configFor(simulator, { emit_activate_version_messages: true });
    const catalog = catalogOf(...defaultStreams);
    const { lines, exitCode, stderr } = await runTap({ config, catalog, frozenAt: at });
    expect(exitCode, stderr).toBe(0);
    const file = join(await workFolder(), "output.jsonl");
    await writeFile(file, lines.map((line) => `${line}\n`).join(""));
    history.push({ at, rows: listed(simulator, "subscriptions") });
    return file;
  }

  beforeAll(async () => {
    business = await startBusiness();
    warehouses.set("PostgreSQL", await postgresWarehouse());
    warehouses.set("DuckDB", await duckdbWarehouse());
    const files: string[] = [];
    for (const [count, at] of reads.entries()) {
      changes[count - 1]?.(business);
      files.push(await read(at));
    }
    const all = [...warehouses].map(async ([name, { load, dbt }]) => {
      for (const [count, file] of files.entries()) {
        await load(file, reads[count] ?? "");
        built.set(name, await dbt(count < files.length - 1 ? SNAPSHOT : ["build"]));
      }
    });
    await Promise.all(all);
  });

  afterAll(async () => {
    await business.simulator.close();
    for (const { close } of warehouses.values()) await close();
  });

  describe.each(["PostgreSQL", "DuckDB"])("in %s", (name) => {
    const warehouse = (): Warehouse => {
      const found = warehouses.get(name);
      if (found === undefined) throw new Error(`${name} was not built.`);
      return found;
    };

    test("builds, and passes all tests of its own", () => {
      expect(built.get(name)).toMatch(/Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=\d+/);
    });

    test.each(Object.entries(figures))("%s", async (model, compute) => {
      const expected = compute(business.simulator, history);
      expect(expected.length).toBeGreaterThan(10);

      const rows = await warehouse().read(model, Object.keys(expected[0] ?? {}));

      expect(sorted(rows)).toEqual(sorted(expected));
    });

    test.each(told)("the story of %s", async (story, expected) => {
      const customer = customerOf(story);
      const columns = ["customer_id", "month", "currency", "movement", "change_in_mrr"];
      const rows = await warehouse().read("customer_mrr_by_month", columns);
      const moves = rows
        .filter((row) => row.customer_id === customer && row.movement !== "none")
        .map(({ month, currency, movement, change_in_mrr: change }) =>
          [month?.slice(0, 7), movement, change, currency].join(" "),
        );
      expect(moves.sort()).toEqual(expected);
    });
  });

  describe.each(["PostgreSQL", "DuckDB"])("a staging model in %s", (name) => {
    test("has UTC times, amounts in units, and null for the null of JSON", async () => {
      const columns = ["id", "created_at", "currency", "net_amount", "discount"];
      const rows = (await warehouses.get(name)?.read("stg_polar__orders", columns)) ?? [];
      const staged = rows.map((row) => ({
        ...row,
        created_at: row.created_at?.replace(/(\.\d*?)0+$/, "$1"),
        discount: row.discount === null,
      }));

      expect(sorted(staged)).toEqual(sorted(stagedOrders(business.simulator)));
    });
  });

  test("rows that are gone are left out, unless they are asked for", async () => {
    const postgres = warehouses.get("PostgreSQL");
    const customers = async () => (await postgres?.read("stg_polar__customers", ["id"]))?.length;
    const listedNow = listed(business.simulator, "customers").length;
    expect(await customers()).toBe(listedNow);

    const vars = ["--vars", "polar_removed_rows: true"];
    await postgres?.dbt(["run", "--select", "stg_polar__customers", ...vars]);

    expect(await customers()).toBe(listedNow + 1);
  });

  test("a table that is not there is told with what to do", async () => {
    const vars = ["--vars", "polar_schema: nowhere"];
    const orders = ["run", "--select", "stg_polar__orders", ...vars];
    const printed = await warehouses.get("DuckDB")?.dbt(orders, 1);

    expect(printed).toContain("There is no table");
    expect(printed).toContain("name its schema in the variable polar_schema");
  });

  function customerOf(story: string): string {
    const id = business.ids.get(story);
    const row = business.simulator.rows("subscriptions").find((each) => each.id === id);
    return JSON.parse(row?.json ?? "{}").customer_id;
  }
});

const sorted = (rows: readonly object[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
