import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { ask, column, type Item, page, recorded, walk } from "./client.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const unknownId = "00000000-0000-4000-8000-000000000000";
const notFound = '{"error":"ResourceNotFound","detail":"Not found"}';

function items(stream: string): Item[] {
  return simulator
    .rows(stream)
    .filter(({ hidden }) => !hidden)
    .map(({ json }) => JSON.parse(json));
}

/** The first row that passes the test. */
function idOf(stream: string, test: (item: Item) => boolean = () => true): string {
  const item = items(stream).find(test);
  if (item === undefined) throw new Error(`no such row of ${stream}`);
  return String(item.id);
}

const ids = (rows: readonly Item[]): unknown[] => column(rows, "id").sort();
const json = async (path: string) => JSON.parse((await ask(simulator, path)).text);

describe("children", () => {
  it("payment methods of all customers are all payment methods", async () => {
    const all: Item[] = [];
    for (const { id } of items("customers")) {
      all.push(...(await walk(simulator, `/v1/customers/${id}/payment-methods`)));
    }
    expect(ids(all)).toEqual(ids(items("payment_methods")));
    expect(Object.keys(all[0] ?? {})).toEqual(
      expect.arrayContaining(
        Object.keys(JSON.parse(recorded("customer-payment-methods").text).items[0]),
      ),
    );
  });

  it("seats of all subscriptions and orders are all seats", async () => {
    const all: Item[] = [];
    for (const [parameter, stream] of [
      ["subscription_id", "subscriptions"],
      ["order_id", "orders"],
    ] as const) {
      for (const { id, seats } of items(stream)) {
        if (seats === null) continue;
        const answer = await json(`/v1/customer-seats?${parameter}=${id}`);
        expect(answer.total_seats).toBe(seats);
        for (const seat of answer.seats) expect(seat[parameter]).toBe(id);
        all.push(...answer.seats);
      }
    }
    expect(ids(all)).toEqual(ids(items("customer_seats")));
    const real = JSON.parse(recorded("customer-seats-order").text);
    expect(Object.keys(all[0] ?? {})).toEqual(Object.keys(real.seats[0]));
  });

  it("a license key has its activations", async () => {
    const counts = new Set<number>();
    for (const { id } of items("license_keys")) {
      const { activations, ...key } = await json(`/v1/license-keys/${id}`);
      counts.add(activations.length);
      for (const activation of activations) expect(activation.license_key_id).toBe(id);
      expect(key.id).toBe(id);
    }
    expect(counts).toEqual(new Set([0, 1, 2]));
  });

  it("only benefits for downloads have files", async () => {
    const files = await walk(
      simulator,
      `/v1/benefits/${idOf("benefits", ({ type }) => type === "downloadables")}/files`,
      "limit=3",
    );
    expect(files).toHaveLength(4);
    expect(Object.keys(files[0] ?? {})).toEqual(
      expect.arrayContaining(["downloads", "size_readable"]),
    );
    for (const file of files) expect(column(items("files"), "id")).toContain(file.id);
    const other = idOf("benefits", ({ type }) => type === "custom");
    expect((await ask(simulator, `/v1/benefits/${other}/files`)).status).toBe(404);
  });

  it("grants of a benefit are those that name it", async () => {
    const benefit = idOf("benefits");
    const grants = await page(simulator, `/v1/benefits/${benefit}/grants?limit=100`);
    const all = await page(simulator, `/v1/benefit-grants/?benefit_id=${benefit}`);
    expect(grants.total).toBeGreaterThan(0);
    expect(grants.total).toBe(all.total);
    expect(new Set(column(grants.items, "benefit_id"))).toEqual(new Set([benefit]));
  });

  it.each([
    `/v1/customers/${unknownId}/payment-methods`,
    `/v1/customer-seats?order_id=${unknownId}`,
    `/v1/license-keys/${unknownId}`,
    `/v1/benefits/${unknownId}/files`,
    `/v1/benefits/${unknownId}/grants`,
    `/v1/meters/${unknownId}/quantities?start_timestamp=2026-01-01T00:00:00Z&end_timestamp=2026-01-02T00:00:00Z&interval=day`,
  ])("of a parent that is gone: %s", async (path) => {
    const { status, text } = await ask(simulator, path);
    expect([status, text]).toEqual([404, notFound]);
  });
});

