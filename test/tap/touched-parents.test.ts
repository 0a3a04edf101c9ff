/** Children are read for the parents that were touched, and for all with the parents' full sweep. */
import { expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { catalogOf } from "../support/organization.ts";
import { recordsOf } from "../support/records.ts";
import { runTap } from "../support/run-tap.ts";
import { simulate } from "../support/simulation.ts";
import { Warehouse } from "../support/warehouse.ts";

const streams = ["customers", "orders", "payment_methods"];

const sizes = { customers: 40, orders: 60, payment_methods: 30 };

/** The customers whose payment methods were asked for, since a request. */
const askedAbout = ({ requests }: Simulator, since: number) =>
  requests.slice(since).flatMap(({ path }) => /customers\/(.+)\/payment/.exec(path)?.[1] ?? []);

async function swept() {
  const simulator = await simulate({ spread: true, ties: "stable", sizes });
  const warehouse = new Warehouse(simulator, { page_size: 10 });
  await warehouse.sync(catalogOf(...streams));
  expect(new Set(askedAbout(simulator, 0)).size).toBe(40);
  simulator.clock.advance(7_200);
  return { simulator, warehouse };
}

test("a touched customer's payment methods are read again, and hardly anybody else's", async () => {
  const { simulator, warehouse } = await swept();
  const [{ id: customer = "" } = {}] = simulator.rows("customers");
  simulator.change("payment_method.create", { links: { customer } });
  simulator.change("order.create", { links: { customer } });
  simulator.clock.advance(60);
  const before = simulator.requests.length;

  const { exitCode } = await warehouse.sync(catalogOf(...streams));

  expect(exitCode).toBe(0);
  expect(askedAbout(simulator, before)).toContain(customer);
  expect(askedAbout(simulator, before).length).toBeLessThan(10);
  expect(warehouse.missing("payment_methods")).toEqual([]);
});

test("nobody is passed by who was touched while the children were not read", async () => {
  const { simulator, warehouse } = await swept();
  const [{ id: customer = "" } = {}] = simulator.rows("customers");
  simulator.change("payment_method.create", { links: { customer } });
  simulator.change("order.create", { links: { customer } });
  simulator.clock.advance(60);
  await warehouse.sync(catalogOf("customers", "orders"));
  simulator.clock.advance(7_200);
  const before = simulator.requests.length;

  await warehouse.sync(catalogOf(...streams));

  expect(new Set(askedAbout(simulator, before)).size).toBe(40);
  expect(warehouse.missing("payment_methods")).toEqual([]);
});

test("between two sweeps nothing is activated, and rows are of the last version", async () => {
  const { simulator, warehouse } = await swept();
  const [{ id: customer = "" } = {}] = simulator.rows("customers");
  simulator.change("order.create", { links: { customer } });
  simulator.clock.advance(60);
  const { url, accessToken } = simulator;

  const { lines } = await runTap({
    config: {
      api_url: url,
      access_token: accessToken,
      page_size: 10,
      emit_activate_version_messages: true,
    },
    catalog: catalogOf(...streams),
    ...(warehouse.state === undefined ? {} : { state: warehouse.state }),
    frozenAt: simulator.clock.now.toISOString(),
  });

  expect(lines.filter((line) => line.includes('"ACTIVATE_VERSION"'))).toEqual([]);
  expect(recordsOf(lines).length).toBeGreaterThan(0);
});
