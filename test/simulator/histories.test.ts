/** Whatever happens to an organization, its lists stay what a database would answer. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeKinds, type Simulator, type SimulatorOptions } from "../../simulator/index.ts";
import { simulate } from "../support/simulation.ts";
import { ask, type Item, page } from "./client.ts";

const kinds = [...changeKinds.keys()];
const histories = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 25 });
const sizes = { orders: 40, customers: 12, subscriptions: 15, refunds: 10, events: 40 };

const shown = (simulator: Simulator, stream: string): Item[] =>
  simulator.rows(stream).flatMap(({ hidden, json }) => (hidden ? [] : [JSON.parse(json)]));

async function organizationAfter(
  history: readonly string[],
  options: SimulatorOptions,
): Promise<Simulator> {
  const simulator = await simulate({ ties: "stable", ...options, sizes });
  // Lists that were asked for before must be kept up.
  for (const { path, query } of questions(simulator)) await ask(simulator, `${path}?${query}`);
  for (const kind of history) simulator.tryChange(kind);
  simulator.clock.advance(10);
  return simulator;
}

const time = (value: unknown): number => {
  const text = String(value);
  return Date.parse(text) * 1000 + Number(/\.\d{3}(\d{3})Z/.exec(text)?.[1] ?? 0);
};

interface Question {
  readonly stream: string;
  readonly path: string;
  readonly query: string;
  readonly keep: (item: Item) => boolean;
}

/** Lists with what a database would keep of them. */
function questions(simulator: Simulator): Question[] {
  const some = simulator.rows("customers").slice(3, 9);
  const ids = new Set<unknown>(some.map(({ id }) => id));
  const customers = [...ids].map((id) => `customer_id=${id}`).join("&");
  const middle = "2026-02-15T12:00:00.000001Z";
  const isTheirs = ({ customer_id }: Item): boolean => ids.has(customer_id);
  return [
    { stream: "orders", path: "/v1/orders/", query: customers, keep: isTheirs },
    ...some.map(({ id }) => ({
      stream: "orders",
      path: "/v1/orders/",
      query: `customer_id=${id}`,
      keep: ({ customer_id }: Item) => customer_id === id,
    })),
    {
      stream: "orders",
      path: "/v1/orders/",
      query: `status=draft&status=pending&created_after=${middle}`,
      keep: ({ status, created_at }) =>
        ["draft", "pending"].includes(String(status)) && time(created_at) > time(middle),
    },
    {
      stream: "orders",
      path: "/v1/orders/",
      query: `sorting=amount&created_before=${middle}`,
      keep: ({ created_at }) => time(created_at) < time(middle),
    },
    { stream: "subscriptions", path: "/v1/subscriptions/", query: customers, keep: isTheirs },
    {
      stream: "subscriptions",
      path: "/v1/subscriptions/",
      query: `canceled_at_after=${middle}`,
      keep: ({ canceled_at }) => canceled_at !== null && time(canceled_at) >= time(middle),
    },
    { stream: "refunds", path: "/v1/refunds/", query: customers, keep: isTheirs },
    {
      stream: "refunds",
      path: "/v1/refunds/",
      query: "succeeded=false",
      keep: ({ status }) => status !== "succeeded",
    },
    { stream: "benefit_grants", path: "/v1/benefit-grants/", query: customers, keep: isTheirs },
    {
      stream: "events",
      path: "/v1/events/",
      query: `${customers}&source=system`,
      keep: (item) => isTheirs(item) && item.source === "system",
    },
    { stream: "customers", path: "/v1/customers/", query: "sorting=name", keep: () => true },
  ];
}

