import { describe, expect, it } from "vitest";
import type { ExportIndex } from "../../../src/sync/changes/export-index.ts";
import { ExportLook, type Limits } from "../../../src/sync/changes/export-look.ts";
import { bordersOf, firstIndex } from "../../../src/sync/changes/first-export-index.ts";
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

/** So many rows that have come, of which none is among the newest. */
const late = (surplus: number, countBefore = () => 0) => ({ surplus, countBefore });

/** Orders whose export was looked at when they were swept, and the looks that follow, an hour apart. */
async function swept(
  orders: ExportedOrder[],
  served: Parameters<typeof exportApi>[1] = {},
  source = exportSource,
) {
  const api = await exportApi(orders, served);
  const lane = laneFor(api);
  const member = orderMember(lane);
  const { length: total } = orders;
  const borders = () => bordersOf(member.task.source, source, total, lane);
  const first = await firstIndex(source, { total, borders }, SWEPT, lane);
  if (!first) throw new Error("the export is not too large");
  let known: ExportIndex = first;
  let begunAt = SWEPT;
  const look = async (limits: Partial<Limits> = {}, surplus = 0) => {
    begunAt += HOUR;
    const options = { source, begunAt, limits: { pieces: 3, share: 1, ...limits } };
    const asked = api.requests.length;
    const one = new ExportLook(member, known, options, lane);
    known = await one.look();
    if (surplus > 0) known = await one.lookForLate(late(surplus));
    const requests = api.requests.slice(asked).map(({ path }) => path);
    const growth = [...Array(10).keys()].findLast((count) => one.explains(late(count)));
    return { ids: idsOf(one.rows), index: known, growth, customers: [...one.customers], requests };
  };
  /** Without a look at the newest rows. */
  const lookForLate = async (surplus: number, countBefore?: () => number) => {
    begunAt += HOUR;
    const options = { source, begunAt, limits: { pieces: 1, share: 0 } };
    const asked = api.requests.length;
    const one = new ExportLook(member, known, options, lane);
    const fresh = late(surplus, countBefore);
    known = await one.lookForLate(fresh);
    const requests = api.requests.slice(asked).map(({ path }) => path);
    return { ids: idsOf(one.rows), index: known, isFound: one.explains(fresh), requests };
  };
  return { look, lookForLate, first };
}

/** All that happened before this moment is known of all rows. */
const knownAsOf = ({ buckets }: ExportIndex) => Math.min(...buckets.map(({ asOf }) => asOf));

const counted = ({ buckets }: ExportIndex) => buckets.reduce((sum, { count }) => sum + count, 0);

