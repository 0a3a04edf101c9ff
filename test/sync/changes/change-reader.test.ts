import { describe, expect, it } from "vitest";
import { tableRows } from "../../support/organization.ts";
import { listedIds, simulate } from "../../support/simulation.ts";
import { Runs, settingsWith } from "./runs.ts";

const read = ["customers", "orders", "refunds", "events"].map((name) => `${name}:read`);

/** Lists that have been swept, of an organization whose events tell of changes. */
async function swept(names: readonly string[], scopes: readonly string[] = read) {
  const simulator = await simulate({
    sizes: { customers: 50, orders: 120, events: 30 },
    spread: true,
    scopes,
  });
  const runs = new Runs(simulator, names, settingsWith({ useExports: false }));
  await runs.next();
  // What is told of the time just before is read again.
  await runs.next(3);
  return { simulator, runs };
}

const count = (paths: readonly string[], path: string) =>
  paths.filter((one) => one === path).length;

describe("what has changed in a list", () => {
  it("is read again customer by customer, each row once", async () => {
    const { simulator, runs } = await swept(["orders"]);
    // Any event of a customer: his orders may have changed.
    const id = simulator.change("order.pay", { id: pendingOrder(simulator) });
    const { of, requests } = await runs.next();
    const { ids } = of("orders");
    expect(ids).toContain(id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeLessThan(60);
    expect(requests).not.toContain(`/v1/orders/${id}`);
  });

  it("is written once by a customer who came inside of an order, without a request", async () => {
    const { simulator, runs } = await swept(["customers", "orders"]);
    const order = simulator.change("order.create");
    const { of, requests } = await runs.next();
    const customer = ownerOf(simulator, order);
    expect(of("customers").ids.filter((id) => id === customer)).toHaveLength(1);
    expect(count(requests, `/v1/customers/${customer}`)).toBe(0);
  });

  it("is asked for row by row where no list takes a customer", async () => {
    const { simulator, runs } = await swept(["customers"]);
    const [{ id = "" } = {}] = simulator.rows("customers");
    simulator.change("customer.update", { id });
    const { of, requests } = await runs.next();
    expect(of("customers").ids).toContain(id);
    expect(count(requests, `/v1/customers/${id}`)).toBe(1);
  });

  it("is passed by where it has gone", async () => {
    const { simulator, runs } = await swept(["customers"]);
    const [{ id = "" } = {}] = simulator.rows("customers");
    simulator.change("customer.update", { id });
    simulator.remove("customers", id);
    const { of, logged } = await runs.next();
    expect(of("customers")).toMatchObject({ problem: undefined, isActivated: false });
    expect(logged).toContain("1 rows have gone since; the next full sweep tells which.");
  });

  it("is not read one by one when that takes more requests than the list has pages", async () => {
    const { simulator, runs } = await swept(["customers"]);
    for (const { id } of simulator.rows("customers").slice(0, 6)) {
      simulator.change("customer.update", { id });
    }
    const { of, logged } = await runs.next();
    expect(logged).toContain("customers: 6 touched customers and rows are more than the list has");
    expect([...new Set(of("customers").ids)].sort()).toEqual(listedIds(simulator, "customers"));
    expect(of("customers").isActivated).toBe(true);
  });

  it("is not followed without a count to hold it against", async () => {
    const { simulator, runs } = await swept(["orders"]);
    simulator.setFaults([{ kind: "no-pagination", path: "/v1/orders/" }]);
    const { logged } = await runs.next();
    expect(logged).toContain("orders: the API gives no count to hold the new rows against.");
  });
});

type Organization = Awaited<ReturnType<typeof simulate>>;

function pendingOrder(simulator: Organization): string {
  const id = simulator.change("order.draft");
  return simulator.change("order.finalize", { id });
}

function ownerOf(simulator: Organization, order: string): unknown {
  return tableRows(simulator, "orders").find(({ id }) => id === order)?.customer_id;
}
