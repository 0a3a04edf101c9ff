import { afterEach, describe, expect, it } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../simulator/index.ts";
import { ask, column, page, walk } from "./client.ts";

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return simulator;
}

describe("rows change by hand", () => {
  it("an inserted row is the newest", async () => {
    const simulator = await start({});
    const id = simulator.insert("orders", { status: "void", billing_name: "Nëw" });
    const { items, total } = await page(simulator, "/v1/orders/?limit=1");
    expect(total).toBe(451);
    expect(items[0]).toMatchObject({ id, status: "void", billing_name: "Nëw" });
    expect(
      column((await page(simulator, "/v1/orders/?status=void&limit=100")).items, "id"),
    ).toContain(id);
    expect((await ask(simulator, `/v1/orders/${id}`)).status).toBe(200);
  });

  it("a changed row has its new values wherever they count", async () => {
    const simulator = await start({});
    const row = simulator.rows("customers")[5];
    const before = JSON.parse(row?.json ?? "");
    const time = "2031-01-01T00:00:00.000001Z";
    simulator.update("customers", row?.id ?? "", { created_at: time, name: null });
    const { items } = await page(simulator, "/v1/customers/?limit=1");
    expect(items[0]).toMatchObject({ id: row?.id, created_at: time, name: null });
    expect(JSON.parse((await ask(simulator, `/v1/customers/${row?.id}`)).text)).toEqual(items[0]);
    expect(before.created_at).not.toBe(time);
  });

  it("keeps the other bytes of a changed row", async () => {
    const simulator = await start({});
    const row = simulator
      .rows("orders")
      .find(({ json }) => json.includes("12345678901234567890123"));
    const before = row?.json ?? "";
    simulator.update("orders", row?.id ?? "", { status: "void" });
    const after = (await ask(simulator, `/v1/orders/${row?.id}`)).text;
    expect(after).toBe(before.replace(/"status":"\w+"/, '"status":"void"'));
  });

  it("a removed row is gone", async () => {
    const simulator = await start({});
    const id = simulator.rows("refunds")[3]?.id ?? "";
    simulator.remove("refunds", id);
    expect(await page(simulator, "/v1/refunds/")).toMatchObject({ total: 59 });
    expect((await page(simulator, `/v1/refunds/?id=${id}`)).items).toEqual([]);
    expect(() => simulator.remove("refunds", id)).toThrow(id);
  });
});

describe("rows change while they are read", () => {
  const mutations = { everyRequests: 2, insert: 2, update: 3, remove: 1 };

  it("by seed, and persistent ones are known", async () => {
    const ids = async (): Promise<[unknown[], readonly string[]]> => {
      const simulator = await start({ mutations });
      const items = await walk(simulator, "/v1/refunds/", "limit=10&sorting=created_at");
      return [column(items, "id"), simulator.persistentIds("refunds")];
    };
    const [first, persistent] = await ids();
    expect(await ids()).toEqual([first, persistent]);
    expect(persistent.length).toBeGreaterThan(40);
    expect(persistent.length).toBeLessThan(60);
  });

  it("as often and as much as asked", async () => {
    const simulator = await start({ mutations: { ...mutations, times: 3 } });
    for (let n = 0; n < 20; n++) await page(simulator, "/v1/orders/");
    const rows = simulator.rows("orders").filter(({ hidden }) => !hidden);
    expect(rows.length).toBe(450 + 3 * 2 - 3);
    expect(simulator.persistentIds("orders").length).toBeGreaterThanOrEqual(447);
    const changed = rows.filter((row) => row.changed);
    expect(changed.length).toBeGreaterThan(6);
    for (const { json } of changed) expect(JSON.parse(json).modified_at).toMatch(/^2026-08-20T12:/);
  });

  it("in the lists that were named", async () => {
    const simulator = await start({
      mutations: { ...mutations, everyRequests: 1, streams: ["refunds"] },
    });
    const total = async (path: string): Promise<number> => (await page(simulator, path)).total;
    expect([await total("/v1/orders/"), await total("/v1/orders/")]).toEqual([450, 450]);
    expect([await total("/v1/refunds/"), await total("/v1/refunds/")]).toEqual([61, 62]);
  });
});

describe("events that were ingested twice", () => {
  it("count twice and make pages short", async () => {
    const simulator = await start({ duplicateEvents: 4, sizes: { events: 100 }, ties: "stable" });
    const items = await walk(simulator, "/v1/events/", "limit=10");
    expect((await page(simulator, "/v1/events/")).total).toBe(125);
    expect(items.length).toBeLessThan(125);
    expect(new Set(column(items, "id")).size).toBe(100);
  });
});
