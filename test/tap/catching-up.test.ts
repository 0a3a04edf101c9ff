/** Runs that catch up with what has changed: what they cost, and what they go on from. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Simulator, SimulatorOptions } from "../../simulator/index.ts";
import { lastLineOf } from "../support/discretion.ts";
import { catalogOf, everythingOf, streamNamed } from "../support/organization.ts";
import { recordsOf } from "../support/records.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, defaultStreams, requestCount, simulate } from "../support/simulation.ts";
import { Warehouse } from "../support/warehouse.ts";

const bookmark = z.looseObject({ version: z.number().optional() });

const scopesOf = (names: readonly string[]) => names.map((name) => streamNamed(name).scope);

/** Some pages of each list. */
const sizes = { customers: 300, orders: 400, subscriptions: 300, refunds: 200, checkouts: 200 };

const organization = (options: SimulatorOptions = {}): Promise<Simulator> =>
  simulate({ spread: true, ties: "stable", date: "simulator", sizes, ...options });

/** The settings of a run that sweeps only what it has to. */
const rarely = { page_size: 20, full_sweep_hours: 1_000 };

describe("an idle run", () => {
  test("takes 25 requests at most, and writes only the newest rows and the open ones", async () => {
    const simulator = await organization({ scopes: scopesOf(defaultStreams) });
    const warehouse = new Warehouse(simulator, { full_sweep_hours: 1_000 });
    const catalog = everythingOf(...defaultStreams);
    await warehouse.sync(catalog);
    simulator.clock.advance(3_600);
    await warehouse.sync(catalog);
    simulator.clock.advance(3_600);

    const idle = await warehouse.sync(catalog);

    expect(idle.exitCode).toBe(0);
    expect(idle.requests).toBeLessThanOrEqual(25);
    const open = ["draft", "pending", "trialing", "past_due", "unpaid", "confirmed", "failed"];
    const texts = defaultStreams.flatMap((name) => simulator.rows(name).map(({ json }) => json));
    const isOpen = (json: string) => open.some((status) => json.includes(`"status":"${status}"`));
    const small = ["products", "benefits", "organizations"].flatMap((name) => simulator.rows(name));
    // Beside these, what was created in the hour before the newest row.
    expect(idle.written).toBeLessThan(texts.filter(isOpen).length + small.length + 100);
  });
});

describe("a row that the full sweep could not read", () => {
  test("is told of by each run until a full sweep has read it", async () => {
    const simulator = await organization();
    const warehouse = new Warehouse(simulator, { ...rarely, max_retries: 0 });
    const [, { id = "" } = {}] = simulator.rows("orders");
    simulator.setFaults([{ kind: "poison", path: "/v1/orders/", ids: [id] }]);
    const sync = async (settings: object = {}) => {
      simulator.clock.advance(3_600);
      const { exitCode, stderr } = await warehouse.sync(everythingOf("orders"), settings);
      return { exitCode, last: lastLineOf(stderr) };
    };
    const first = await sync();
    simulator.setFaults([]);

    const second = await sync();
    const third = await sync();

    expect(first.last).toContain("1 rows of orders can't be read");
    for (const { exitCode, last } of [second, third]) {
      expect(exitCode).toBe(1);
      expect(last).toContain(
        "1 rows of orders could not be read by the last full sweep, which began",
      );
    }
    expect(warehouse.different("orders")).toEqual([id]);
    expect((await sync({ full_sweep_hours: 0 })).exitCode).toBe(0);
    expect((await sync()).exitCode).toBe(0);
    expect(warehouse.different("orders")).toEqual([]);
  });
});