describe("a look at an export", () => {
  it("reads no row where nothing has changed, and is settled then", async () => {
    const { look, first } = await swept(ordersOf(300));
    expect([first.until, knownAsOf(first), counted(first)]).toEqual([SWEPT, SWEPT, 300]);
    const { ids, index, requests } = await look();
    expect(ids).toEqual([]);
    expect(requests).toEqual(["/v1/orders/export"]);
    expect(index.until).toBe(SWEPT + HOUR);
    expect(index.buckets).toEqual(first.buckets.map((one) => ({ ...one, asOf: SWEPT + HOUR })));
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

  it("tells of rows that have changed since they were looked at last", async () => {
    const orders = ordersOf(100);
    const { look } = await swept(orders);
    const change = (at: number, hour: number) => {
      const modified_at = new Date(SWEPT + hour * HOUR - 60_000).toISOString();
      orders[at] = {
        ...orderAt(`order-${at}`, 3_600 + (100 - at) * 60),
        modified_at,
        status: "void",
      };
    };
    change(10, 1);
    expect((await look()).customers).toEqual(["of order-10"]);
    await look();
    change(11, 3);
    expect((await look()).customers).toEqual(["of order-11"]);
  });

  it("tells of customers who have changed only where rows have come, which may count in them", async () => {
    const orders = ordersOf(100);
    const { look } = await swept(orders);
    const modified_at = (hour: number) => new Date(SWEPT + hour * HOUR - 60_000).toISOString();
    const [first, second] = orders;
    if (!first || !second) throw new Error("there are orders");
    orders[0] = { ...first, customer: { id: "of order-0", modified_at: modified_at(1) } };
    orders[1] = { ...second, status: "void" };
    expect((await look()).customers).toEqual([]);
    orders.splice(5, 0, { ...orderAt("old", 0), created_at: orders[5]?.created_at ?? "" });
    orders[0] = { ...first, customer: { id: "of order-0", modified_at: modified_at(2) } };
    const { customers } = await look();
    expect(customers).toContain("of order-0");
    expect(customers).not.toContain("of order-1");
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
      settled.push(knownAsOf(index));
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

  it("leaves out what came after it has begun also where the export takes no range", async () => {
    const orders = ordersOf(100);
    const { look } = await swept(orders, {}, { ...exportSource, range: undefined });
    orders.push(orderAt("new", -60), orderAt("later", -5_400));
    expect(counted((await look()).index)).toBe(101);
    expect(counted((await look()).index)).toBe(102);
  });

  it("stays behind a change that the list did not show", async () => {
    const orders = ordersOf(200);
    let hidden = "order-10";
    const { look } = await swept(orders, { isHidden: ({ id }) => id === hidden });
    const order = orders[10];
    if (order) order.status = "void";
    expect(knownAsOf((await look()).index)).toBe(SWEPT);
    hidden = "";
    const { ids, index } = await look();
    expect(ids).toContain("order-10");
    expect(knownAsOf(index)).toBe(SWEPT + 2 * HOUR);
  });

  it("is of no use when the server has chosen other columns", async () => {
    const titles = ["Created At", "Status"];
    const { columns: _, ...chosen } = exportSource;
    const { look } = await swept(ordersOf(100), { titles }, chosen);
    titles[1] = "State";
    await expect(look()).rejects.toThrow("other columns than when it was last read in full");
  });

  it("is of no use when the server has other columns", async () => {
    const titles = ["Created At", "Status"];
    const { look } = await swept(ordersOf(100), { titles });
    titles[1] = "State";
    await expect(look()).rejects.toThrow("The columns are not as expected");
  });
});

describe("older rows than one look takes", () => {
  const old = () => {
    const orders = ordersOf(14_000);
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
    const places = [5, 700, 1_500];
    const seen = new Set<unknown>();
    for (const at of places) {
      const order = orders[at];
      if (order) order.status = "void";
    }
    for (let run = 0; run < 4; run++)
      for (const id of (await look({ share: 0.3 })).ids) seen.add(id);
    expect([...seen]).toEqual(expect.arrayContaining(places.map((at) => `order-${at}`)));
  });

  it("wait at the first piece that was not read", async () => {
    const { orders } = old();
    const { look } = await swept(orders);
    const places = [5, 300];
    for (const at of places) {
      const order = orders[at];
      if (order) order.status = "void";
    }
    const looks = [await look({ pieces: 1, share: 0.3 }), await look({ pieces: 1, share: 0.3 })];
    const seen = looks.flatMap(({ ids }) => ids);
    expect(seen).toEqual(expect.arrayContaining(places.map((at) => `order-${at}`)));
  });

  const importAt = (orders: ExportedOrder[], at: number, id = "imported") =>
    orders.splice(at, 0, { ...orderAt(id, 0), created_at: orders[at]?.created_at ?? "" });

  it("are searched for those that came with an old time: a count leads to the window", async () => {
    const { orders } = old();
    const { lookForLate } = await swept(orders);
    importAt(orders, 700);
    const { ids, isFound, requests } = await lookForLate(1);
    expect(ids).toContain("imported");
    expect(isFound).toBe(true);
    expect(requests).toEqual(["/v1/orders/", "/v1/orders/export", "/v1/orders/"]);
  });

  it("are searched among four windows, too", async () => {
    const orders = ordersOf(45_000);
    const { lookForLate } = await swept(orders);
    importAt(orders, 30_000);
    const { ids, isFound, requests } = await lookForLate(1);
    expect(ids).toContain("imported");
    expect(isFound).toBe(true);
    expect(requests.filter((path) => path.endsWith("export"))).toHaveLength(1);
  });

  it("are searched window by window, each place in them, and those that have come only", async () => {
    const { orders } = old();
    const { lookForLate } = await swept(orders);
    const [, other] = orders;
    if (other) other.status = "void";
    importAt(orders, 11_500, "c");
    importAt(orders, 5_000, "b");
    importAt(orders, 700, "a");
    const { ids, isFound, requests } = await lookForLate(3);
    expect(ids).toEqual(expect.arrayContaining(["a", "b", "c"]));
    expect(ids).not.toContain("order-1");
    expect(isFound).toBe(true);
    expect(requests.filter((path) => path.endsWith("export"))).toHaveLength(2);
  });

  it("are given up where those that came stand among none that are known", async () => {
    const { lookForLate } = await swept(old().orders);
    const { isFound, requests } = await lookForLate(1);
    expect(isFound).toBe(false);
    expect(requests).toEqual(["/v1/orders/", "/v1/orders/export"]);
  });
});

describe("rows that came with an old time", () => {
  it("are not taken for found when it is one of the newest that has come so late", async () => {
    const orders = ordersOf(300);
    const { lookForLate } = await swept(orders);
    orders.push(orderAt("late", 60));
    // The newest rows hold the late one, and there is one more that is nowhere.
    const { isFound } = await lookForLate(1, () => 1);
    expect(isFound).toBe(false);
  });

  it("leave what has come since the last look to the next one", async () => {
    const orders = ordersOf(300);
    const { look, lookForLate } = await swept(orders);
    orders.splice(250, 0, { ...orderAt("old", 0), created_at: orders[250]?.created_at ?? "" });
    orders.push(orderAt("new", -60));
    const { ids, index } = await lookForLate(1);
    expect(ids).toContain("old");
    expect([counted(index), index.until]).toEqual([301, SWEPT]);
    const next = await look();
    expect([next.ids, counted(next.index)]).toEqual([[], 302]);
  });
});
