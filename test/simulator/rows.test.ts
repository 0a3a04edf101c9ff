import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator, usualSizes } from "../../simulator/index.ts";
import { ask, type Item } from "./client.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ sizes: { orders: 3000 } });
});
afterAll(() => simulator.close());

const items = (stream: string): Item[] =>
  simulator.rows(stream).map(({ json }) => JSON.parse(json));
const texts = (stream: string): string =>
  simulator
    .rows(stream)
    .map(({ json }) => json)
    .join("\n");
const ids = (stream: string): Set<string> => new Set(simulator.rows(stream).map(({ id }) => id));

describe("rows follow from the seed", () => {
  it("the same bytes for the same seed, others for another", async () => {
    const path = "/v1/orders/?limit=100&page=7";
    const { text } = await ask(simulator, path);
    const [same, other] = await Promise.all([
      startSimulator({ sizes: { orders: 3000 } }),
      startSimulator({ sizes: { orders: 3000 }, seed: 2 }),
    ]);
    try {
      expect((await ask(same, path)).text).toBe(text);
      const different = (await ask(other, path)).text;
      expect(different).not.toBe(text);
      expect(JSON.parse(different).pagination).toEqual(JSON.parse(text).pagination);
    } finally {
      await Promise.all([same.close(), other.close()]);
    }
  });

  it("whatever was asked before", async () => {
    const fresh = await startSimulator({ sizes: { orders: 3000 } });
    try {
      const last = simulator.rows("orders").at(-1);
      expect((await ask(fresh, `/v1/orders/${last?.id}`)).text).toBe(last?.json);
    } finally {
      await fresh.close();
    }
  });
});

describe("every row", () => {
  it.each([...usualSizes.keys()])("of %s is JSON with an id of its own", (stream) => {
    const rows = simulator.rows(stream);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const named = rows.filter(({ id, json }) => (JSON.parse(json).id ?? id) === id);
    expect(named).toHaveLength(rows.length);
  });

  it("is not newer than the clock, and not changed before it was created", () => {
    const now = Date.parse("2026-08-20T12:00:00Z");
    const isWrong = (item: Item): boolean => {
      const created = Date.parse(String(item.created_at ?? item.timestamp ?? item.first_seen));
      const changed = Date.parse(String(item.modified_at ?? item.created_at ?? item.timestamp));
      return !(created < now) || changed < created;
    };
    const wrong = [...usualSizes.keys()].flatMap((stream) => items(stream).filter(isWrong));
    expect(wrong).toEqual([]);
  });
});

describe("rows refer to rows that exist", () => {
  it.each([
    ["orders", "customer_id", "customers"],
    ["orders", "product_id", "products"],
    ["orders", "subscription_id", "subscriptions"],
    ["orders", "checkout_id", "checkouts"],
    ["orders", "discount_id", "discounts"],
    ["subscriptions", "customer_id", "customers"],
    ["subscriptions", "product_id", "products"],
    ["refunds", "order_id", "orders"],
    ["refunds", "customer_id", "customers"],
    ["disputes", "order_id", "orders"],
    ["disputes", "payment_id", "payments"],
    ["payments", "order_id", "orders"],
    ["checkouts", "product_id", "products"],
    ["checkouts", "customer_id", "customers"],
    ["benefit_grants", "benefit_id", "benefits"],
    ["benefit_grants", "customer_id", "customers"],
    ["license_keys", "benefit_id", "benefits"],
    ["customer_meters", "meter_id", "meters"],
    ["members", "customer_id", "customers"],
    ["events", "customer_id", "customers"],
    ["payment_methods", "customer_id", "customers"],
    ["customer_seats", "order_id", "orders"],
    ["customer_seats", "subscription_id", "subscriptions"],
    ["checkout_links", "product_id", "products"],
  ])("%s.%s to %s", (stream, property, target) => {
    const known = ids(target);
    const found = items(stream).flatMap((item) => item[property] ?? []);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((id) => !known.has(String(id)))).toEqual([]);
  });

  it("and contain them as they are listed", () => {
    const customers = new Map(simulator.rows("customers").map(({ id, json }) => [id, json]));
    for (const { json } of simulator.rows("orders").slice(0, 300)) {
      const { customer_id } = JSON.parse(json);
      expect(json).toContain(`"customer":${customers.get(customer_id)},`);
    }
  });

  it("and to deleted customers, which are not listed", () => {
    const deleted = new Set(
      simulator
        .rows("customers")
        .filter(({ hidden }) => hidden)
        .map(({ id }) => id),
    );
    expect(items("orders").some((order) => deleted.has(String(order.customer_id)))).toBe(true);
  });

  it("with the same customer in an order and its subscription", () => {
    const owners = new Map(items("subscriptions").map((row) => [row.id, row.customer_id]));
    const orders = items("orders").filter((order) => order.subscription_id !== null);
    expect(orders.length).toBeGreaterThan(0);
    for (const order of orders) expect(order.customer_id).toBe(owners.get(order.subscription_id));
  });
});

