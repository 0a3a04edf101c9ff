import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { ask, type Item, type Reply, recorded, recordedItems } from "./client.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

/** Everything but the time, and the length where bodies differ. */
function comparable(headers: Iterable<[string, string]>, withLength: boolean): unknown {
  const ignored = withLength ? ["date"] : ["date", "content-length", "location"];
  return new Map([...headers].filter(([name]) => !ignored.includes(name)).sort());
}

function expectSame(reply: Reply, name: string): void {
  const real = recorded(name);
  expect(reply.status).toBe(real.status);
  expect(reply.text).toBe(real.text.trimEnd());
  expect(comparable(reply.headers, true)).toEqual(comparable(real.headers, true));
}

const zeroId = "00000000-0000-4000-8000-000000000000";

describe("error answers are those of a real server, byte for byte", () => {
  it.each([
    ["err-limit-0", "/v1/orders/?limit=0"],
    ["err-page-0", "/v1/orders/?page=0"],
    ["err-invalid-query", "/v1/orders/?limit=abc&product_id=not-a-uuid&sorting=nope"],
    ["err-unknown-path", "/v1/nope/?limit=5"],
    ["err-not-found", `/v1/orders/${zeroId}`],
    ["err-seats-no-parent", "/v1/customer-seats"],
    ["err-metrics-range", "/v1/metrics/?start_date=2016-08-01&end_date=2026-08-07&interval=hour"],
    ["metrics-limits", "/v1/metrics/limits"],
  ])("%s", async (name, path) => {
    expectSame(await ask(simulator, path), name);
  });

  it("err-bad-token", async () => {
    const headers = { authorization: "Bearer polar_oat_other" };
    expectSame(await ask(simulator, "/v1/orders/?limit=5", { headers }), "err-bad-token");
  });

  it("err-no-token", async () => {
    const headers = { authorization: "" };
    expectSame(await ask(simulator, "/v1/orders/?limit=5", { headers }), "err-no-token");
  });

  it("err-unknown-version", async () => {
    const headers = { "polar-version": "2020-01" };
    expectSame(await ask(simulator, "/v1/orders/?limit=5", { headers }), "err-unknown-version");
  });

  it("err-method-not-allowed", async () => {
    const path = `/v1/customers/${zeroId}/members?page=1&limit=5`;
    expectSame(await ask(simulator, path), "err-method-not-allowed");
  });

  it.each(["HEAD", "POST", "DELETE"])("405 for %s", async (method) => {
    const reply = await ask(simulator, "/v1/orders/", { method });
    expect([reply.status, reply.headers.get("allow")]).toEqual([405, "GET"]);
  });

  it("err-missing-scope", async () => {
    const narrow = await startSimulator({ scopes: ["customers:read"] });
    try {
      expectSame(await ask(narrow, "/v1/orders/?limit=5"), "err-missing-scope");
      expect((await ask(narrow, "/v1/customers/")).status).toBe(200);
    } finally {
      await narrow.close();
    }
  });

  it.each([
    ["err-missing-slash", "/v1/orders?limit=5", "/v1/orders/?limit=5"],
    ["err-missing-slash-no-token", "/v1/orders?limit=5", "/v1/orders/?limit=5"],
    ["err-extra-slash", "/v1/webhooks/endpoints/?limit=5", "/v1/webhooks/endpoints?limit=5"],
  ])("%s", async (name, path, location) => {
    const headers = name.endsWith("no-token") ? { authorization: "" } : {};
    const reply = await ask(simulator, path, { headers });
    expect(reply.status).toBe(307);
    expect(reply.headers.get("location")).toBe(simulator.url + location);
    expect(comparable(reply.headers, false)).toEqual(comparable(recorded(name).headers, false));
  });

  it("err-429", async () => {
    const limited = await startSimulator({ rateLimit: { requestsPerMinute: 1 } });
    try {
      const statuses = [];
      for (let n = 0; n < 2; n++) statuses.push((await ask(limited, "/v1/orders/")).status);
      expect(statuses).toEqual([200, 200]);
      expectSame(await ask(limited, "/v1/orders/?limit=5"), "err-429");
    } finally {
      await limited.close();
    }
  });

  it("err-500-poisoned-checkouts", async () => {
    const path = "/v1/checkouts/";
    const faults = [{ kind: "poison", path, rows: [0] }] as const;
    const poisoned = await startSimulator({ faults });
    try {
      expectSame(
        await ask(poisoned, "/v1/checkouts/?limit=100&page=3"),
        "err-500-poisoned-checkouts",
      );
    } finally {
      await poisoned.close();
    }
  });

  it("does not mark answers in production as sandbox ones", async () => {
    const production = await startSimulator({ environment: "production" });
    try {
      const { headers } = await ask(production, "/v1/orders/");
      expect(headers.has("x-polar-sandbox")).toBe(false);
      expect(headers.get("cache-control")).toBe("private, no-store");
    } finally {
      await production.close();
    }
  });

  it("echoes the versions that it knows", async () => {
    const real = recorded("orders-polar-version-next");
    const headers = { "polar-version": "2026-10" };
    const reply = await ask(simulator, "/v1/orders/?limit=1", { headers });
    expect(comparable(reply.headers, false)).toEqual(comparable(real.headers, false));
    const plain = await ask(simulator, "/v1/orders/?limit=1");
    expect(plain.headers.get("polar-version")).toBe("2026-04");
    expect(plain.text).toBe(reply.text);
  });
});