describe("a run", () => {
  test("understands a state of an earlier version, whose lists were never swept to catch up", async () => {
    const simulator = await organization();
    const warehouse = new Warehouse(simulator, rarely);
    warehouse.state = { bookmarks: { orders: { version: 1_780_000_000, format: 1 } } };
    const first = await warehouse.sync(everythingOf("orders"));
    const second = await warehouse.sync(everythingOf("orders"));

    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(warehouse.different("orders")).toEqual([]);
    expect(first.written).toBe(sizes.orders);
    expect(second.written).toBeLessThan(sizes.orders);
  });

  test("reads everything each time where the catalog says FULL_TABLE, with the streams inside", async () => {
    const simulator = await organization();
    const catalog = catalogOf("orders", "order_items");
    for (const { tap_stream_id: name, metadata } of catalog.streams) {
      const [own] = metadata.filter(({ breadcrumb }) => breadcrumb.length === 0);
      if (name === "orders" && own) own.metadata["replication-method"] = "FULL_TABLE";
    }
    const warehouse = new Warehouse(simulator, rarely);
    const first = await warehouse.sync(catalog);
    const second = await warehouse.sync(catalog);

    expect(second.written).toBe(first.written);
    expect(requestCount(simulator, "/v1/events/")).toBe(0);
  });

  test("sweeps again when a stream inside of a list's rows was newly selected", async () => {
    const simulator = await organization();
    const warehouse = new Warehouse(simulator, rarely);
    await warehouse.sync(catalogOf("orders"));
    const { written } = await warehouse.sync(catalogOf("orders", "order_items"));
    const next = await warehouse.sync(catalogOf("orders", "order_items"));

    expect(written).toBeGreaterThanOrEqual(2 * sizes.orders);
    expect(next.written).toBeLessThan(sizes.orders);
  });

  test("sends records in the version of the last sweep, and activates nothing between two", async () => {
    const simulator = await organization();
    const settings = { ...rarely, emit_activate_version_messages: true };
    const config = configFor(simulator, settings);
    const warehouse = new Warehouse(simulator, settings);
    const catalog = everythingOf("orders", "customers");
    await warehouse.sync(catalog);
    const { bookmarks } = z
      .object({ bookmarks: z.record(z.string(), bookmark) })
      .parse(warehouse.state);
    simulator.clock.advance(3_600);
    simulator.change("order.create");

    const frozenAt = simulator.clock.now.toISOString();
    const { lines } = await runTap({ config, catalog, state: warehouse.state, frozenAt });

    expect(recordsOf(lines).map(({ stream }) => stream)).toEqual(
      expect.arrayContaining(["orders", "customers"]),
    );
    for (const message of messagesOf(lines)) {
      expect(message.type).not.toBe("ACTIVATE_VERSION");
      if (message.type === "RECORD") {
        expect(message.version).toBe(bookmarks[message.stream]?.version);
      }
    }
  });
});

test("a new row that is closed between two answers is not taken for open, and forgotten", async () => {
  let onRequest: SimulatorOptions["onRequest"];
  const simulator = await organization({
    scopes: scopesOf(defaultStreams),
    onRequest: (request) => onRequest?.(request),
  });
  const warehouse = new Warehouse(simulator, { ...rarely, use_exports: false });
  const catalog = everythingOf("orders");
  await warehouse.sync(catalog);
  simulator.clock.advance(60);
  const id = simulator.change("order.draft");
  simulator.change("order.finalize", { id });
  simulator.clock.advance(50 * 60);
  // A newer one, so that the next run does not meet the first one among the newest.
  simulator.change("order.create");
  simulator.clock.advance(60);
  onRequest = ({ path, query }) => {
    if (path !== "/v1/orders/" || !query.includes("status=pending")) return;
    onRequest = undefined;
    simulator.change("order.pay", { id });
  };
  await warehouse.sync(catalog);
  expect(onRequest).toBeUndefined();
  simulator.clock.advance(3_600);
  await warehouse.sync(catalog);
  expect(warehouse.different("orders")).toEqual([]);
});

describe("a sweep that goes on after an interruption", () => {
  test("leaves what the next run catches up from, and forgets no row that was open", async () => {
    const simulator = await organization();
    const warehouse = new Warehouse(simulator, rarely);
    const catalog = everythingOf("orders");
    await warehouse.killedSync(300, catalog);
    // It has been read as pending, and is paid before the rest is read.
    const [pending = ""] = simulator
      .rows("orders")
      .flatMap(({ id, json }) => (json.includes('"status":"pending"') ? [id] : []));
    expect(warehouse.row("orders", pending)).toBeDefined();
    simulator.clock.advance(60);
    simulator.change("order.pay", { id: pending });
    const resumed = await warehouse.sync(catalog);
    expect(resumed.stderr).toContain("orders: going on at page");
    simulator.clock.advance(3_600);
    simulator.change("order.create");

    const next = await warehouse.sync(catalog);

    expect(next.stderr).toContain("audit agrees");
    expect(next.written).toBeLessThan(sizes.orders);
    expect(warehouse.different("orders")).toEqual([]);
    expect(JSON.stringify(warehouse.state)).not.toContain("interrupted");
  });
});