describe("rows carry what is hard to carry", () => {
  it.each([
    ["integers beyond 2^64", /"big_int":12345678901234567890123[,}]/],
    ["integers of 300 digits", /"float":250{299}[,}]/],
    ["floats that are whole", /"float":3\.0[,}]/],
    ["keys named __proto__", /"__proto__":"x"/],
    ["empty keys", /"":"empty key"/],
    ["escapes", /\\"quoted\\" \\\\/],
    ["amounts beyond 2^53", /"subtotal_amount":9007199254740993,/],
    ["Unicode of several planes", /Эм|Мария|田中|👩‍👩‍👧/],
  ])("orders: %s", (_, pattern) => {
    expect(texts("orders")).toMatch(pattern);
  });

  it("decimals as text and floats in exponents", () => {
    expect(texts("products")).toContain('"unit_amount":"1E-12"');
    expect(texts("customer_meters")).toContain('"consumed_units":1e+17,');
  });

  it("orders of about 3.4 KB", () => {
    const sizes = simulator.rows("orders").map(({ json }) => Buffer.byteLength(json));
    const average = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(average).toBeGreaterThan(3200);
    expect(average).toBeLessThan(3800);
  });

  it("times with six digits or none", () => {
    const times = items("orders").map((order) => String(order.created_at));
    const whole = times.filter((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time));
    const fine = times.filter((time) => /T\d\d:\d\d:\d\d\.\d{6}Z$/.test(time));
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.length + fine.length).toBe(times.length);
    expect(fine.filter((time) => time.endsWith(".000000Z"))).toEqual([]);
  });

  it("hundreds of events in one millisecond, some at the same microsecond", () => {
    const perMillisecond = new Map<string, Set<string>>();
    const counts = new Map<string, number>();
    for (const { timestamp } of items("events")) {
      const time = String(timestamp);
      const millisecond = new Date(time).toISOString();
      perMillisecond.set(millisecond, (perMillisecond.get(millisecond) ?? new Set()).add(time));
      counts.set(millisecond, (counts.get(millisecond) ?? 0) + 1);
    }
    const [fullest = ""] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
    expect(counts.get(fullest)).toBeGreaterThan(200);
    expect(perMillisecond.get(fullest)?.size).toBeGreaterThan(100);
    expect(perMillisecond.get(fullest)?.size).toBeLessThan(counts.get(fullest) ?? 0);
  });
});

describe("properties of later API versions", () => {
  it("are sent to those who ask for the version", async () => {
    const get = async (version: string): Promise<Item> => {
      const headers = { "polar-version": version };
      const { text } = await ask(simulator, "/v1/license-keys/?limit=1", { headers });
      return JSON.parse(text).items[0];
    };
    expect(await get("2026-04")).not.toHaveProperty("member_id");
    expect(await get("2026-10")).toHaveProperty("member_id");
  });

  it("that are newer than the recordings are sent on demand", async () => {
    const newer = await startSimulator({ newerProperties: true });
    try {
      const product = (host: Simulator) => JSON.parse(host.rows("products")[0]?.json ?? "");
      expect(product(newer)).toHaveProperty("is_deletable");
      expect(product(simulator)).not.toHaveProperty("is_deletable");
      expect((await ask(newer, "/v1/webhooks/endpoints")).text).toContain('"api_version"');
      expect((await ask(simulator, "/v1/webhooks/endpoints")).text).not.toContain('"api_version"');
    } finally {
      await newer.close();
    }
  });
});