describe("after any history", () => {
  it.each([false, true])("lists are what a database would answer (spread: %s)", async (spread) => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const simulator = await organizationAfter(history, { spread });
        for (const { stream, path, query, keep } of questions(simulator)) {
          const { items, total } = await page(simulator, `${path}?${query}&limit=100`);
          const expected = shown(simulator, stream).filter(keep);
          expect(total).toBe(expected.length);
          const byId = (a: Item, b: Item): number => (String(a.id) < String(b.id) ? -1 : 1);
          if (total <= 100) expect([...items].sort(byId)).toEqual(expected.sort(byId));
        }
        await simulator.close();
      }),
      { numRuns: 12 },
    );
  });

  it("orders stand by the names that their customers have now", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const simulator = await organizationAfter([], {});
        const path = "/v1/orders/?limit=100&sorting=customer";
        const names = async (): Promise<unknown[]> =>
          (await page(simulator, path)).items.map(({ customer }) => Object(customer).name);
        await names();
        const [first] = simulator.rows("orders");
        const { customer_id } = JSON.parse(first?.json ?? "");
        simulator.update("customers", customer_id, { name: "~ the last one" });
        for (const kind of history) simulator.tryChange(kind);
        const found = await names();
        const texts = found.filter((name) => name !== null).map(String);
        expect(found).toEqual([
          ...[...texts].sort((a, b) => (a === b ? 0 : a < b ? -1 : 1)),
          ...found.filter((name) => name === null),
        ]);
        await simulator.close();
      }),
      { numRuns: 6 },
    );
  });

  it("newest rows come first", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const simulator = await organizationAfter(history, {});
        const { items } = await page(simulator, "/v1/orders/?limit=100");
        const times = items.map(({ created_at }) => time(created_at));
        expect(times).toEqual([...times].sort((a, b) => b - a));
        await simulator.close();
      }),
      { numRuns: 8 },
    );
  });

  it.each([false, true])("what rows contain is as it is now (spread: %s)", async (spread) => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const simulator = await organizationAfter(history, { spread });
        const truth = new Map<unknown, Item>();
        for (const stream of ["customers", "products", "subscriptions", "discounts", "benefits"]) {
          for (const { id, json } of simulator.rows(stream)) truth.set(id, JSON.parse(json));
        }
        const parents = ["orders", "subscriptions", "benefit_grants", "customer_meters", "events"];
        for (const item of parents.flatMap((stream) => shown(simulator, stream))) {
          expect(item.customer).toEqual(truth.get(item.customer_id) ?? null);
          for (const part of ["product", "subscription", "discount", "benefit"]) {
            const whole = truth.get(item[`${part}_id`]);
            if (whole !== undefined && part in item)
              expect(whole).toMatchObject(Object(item[part]));
          }
          if ("description" in item) {
            expect(item.description).toBe(Object(item.product).name);
          }
        }
        await simulator.close();
      }),
      { numRuns: 12 },
    );
  });
});

describe("a replica", () => {
  it("has caught up when its lag has passed, whatever happened", async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.boolean(), async (history, spread) => {
        const simulator = await organizationAfter(history, { spread, lag: { seconds: 5 } });
        for (const stream of ["orders", "subscriptions", "customers", "checkouts"]) {
          const { items, total } = await page(simulator, `/v1/${stream}/?limit=100`);
          const expected = new Map(shown(simulator, stream).map((item) => [item.id, item]));
          expect(total).toBe(expected.size);
          for (const item of items) expect(item).toEqual(expected.get(item.id));
        }
        await simulator.close();
      }),
      { numRuns: 10 },
    );
  });

  it("shows the state of some seconds ago, while events are current", async () => {
    const simulator = await simulate({ lag: { seconds: 5 }, sizes: { events: 0 } });
    const id = simulator.change("order.create");
    const status = async (): Promise<number> => (await ask(simulator, `/v1/orders/${id}`)).status;
    const total = async (path: string): Promise<number> => (await page(simulator, path)).total;
    expect(await total("/v1/events/?name=order.paid")).toBe(1);
    expect([await status(), await total("/v1/orders/")]).toEqual([404, 30]);
    simulator.clock.advance(4);
    expect(await status()).toBe(404);
    simulator.clock.advance(1);
    expect([await status(), await total("/v1/orders/")]).toEqual([200, 31]);
    const customer = simulator.change("customer.delete");
    const single = async (): Promise<number> =>
      (await ask(simulator, `/v1/customers/${customer}`)).status;
    expect(await single()).toBe(200);
    simulator.clock.advance(5);
    expect(await single()).toBe(404);
    simulator.setLag(60);
    simulator.change("order.create");
    simulator.clock.advance(59);
    expect(await total("/v1/orders/")).toBe(31);
    simulator.setLag(0);
    expect(await total("/v1/orders/")).toBe(32);
  });

  it("serves the lists that were chosen, and no others", async () => {
    const simulator = await simulate({ lag: { seconds: 5, streams: ["refunds"] } });
    simulator.change("refund.create");
    simulator.change("order.create");
    expect((await page(simulator, "/v1/refunds/")).total).toBe(8);
    expect((await page(simulator, "/v1/orders/")).total).toBe(31);
  });

  it("is not there unless it was asked for", async () => {
    const simulator = await simulate();
    expect(() => simulator.setLag(1)).toThrow("without a lag");
  });
});
