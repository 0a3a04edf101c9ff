import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator, usualSizes } from "../../simulator/index.ts";
import { blueprints } from "../../simulator/rows/index.ts";
import { ask, column, distinct, page, walk } from "./client.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

describe("paging", () => {
  it("clamps the limit and counts pages by the clamped one", async () => {
    const { items, total, pages } = await page(simulator, "/v1/orders/?limit=1000");
    expect([items.length, total, pages]).toEqual([100, 450, 5]);
  });

  it("gives ten rows when no limit is asked for", async () => {
    expect((await page(simulator, "/v1/orders/")).items).toHaveLength(10);
  });

  it("has an empty page past the end, with the true count", async () => {
    const { items, total, pages } = await page(simulator, "/v1/orders/?page=999&limit=5");
    expect([items.length, total, pages]).toEqual([0, 450, 90]);
  });

  it("forgets the count of events past the end", async () => {
    const { items, total, pages } = await page(simulator, "/v1/events/?page=999&limit=5");
    expect([items.length, total, pages]).toEqual([0, 0, 0]);
  });

  it("has no pages of an empty list", async () => {
    const { total, pages } = await page(simulator, "/v1/subscriptions/?status=incomplete");
    expect([total, pages]).toEqual([0, 0]);
  });

  it("ignores parameters that it does not know", async () => {
    expect((await page(simulator, "/v1/orders/?creatd_after=2030-01-01")).total).toBe(450);
  });

  it("refuses limits and pages that are no positive integers", async () => {
    for (const query of ["limit=-1", "limit=1.5", "page=x", "page=-3", "limit="]) {
      expect((await ask(simulator, `/v1/orders/?${query}`)).status).toBe(422);
    }
  });

  it("pages events by offset even when asked for a cursor", async () => {
    const { text } = await ask(simulator, "/v1/events/?limit=5&cursor_pagination=true");
    expect(text).toMatch(/"pagination":\{"has_next_page":true\}\}$/);
  });
});

describe("ties", () => {
  it("lose rows on a walk by the default order, and none by two keys", async () => {
    const plain = await walk(simulator, "/v1/orders/");
    expect(plain).toHaveLength(450);
    expect(distinct(plain)).toBeLessThan(450);
    const sorted = await walk(
      simulator,
      "/v1/orders/",
      "limit=100&sorting=created_at&sorting=invoice_number",
    );
    expect(distinct(sorted)).toBe(450);
  });

  it.each([
    ["/v1/customers/", "sorting=created_at&sorting=email", 240],
    ["/v1/customer-meters/", "sorting=created_at&sorting=customer_id&sorting=meter_id", 180],
  ])("none in %s by %s", async (path, sorting, count) => {
    expect(distinct(await walk(simulator, path, `limit=100&${sorting}`))).toBe(count);
  });

  it.each(["/v1/members/", "/v1/benefit-grants/", "/v1/events/", "/v1/customer-meters/"])(
    "lose rows of %s",
    async (path) => {
      const items = await walk(simulator, path);
      expect(distinct(items)).toBeLessThan(items.length);
    },
  );

  it("lose files, which have no order at all", async () => {
    const items = await walk(simulator, "/v1/files/", "limit=5");
    expect(items).toHaveLength(13);
    expect(distinct(items)).toBeLessThan(13);
  });

  it("come in the same order for the same request, in another for another", async () => {
    const ids = async (query: string): Promise<unknown[]> =>
      column((await page(simulator, `/v1/orders/?${query}`)).items, "id");
    const wide = await ids("sorting=status&limit=60");
    expect(await ids("sorting=status&limit=60")).toEqual(wide);
    const narrow = await ids("sorting=status&limit=30");
    expect(narrow).not.toEqual(wide.slice(0, 30));
    const next = await ids("sorting=status&limit=30&page=2");
    expect(next).not.toEqual(wide.slice(30));
  });

  it("are not shuffled when told so", async () => {
    const stable = await startSimulator({ ties: "stable" });
    try {
      for (const path of ["/v1/orders/", "/v1/members/", "/v1/files/", "/v1/events/"]) {
        const items = await walk(stable, path, "limit=7");
        expect(distinct(items)).toBe(items.length);
      }
    } finally {
      await stable.close();
    }
  });

  it("are longer than a page", async () => {
    const items = await walk(simulator, "/v1/orders/", "limit=100&sorting=created_at");
    const times = new Map<unknown, number>();
    for (const time of column(items, "created_at")) times.set(time, (times.get(time) ?? 0) + 1);
    expect(Math.max(...times.values())).toBeGreaterThan(100);
  });
});