describe("metrics", () => {
  const ask7 = (interval: string, start: string, end: string): Promise<{ periods: Item[] }> =>
    json(`/v1/metrics/?start_date=${start}&end_date=${end}&interval=${interval}`);

  it("have the periods and slugs of a recorded answer", async () => {
    const real = JSON.parse(recorded("metrics").text);
    const made = await json("/v1/metrics/?start_date=2026-08-01&end_date=2026-08-07&interval=day");
    expect(Object.keys(made)).toEqual(Object.keys(real));
    expect(column(made.periods, "timestamp")).toEqual(column(real.periods, "timestamp"));
    expect(Object.keys(made.periods[0])).toEqual(Object.keys(real.periods[0]));
    expect(Object.keys(made.totals)).toEqual(Object.keys(real.totals));
    const types = (metrics: object) => Object.values(metrics).map(({ slug, type }) => [slug, type]);
    expect(types(made.metrics)).toEqual(types(real.metrics));
  });

  it.each([
    ["hour", "2026-08-01", "2026-08-02", 25, "2026-08-01T00:00:00Z"],
    ["day", "2024-02-28", "2024-03-01", 3, "2024-02-28T00:00:00Z"],
    ["week", "2026-08-06", "2026-08-20", 3, "2026-08-03T00:00:00Z"],
    ["month", "2026-01-15", "2026-03-01", 3, "2026-01-01T00:00:00Z"],
    ["year", "2024-05-01", "2026-01-01", 3, "2024-01-01T00:00:00Z"],
  ])("by %s", async (interval, start, end, count, first) => {
    const { periods } = await ask7(interval, start, end);
    expect([periods.length, periods[0]?.timestamp]).toEqual([count, first]);
  });

  it("refuse spans that are too long, and nothing shorter", async () => {
    const status = async (end: string): Promise<number> =>
      (await ask(simulator, `/v1/metrics/?start_date=2025-01-01&end_date=${end}&interval=day`))
        .status;
    expect([await status("2026-01-02"), await status("2026-01-03")]).toEqual([200, 422]);
    expect((await ask(simulator, "/v1/metrics/?interval=day")).status).toBe(422);
  });

  it("of a period are the same whatever else is asked", async () => {
    const [week, day] = await Promise.all([
      ask7("day", "2026-08-01", "2026-08-07"),
      ask7("day", "2026-08-03", "2026-08-03"),
    ]);
    expect(day.periods[0]).toEqual(week.periods[2]);
  });

  it("are an integer in one period and a float in another", async () => {
    const { text } = await ask(
      simulator,
      "/v1/metrics/?start_date=2026-01-01&end_date=2026-06-01&interval=day",
    );
    expect(text).toMatch(/"orders":\d+,/);
    expect(text).toMatch(/"orders":\d+\.0,/);
  });

  it("quantities of a meter have the recorded shape", async () => {
    const path = `/v1/meters/${idOf("meters")}/quantities`;
    const range = "start_timestamp=2026-08-01T00:00:00Z&end_timestamp=2026-08-05T00:00:00Z";
    const made = await json(`${path}?${range}&interval=day`);
    const real = JSON.parse(recorded("meter-quantities").text);
    expect(Object.keys(made)).toEqual(Object.keys(real));
    expect(column(made.quantities, "timestamp")).toEqual(column(real.quantities, "timestamp"));
    const naive = range.replaceAll("Z", "");
    expect((await ask(simulator, `${path}?${naive}&interval=day`)).status).toBe(422);
    const early = range.replace("2026", "2022");
    expect((await ask(simulator, `${path}?${early}&interval=year`)).status).toBe(422);
  });

  it("dashboards are an array", async () => {
    expect(ids(await json("/v1/metrics/dashboards"))).toEqual(ids(items("metric_dashboards")));
  });
});

describe("webhook deliveries", () => {
  it("are cut by time, both borders outside", async () => {
    const all = await walk(simulator, "/v1/webhooks/deliveries");
    const time = String(all[70]?.created_at);
    const total = async (query: string): Promise<number> =>
      (await page(simulator, `/v1/webhooks/deliveries?${query}`)).total;
    const at = all.filter(({ created_at }) => created_at === time).length;
    const apart = (await total(`start_timestamp=${time}`)) + (await total(`end_timestamp=${time}`));
    expect(apart + at).toBe(150);
  });
});

describe("limits and latency", () => {
  it("admits again when the window is over", async () => {
    const limited = await startSimulator({
      rateLimit: { requestsPerMinute: 3, retryAfterSeconds: 0.05 },
    });
    try {
      const seen: number[] = [];
      for (let n = 0; n < 5; n++) seen.push((await ask(limited, "/v1/orders/")).status);
      while ((await ask(limited, "/v1/orders/")).status === 429) seen.push(429);
      expect(seen.slice(0, 4)).toEqual([200, 200, 200, 200]);
    } finally {
      await limited.close();
    }
  });

  it("records what was asked, and that a token came along, but not the token", async () => {
    const own = await startSimulator({ latencyMilliseconds: 1 });
    try {
      const headers = { "polar-version": "2026-10", "polar-organization": "o", "user-agent": "u" };
      await ask(own, "/v1/orders/?limit=3&page=2", { headers });
      await ask(own, "/v1/orders/", { headers: { authorization: "" } });
      expect(own.requests).toMatchObject([
        {
          method: "GET",
          path: "/v1/orders/",
          query: "limit=3&page=2",
          status: 200,
          fault: null,
          rows: 3,
          hasAuthorization: true,
          version: "2026-10",
          organization: "o",
          userAgent: "u",
        },
        { status: 401, hasAuthorization: false, rows: 0 },
      ]);
      expect(JSON.stringify(own.requests)).not.toContain(own.accessToken);
    } finally {
      await own.close();
    }
  });
});
