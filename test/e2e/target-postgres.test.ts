/** `tap | target-postgres`: what PostgreSQL holds afterwards is what Polar holds, value by value. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { streams } from "../../src/streams/index.ts";
import { catalogOf, daysBetween, keysOf, streamNamed, tableRows } from "../support/organization.ts";
import { workFolder } from "../support/processes.ts";
import { configFor } from "../support/simulation.ts";
import { createDatabase, type Database } from "./database.ts";
import { goneQuery } from "./documented-query.ts";
import { documentedType } from "./documented-types.ts";
import { compareRows, keysInTable, orphans } from "./organization-in-postgres.ts";
import { runPipeline } from "./programs.ts";
import { describeWith, serverUrl, toolProgram } from "./tools.ts";

const names = streams.map(({ name }) => name);
// The simulator's clock. All of its rows are younger than the start date.
const frozenAt = "2026-08-20T12:00:00.000Z";
const oneDayLater = "2026-08-21T12:00:00.000Z";
const startDate = "2025-07-01";
const sizes = {
  customers: 130,
  orders: 260,
  subscriptions: 220,
  checkouts: 110,
  payments: 110,
  members: 110,
  events: 300,
  benefit_grants: 120,
  license_keys: 30,
  customer_meters: 40,
  webhook_deliveries: 40,
};

let simulator: Simulator;
let database: Database;

/** Runs `tap | target-postgres` into a schema, and returns the target's log. */
async function load(
  selected: readonly string[],
  schema: string,
  { hardDelete = false, activateVersion = false, now = frozenAt },
): Promise<string> {
  const file = join(await workFolder(), "target.json");
  const target = {
    sqlalchemy_url: database.url,
    default_target_schema: schema,
    hard_delete: hardDelete,
  };
  await writeFile(file, JSON.stringify(target));
  const config = configFor(simulator, {
    start_date: startDate,
    emit_activate_version_messages: activateVersion,
  });
  const ended = await runPipeline(
    { config, catalog: catalogOf(...selected), frozenAt: now },
    toolProgram("target-postgres", "target-postgres"),
    ["--config", file],
  );
  expect(ended.tap.exitCode, ended.tap.stderr).toBe(0);
  expect(ended.target.exitCode, ended.target.stderr).toBe(0);
  return ended.target.stderr;
}