describe("sorting", () => {
  it("puts nulls last, and first when descending", async () => {
    const ascending = await walk(simulator, "/v1/orders/", "limit=100&sorting=invoice_number");
    const numbers = column(ascending, "invoice_number");
    const drafts = numbers.indexOf(null);
    expect(drafts).toBeGreaterThan(0);
    expect(new Set(numbers.slice(drafts))).toEqual(new Set([null]));
    const { items } = await page(simulator, "/v1/orders/?sorting=-invoice_number&limit=1");
    expect(column(items, "invoice_number")).toEqual([null]);
  });

  it("is by every key of every list, both ways", async () => {
    const lists = blueprints.filter(({ path, unpaged }) => !path.includes("*") && !unpaged);
    for (const { path, sorting } of lists) {
      for (const key of sorting) {
        const up = await page(simulator, `${path}?sorting=${key}`);
        const down = await page(simulator, `${path}?sorting=-${key}`);
        expect([path, key, up.total]).toEqual([path, key, down.total]);
      }
    }
  });

  it("refuses keys that the list does not have", async () => {
    const { text } = await ask(simulator, "/v1/subscriptions/?sorting=created_at");
    expect(JSON.parse(text).error).toBe("RequestValidationError");
    expect((await ask(simulator, "/v1/orders/?sorting=created_at,invoice_number")).status).toBe(
      422,
    );
  });

  it("compares numbers as numbers", async () => {
    const { items } = await page(simulator, "/v1/orders/?sorting=amount&limit=100");
    const amounts = column(items, "amount").map(Number);
    expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
  });

  it("has each list's own default", async () => {
    const first = async (path: string, name: string): Promise<string[]> =>
      column((await page(simulator, path)).items, name).map(String);
    const newest = await first("/v1/orders/", "created_at");
    expect(newest).toEqual([...newest].sort().reverse());
    const oldest = await first("/v1/license-keys/", "created_at");
    expect(oldest).toEqual([...oldest].sort());
    expect(await first("/v1/meters/", "name")).toEqual((await first("/v1/meters/", "name")).sort());
    expect(new Set(await first("/v1/customer-meters/", "modified_at"))).toEqual(new Set(["null"]));
  });

  it("is not offered where the API offers none", async () => {
    expect((await ask(simulator, "/v1/files/?sorting=nonsense")).status).toBe(200);
  });
});

describe("filters", () => {
  const time = "2026-01-01T00:00:00.000001Z";

  it("exclude the border of a time", async () => {
    const own = await startSimulator({ sizes: { orders: 5 } });
    try {
      own.insert("orders", { created_at: time });
      const count = async (query: string): Promise<number> =>
        (await page(own, `/v1/orders/?${query}`)).total;
      const all = await count("");
      const after = await count(`created_after=${time}`);
      const from = await count("created_after=2026-01-01T00:00:00.000000Z");
      const before = await count(`created_before=${time}`);
      expect(all).toBe(6);
      expect(from - after).toBe(1);
      expect(after + before).toBe(5);
      expect(await count("created_after=2026-01-01T01:00:00.000001%2B01:00")).toBe(after);
      expect((await ask(own, "/v1/orders/?created_after=2026-01-01T01:00:00+01:00")).status).toBe(
        422,
      );
      expect(await count("created_after=2026-01-01T00:00:00.000001")).toBe(after);
      expect(await count(`created_after=${Date.parse("2026-01-01T00:00:00Z") / 1000}`)).toBe(from);
    } finally {
      await own.close();
    }
  });

  it("compare events in whole milliseconds", async () => {
    const own = await startSimulator({ sizes: { events: 0 } });
    try {
      own.insert("events", { timestamp: "2026-01-01T00:00:00.535897Z" });
      const count = async (query: string): Promise<number> =>
        (await page(own, `/v1/events/?${query}`)).total;
      expect(await count("start_timestamp=2026-01-01T00:00:00.535897Z")).toBe(0);
      expect(await count("start_timestamp=2026-01-01T00:00:00.535Z")).toBe(0);
      expect(await count("start_timestamp=2026-01-01T00:00:00.534999Z")).toBe(1);
      expect(await count("end_timestamp=2026-01-01T00:00:00.535999Z")).toBe(0);
      expect(await count("end_timestamp=2026-01-01T00:00:00.536Z")).toBe(1);
      expect((await ask(own, "/v1/events/?start_timestamp=2026-01-01T00:00:00")).status).toBe(422);
    } finally {
      await own.close();
    }
  });

  it("can be given several times", async () => {
    const total = async (query: string): Promise<number> =>
      (await page(simulator, `/v1/orders/?${query}`)).total;
    const statuses = ["draft", "pending", "paid", "refunded", "partially_refunded", "void"];
    const each = await Promise.all(statuses.map((status) => total(`status=${status}`)));
    expect(Math.min(...each)).toBeGreaterThan(0);
    expect(each.reduce((sum, count) => sum + count, 0)).toBe(450);
    expect(await total("status=draft&status=void")).toBe((each[0] ?? 0) + (each[5] ?? 0));
  });

  it.each([
    ["/v1/refunds/", "succeeded=true", "succeeded=false"],
    ["/v1/benefit-grants/", "is_granted=true", "is_granted=false"],
    ["/v1/meters/", "is_archived=true", "is_archived=false"],
    ["/v1/products/", "is_recurring=true", "is_recurring=false"],
  ])("split %s by %s", async (path, yes, no) => {
    const [all, one, other] = await Promise.all(
      [path, `${path}?${yes}`, `${path}?${no}`].map((query) => page(simulator, query)),
    );
    expect(one?.total).toBeGreaterThan(0);
    expect(other?.total).toBeGreaterThan(0);
    expect((one?.total ?? 0) + (other?.total ?? 0)).toBe(all?.total);
  });

  it("find rows by id and by what they refer to", async () => {
    const [row] = simulator.rows("refunds");
    const refund = JSON.parse(row?.json ?? "");
    const ids = column((await page(simulator, `/v1/refunds/?id=${refund.id}`)).items, "id");
    expect(ids).toEqual([refund.id]);
    const { items } = await page(simulator, `/v1/refunds/?order_id=${refund.order_id}`);
    expect(column(items, "id")).toContain(refund.id);
    expect((await page(simulator, `/v1/refunds/?organization_id=${refund.id}`)).total).toBe(0);
  });
});

