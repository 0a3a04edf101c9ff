import { describe, expect, it } from "vitest";
import type { ExportIndex } from "../../../src/sync/changes/export-index.ts";
import { ExportLook, type Limits } from "../../../src/sync/changes/export-look.ts";
import { firstIndex } from "../../../src/sync/changes/first-export-index.ts";
import {
  type ExportedOrder,
  exportApi,
  exportSource,
  idsOf,
  laneFor,
  orderAt,
  orderMember,
  ordersOf,
  SWEPT,
} from "./export-api.ts";

const HOUR = 3_600_000;

/** Orders whose export was looked at when they were swept, and the looks that follow, an hour apart. */
async function swept(orders: ExportedOrder[], titles = ["Created At", "Status"]) {
  const api = await exportApi(orders, titles);
  const lane = laneFor(api);
  const member = orderMember(lane);
  const size = { total: orders.length, begunAt: SWEPT };
  const first = await firstIndex(member.task.source, exportSource, size, lane);
  if (!first) throw new Error("the export is not too large");
  let known: ExportIndex = first;
  let begunAt = SWEPT;
  const look = async (limits: Partial<Limits> = {}, surplus = 0) => {
    begunAt += HOUR;
    const options = { source: exportSource, begunAt, limits: { pieces: 3, share: 1, ...limits } };
    const asked = api.requests.length;
    const one = new ExportLook(member, known, options, lane);
    known = await one.look();
    if (surplus > 0) known = await one.lookForLate(surplus);
    const requests = api.requests.slice(asked).map(({ path }) => path);
    const { growth, customers } = one;
    return { ids: idsOf(one.rows), index: known, growth, customers: [...customers], requests };
  };
  return { look, first };
}

const counted = ({ buckets }: ExportIndex) => buckets.reduce((sum, { count }) => sum + count, 0);

describe("a look at an export", () => {
  it("reads no row where nothing has changed, and is settled then", async () => {
    const { look, first } = await swept(ordersOf(300));
    expect([first.until, first.settled, counted(first)]).toEqual([SWEPT, SWEPT, 300]);
    const { ids, index, requests } = await look();
    expect(ids).toEqual([]);
    expect(requests).toEqual(["/v1/orders/export"]);
    expect(index).toMatchObject({ until: SWEPT + HOUR, settled: SWEPT + HOUR });
    expect(index.buckets).toEqual(first.buckets);
  });

  it("reads the rows among which one has changed, and tells whose it is", async () => {
    const orders = ordersOf(300);
    const { look } = await swept(orders);
    const at = 100;
    const modified_at = new Date(SWEPT + 60_000).toISOString();
    orders[at] = {
      ...orders[at],
      ...orderAt(`order-${at}`, 3_600 + 200 * 60),
      status: "refunded",
      modified_at,
    };
    const { ids, customers, growth } = await look();
    expect(ids).toContain("order-100");
    expect(ids.length).toBeLessThan(100);
    // Of the others around it nothing has changed since.
    expect(customers).toEqual(["of order-100"]);
    expect(growth).toBe(0);
    expect((await look()).ids).toEqual([]);
  });

  it("knows the rows that have come since, but for those that come after it has begun", async () => {
    const orders = ordersOf(100);
    const { look } = await swept(orders);
    orders.push(orderAt("new", -60), orderAt("later", -5_400));
    const { index } = await look();
    expect(counted(index)).toBe(101);
    expect(counted((await look()).index)).toBe(102);
  });

  it("reads as many pieces as it may, and stays behind until all have had their turn", async () => {
    const orders = ordersOf(450);
    const { look } = await swept(orders);
    for (const at of [10, 110, 210, 310]) {
      const order = orders[at];
      if (order) order.status = "void";
    }
    const seen = new Set<unknown>();
    const settled: number[] = [];
    for (let run = 0; run < 4; run++) {
      const { ids, index } = await look({ pieces: 1 });
      settled.push(index.settled);
      for (const id of ids) seen.add(id);
    }
    const changed = [10, 110, 210, 310].map((at) => `order-${at}`);
    expect([...seen]).toEqual(expect.arrayContaining(changed));
    expect(settled).toEqual([SWEPT, SWEPT, SWEPT, SWEPT + 4 * HOUR]);
  });

  it("counts the rows that came with an old time where it reads again", async () => {
    const orders = ordersOf(300);
    const { look } = await swept(orders);
    orders.splice(5, 0, { ...orderAt("imported", 0), created_at: orders[5]?.created_at ?? "" });
    const { ids, growth, index } = await look();
    expect(ids).toContain("imported");
    expect([growth, counted(index)]).toEqual([1, 301]);
  });

  it("is of no use when the server has other columns", async () => {
    const titles = ["Created At", "Status"];
    const { look } = await swept(ordersOf(100), titles);
    titles[1] = "State";
    await expect(look()).rejects.toThrow("The columns are not as expected");
  });
});

describe("older rows than one look takes", () => {
  const old = () => {
    const orders = ordersOf(12_000);
    const [oldest] = orders;
    if (!oldest) throw new Error("there are orders");
    return { orders, oldest };
  };

  it.each([
    [0, []],
    [1, ["order-0"]],
  ])("are looked at by their share: %d", async (share, changed) => {
    const { orders, oldest } = old();
    const { look } = await swept(orders);
    oldest.status = "void";
    const { ids, requests } = await look({ share });
    expect(ids.slice(0, 1)).toEqual(changed);
    expect(requests.filter((path) => path.endsWith("export"))).toHaveLength(1 + share);
  });

  it("have their turn one after the other", async () => {
    const { orders } = old();
    const { look } = await swept(orders);
    const places = [5, 1_000, 1_700];
    const seen = new Set<unknown>();
    for (const at of places) {
      const order = orders[at];
      if (order) order.status = "void";
    }
    for (let run = 0; run < 4; run++)
      for (const id of (await look({ share: 0.3 })).ids) seen.add(id);
    expect([...seen]).toEqual(expect.arrayContaining(places.map((at) => `order-${at}`)));
  });

  it("are searched for those that came with an old time, by counts", async () => {
    const { orders } = old();
    const { look } = await swept(orders);
    orders.splice(700, 0, { ...orderAt("imported", 0), created_at: orders[700]?.created_at ?? "" });
    const { ids, growth, requests } = await look({ share: 0 }, 1);
    expect(ids).toContain("imported");
    expect(growth).toBe(1);
    expect(requests.length).toBeLessThan(20);
  });
});