describeWith(["target-postgres", "postgres"], "target-postgres", () => {
  let log: string;

  beforeAll(async () => {
    simulator = await startSimulator({ sizes, date: "none" });
    database = await createDatabase(serverUrl());
    log = await load(names, "polar", { hardDelete: true, activateVersion: true });
  });

  afterAll(async () => {
    await simulator.close();
    await database.drop();
  });

  test("has nothing to object to", () => {
    expect(log).toContain("INFO");
    expect(log.split("\n").filter((line) => /WARN|ERROR|CRITICAL/.test(line))).toEqual([]);
  });

  test.each(names)("%s has every row once", async (name) => {
    const expected = await keysOf(simulator, name, daysBetween(startDate, frozenAt.slice(0, 10)));

    expect(expected.length).toBeGreaterThan(0);
    expect(await keysInTable(database, "polar", streamNamed(name))).toEqual(expected);
  });

  const lists = streams.filter(({ source }) => ["list", "windows", "array"].includes(source.kind));

  test.each(lists)("$name has every value as it was", async (stream) => {
    const { source, name } = stream;
    const listed = tableRows(simulator, name, "hiddenUnless" in source);

    expect(await compareRows(database, "polar", stream, simulator)).toEqual({
      rows: listed.length,
      differing: {},
    });
  });

  test("big integers and unicode are among these values", async () => {
    const customers = await database.query("SELECT metadata::text, name FROM polar.customers");
    const orders = await database.query("SELECT subtotal_amount FROM polar.orders");
    const metadata = customers.map((row) => row.metadata).join("\n");

    expect(metadata).toContain("12345678901234567890123");
    expect(metadata).toContain(`25${"0".repeat(299)}`);
    expect(metadata).toContain("emoji 🔑 key.with.dots");
    expect(customers.map((row) => row.name)).toContain("Emoji 👩‍👩‍👧 family");
    expect(orders.map((row) => row.subtotal_amount)).toContain("9007199254740993");
  });

  test.each(streams)("$name has the documented types", async ({ name, properties }) => {
    const columns = await database.query(
      `SELECT column_name, data_type FROM information_schema.columns
       WHERE table_schema = 'polar' AND table_name = $1 AND column_name NOT LIKE '\\_sdc\\_%'`,
      [name],
    );
    const visible = Object.entries(properties).filter(([, property]) => !property.hidden);

    expect(Object.fromEntries(columns.map((row) => [row.column_name, row.data_type]))).toEqual({
      ...Object.fromEntries(visible.map(([column, each]) => [column, documentedType(each)])),
      _extra: documentedType({ type: "object" }),
    });
  });

  const references = streams.flatMap((stream) =>
    Object.entries(stream.properties)
      .filter(([, { hidden }]) => !hidden)
      .flatMap(([column, { references }]) =>
        references === undefined ? [] : [{ name: stream.name, stream, column, references }],
      ),
  );
  // The simulator makes these up.
  const invented = new Set(["default_payment_method_id"]);

  test.each(references)("$name.$column finds its $references", async (reference) => {
    const to = streamNamed(reference.references);
    const deleted = simulator.rows("customers").filter(({ hidden }) => hidden);
    const allowed = to.name === "customers" ? deleted.map(({ id }) => id) : [];
    const lost = await orphans(database, "polar", reference, to);

    if (!invented.has(reference.column)) expect(allowed).toEqual(expect.arrayContaining(lost));
  });

  test("some customers were deleted, and their orders stand", async () => {
    const orders = { stream: streamNamed("orders"), column: "customer_id" };

    expect(await orphans(database, "polar", orders, streamNamed("customers"))).not.toEqual([]);
  });

  test("a second run updates, adds, and deletes what is gone", async () => {
    const [changed = "", removed = ""] = simulator.persistentIds("orders");
    simulator.update("orders", changed, { billing_name: "Changed 名前" });
    simulator.remove("orders", removed);
    const inserted = simulator.insert("orders");

    await load(["orders"], "polar", { hardDelete: true, activateVersion: true, now: oneDayLater });

    const orders = streamNamed("orders");
    const keys = await keysInTable(database, "polar", orders);
    expect(keys).toEqual(await keysOf(simulator, "orders"));
    expect(keys).toContain(JSON.stringify([inserted]));
    expect(keys).not.toContain(JSON.stringify([removed]));
    expect(await compareRows(database, "polar", orders, simulator)).toEqual({
      rows: keys.length,
      differing: {},
    });
  });

  test("without ACTIVATE_VERSION, the query of docs/targets.md removes what is gone", async () => {
    const refunds = streamNamed("refunds");
    await load(["refunds"], "queried", {});
    const [removed = ""] = simulator.persistentIds("refunds");
    simulator.remove("refunds", removed);
    await load(["refunds"], "queried", { now: oneDayLater });
    expect(await keysInTable(database, "queried", refunds)).toContain(JSON.stringify([removed]));

    await database.query(goneQuery("queried.refunds", oneDayLater));

    expect(await keysInTable(database, "queried", refunds)).toEqual(
      await keysOf(simulator, "refunds"),
    );
  });

  test("without hard_delete, what is gone stays, and is marked once it is told", async () => {
    const refunds = streamNamed("refunds");
    const [removed = ""] = simulator.persistentIds("refunds");
    const marked = async () => {
      const rows = await database.query(
        "SELECT id FROM kept.refunds WHERE _sdc_deleted_at IS NOT NULL",
      );
      return rows.map(({ id }) => id);
    };
    await load(["refunds"], "kept", {});
    const before = await keysInTable(database, "kept", refunds);
    simulator.remove("refunds", removed);

    await load(["refunds"], "kept", {});
    expect(await marked()).toEqual([]);

    await load(["refunds"], "kept", { activateVersion: true, now: oneDayLater });
    expect(await marked()).toEqual([removed]);
    expect(await keysInTable(database, "kept", refunds)).toEqual(before);
  });
});