describe("hidden rows", () => {
  it.each(["customers", "subscriptions"])("of %s are neither listed nor found", async (stream) => {
    const rows = simulator.rows(stream);
    const hidden = rows.filter((row) => row.hidden);
    expect(hidden.length).toBeGreaterThan(0);
    expect((await page(simulator, `/v1/${stream}/`)).total).toBe(rows.length - hidden.length);
    const gone = await ask(simulator, `/v1/${stream}/${hidden[0]?.id}`);
    expect(gone.status).toBe(404);
    const shown = rows.find((row) => !row.hidden);
    expect((await ask(simulator, `/v1/${stream}/${shown?.id}`)).text).toBe(shown?.json);
  });

  it("of customer meters are shown when their archived meter is named", async () => {
    const { items } = await page(simulator, "/v1/meters/?is_archived=true");
    const archived = await page(simulator, `/v1/customer-meters/?meter_id=${items[0]?.id}`);
    const hidden = simulator.rows("customer_meters").filter((row) => row.hidden);
    expect(hidden.length).toBeGreaterThan(0);
    expect(archived.total).toBe(hidden.length);
    expect((await page(simulator, "/v1/customer-meters/")).total).toBe(180);
  });
});

describe("sizes", () => {
  it("are those asked for", async () => {
    const sizes = { orders: 1234, customers: 7, refunds: 0, organizations: 3 };
    const own = await startSimulator({ sizes });
    try {
      for (const [stream, size] of Object.entries(sizes)) {
        expect((await page(own, `/v1/${stream}/`)).total).toBe(size);
      }
    } finally {
      await own.close();
    }
  });

  it("may be nothing at all", async () => {
    const none = Object.fromEntries([...usualSizes.keys()].map((name) => [name, 0]));
    const own = await startSimulator({ sizes: { ...none, orders: 20 } });
    try {
      expect((await page(own, "/v1/orders/?limit=100")).items).toHaveLength(20);
      expect((await page(own, "/v1/customers/")).total).toBe(0);
    } finally {
      await own.close();
    }
  });

  it("refuses lists that do not exist", async () => {
    await expect(startSimulator({ sizes: { oders: 3 } })).rejects.toThrow('"oders"');
  });
});

describe("several customers", () => {
  const some = (count: number): string[] =>
    simulator
      .rows("customers")
      .slice(0, count)
      .map(({ id }) => id);
  const query = (ids: readonly string[]): string => ids.map((id) => `customer_id=${id}`).join("&");

  it.each([
    ["orders", "/v1/orders/"],
    ["subscriptions", "/v1/subscriptions/"],
    ["checkouts", "/v1/checkouts/"],
    ["refunds", "/v1/refunds/"],
    ["benefit_grants", "/v1/benefit-grants/"],
    ["customer_meters", "/v1/customer-meters/"],
    ["events", "/v1/events/"],
  ])("narrow %s, a hundred at a time", async (stream, path) => {
    const ids = some(120);
    const { total } = await page(simulator, `${path}?${query(ids)}`);
    const theirs = simulator.rows(stream).filter(({ hidden, json }) => {
      const { customer_id } = JSON.parse(json);
      return !hidden && ids.includes(customer_id);
    });
    expect(total).toBe(theirs.length);
    expect(total).toBeGreaterThan(0);
  });

  it("narrow payments by the customers of their orders", async () => {
    const ids = some(120);
    const orders = new Set(
      simulator.rows("orders").flatMap(({ id, json }) => {
        return ids.includes(JSON.parse(json).customer_id) ? [id] : [];
      }),
    );
    const theirs = simulator.rows("payments").filter(({ json }) => {
      return orders.has(JSON.parse(json).order_id);
    });
    const { total } = await page(simulator, `/v1/payments/?${query(ids)}`);
    expect(total).toBe(theirs.length);
  });

  it("are ignored where the API ignores them, and the last one counts for members", async () => {
    const ids = some(30);
    const total = async (path: string): Promise<number> => (await page(simulator, path)).total;
    expect(await total(`/v1/license-keys/?${query(ids)}`)).toBe(167);
    expect(await total(`/v1/customers/?${query(ids)}`)).toBe(240);
    const last = `customer_id=${ids.at(-1)}`;
    expect(await total(`/v1/members/?${query(ids)}`)).toBe(await total(`/v1/members/?${last}`));
  });
});