/** Keys in the order in which they stand first, over all items. */
const keysOf = (items: readonly Item[]): string[] => [
  ...new Set(items.flatMap((item) => Object.keys(item))),
];

const lists = [
  ["benefit_grants", "benefit-grants"],
  ["benefits", "benefits"],
  ["checkout_links", "checkout-links"],
  ["checkouts", "checkouts"],
  ["custom_fields", "custom-fields"],
  ["customer_meters", "customer-meters"],
  ["customers", "customers"],
  ["discounts", "discounts"],
  ["disputes", "disputes"],
  ["event_names", "events-names"],
  ["event_types", "event-types"],
  ["events", "events"],
  ["files", "files"],
  ["license_keys", "license-keys"],
  ["members", "members"],
  ["meters", "meters"],
  ["orders", "orders"],
  ["orders", "page-last"],
  ["organizations", "organizations"],
  ["payments", "payments"],
  ["products", "products"],
  ["refunds", "refunds"],
  ["subscriptions", "subscriptions"],
  ["webhook_deliveries", "webhooks-deliveries"],
  ["webhook_endpoints", "webhooks-endpoints"],
] as const;

/** What a later API version added to the recorded ones. */
const newer: Partial<Record<string, string[]>> = { license_keys: ["member_id", "member"] };

describe("rows have the properties of recorded ones", () => {
  it.each(lists)("%s as in %s.json", (stream, name) => {
    const real = recordedItems(name);
    const made: Item[] = simulator.rows(stream).map(({ json }) => JSON.parse(json));
    const added = newer[stream] ?? [];
    expect(
      keysOf(made)
        .filter((key) => !added.includes(key))
        .sort(),
    ).toEqual(keysOf(real).sort());
    const isUniform = new Set(real.map((item) => Object.keys(item).join())).size === 1;
    if (!isUniform) return;
    for (const item of made) {
      expect(Object.keys(item).filter((key) => !added.includes(key))).toEqual(keysOf(real));
    }
  });

  it("nested customers, products and subscriptions too", () => {
    const real = [...recordedItems("orders"), ...recordedItems("page-last")];
    const made: Item[] = simulator.rows("orders").map(({ json }) => JSON.parse(json));
    const nested = (items: readonly Item[], name: string): Item[] =>
      items.flatMap((item) => (item[name] ? [Object(item[name])] : []));
    for (const name of ["customer", "user", "product", "subscription", "billing_address"]) {
      expect(keysOf(nested(made, name))).toEqual(keysOf(nested(real, name)));
    }
  });
});