describe("a source of hints", () => {
  const streams = ["customers", "orders"];
  const scopes = [...scopesOf(streams), "events:read"];

  test("that can't be read for hours tells of them later", async () => {
    const simulator = await organization({ scopes });
    const warehouse = new Warehouse(simulator, { ...rarely, max_retries: 0, use_exports: false });
    const catalog = everythingOf(...streams);
    for (const hours of [1, 1]) {
      await warehouse.sync(catalog);
      simulator.clock.advance(hours * 3_600);
    }
    simulator.change("customer.update");
    simulator.setScopes(scopesOf(streams));
    for (let hour = 0; hour < 4; hour++) {
      simulator.clock.advance(3_600);
      const blind = await warehouse.sync(catalog);
      expect(blind).toMatchObject({ exitCode: 0 });
      expect(blind.stderr).toContain("events can't be read, and so don't tell of changes");
    }
    expect(warehouse.different("customers")).toHaveLength(1);

    simulator.setScopes(scopes);
    await warehouse.sync(catalog);

    expect(warehouse.different("customers")).toEqual([]);
  });

  test("needs not be heard of what a sweep has read, and brings customers whole", async () => {
    const simulator = await organization({ scopes });
    const warehouse = new Warehouse(simulator, { ...rarely, use_exports: false });
    const catalog = everythingOf(...streams);
    for (let count = 0; count < 30; count++) simulator.change("customer.update");
    // Events are written seconds later.
    simulator.clock.advance(10);
    simulator.clock.advance(600);
    await warehouse.sync(catalog);
    // How much was told is counted, and nothing of it read.
    expect(requestCount(simulator, "/v1/events/")).toBe(1);
    simulator.clock.advance(3_600);
    const created = simulator.change("customer.create");
    const [{ id = "" } = {}] = simulator.rows("customers");
    const updated = simulator.change("customer.update", { id });
    simulator.clock.advance(60);

    const before = simulator.requests.length;
    await warehouse.sync(catalog);

    const asked = simulator.requests.slice(before);
    expect(asked.filter(({ path }) => path === "/v1/events/")).toHaveLength(1);
    const named = [created, updated];
    expect(asked.filter(({ path }) => named.some((one) => path.includes(one)))).toEqual([]);
    expect(warehouse.different("customers")).toEqual([]);
    // Of touched customers, what is as new as the newest page has come with that.
    const touched = asked.filter(({ query }) => query.includes("customer_id="));
    expect(touched.map(({ path }) => path)).toEqual(["/v1/orders/"]);
    expect(touched[0]?.query).toContain("created_before=");
    // The other customer is new, and so has no older ones.
    expect(touched[0]?.query).not.toContain(created);
  });

  test("that tells of too much has the lists read whole, once", async () => {
    const simulator = await organization({ scopes });
    // Thirty pages of one row each.
    const warehouse = new Warehouse(simulator, { ...rarely, page_size: 1 });
    const catalog = everythingOf(...streams);
    for (let hour = 0; hour < 2; hour++) {
      await warehouse.sync(catalog);
      simulator.clock.advance(3_600);
    }
    for (let count = 0; count < 31; count++) simulator.change("customer.update");
    // Events are written seconds later.
    simulator.clock.advance(10);
    simulator.clock.advance(3_600);
    const swept = await warehouse.sync(catalog);
    expect(swept.stderr).toContain("events tell of too much to follow. It is read whole.");
    expect(warehouse.different("customers")).toEqual([]);

    simulator.clock.advance(4 * 3_600);
    const next = await warehouse.sync(catalog);

    expect(next.stderr.includes("read whole")).toBe(false);
    expect(next.written).toBeLessThan(sizes.orders);
  });
});
