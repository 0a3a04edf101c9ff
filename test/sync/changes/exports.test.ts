import { describe, expect, it } from "vitest";
import { State } from "../../../src/singer/state.ts";
import { indexFields } from "../../../src/sync/changes/export-index.ts";
import { Exports } from "../../../src/sync/changes/exports.ts";
import { firstIndex } from "../../../src/sync/changes/first-export-index.ts";
import { Hints } from "../../../src/sync/changes/hints.ts";
import { fakeApi } from "../../support/fake-api.ts";
import { plainSettings } from "../contexts.ts";
import {
  exportApi,
  exportSource,
  idsOf,
  laneFor,
  orderMember,
  ordersOf,
  SWEPT,
} from "./export-api.ts";

const HOUR = 3_600_000;

/** The exports of a run, an hour after the list was swept. */
async function runOver(count: number, { swept = true, settings = {}, isCaughtUp = true } = {}) {
  const orders = ordersOf(count);
  const api = await exportApi(orders);
  const state = State.empty();
  const lane = laneFor(api, { state, settings: { ...plainSettings, ...settings } });
  const member = orderMember(lane, { isCaughtUp });
  if (swept) {
    const size = { total: count, borders: () => Promise.resolve([]) };
    const index = await firstIndex(exportSource, size, SWEPT, lane);
    state.setBookmark("orders", indexFields(index));
  }
  const before = api.requests.length;
  const exports = new Exports({ begunAt: SWEPT + HOUR });
  const bookmark = () => [...exports.bookmark(member.task)];
  const requests = () => api.requests.slice(before).map(({ path }) => path);
  return { orders, lane, member, exports, bookmark, requests };
}

describe("the exports of a run", () => {
  it("are looked at for lists that are caught up, and tell of customers", async () => {
    const { orders, lane, member, exports, bookmark, requests } = await runOver(200);
    const [first] = orders;
    if (first) orders[0] = { ...first, status: "void", modified_at: new Date(SWEPT).toISOString() };
    const hints = new Hints();
    await exports.look([member], false, hints, lane);
    expect(requests()[0]).toBe("/v1/orders/export");
    expect([...hints.customers.keys()]).toEqual(["of order-0"]);
    const look = exports.lookAt(member);
    expect(look && idsOf(look.rows)).toContain("order-0");
    expect(bookmark()).toMatchObject([
      { stream: "orders", bookmark: { export_index: { until: "2026-08-20T13:00:00.000Z" } } },
    ]);
  });

  it.each([
    ["that is swept by this run", { isCaughtUp: false }],
    ["of which nothing is known", { swept: false }],
    ["whose export is not to be used", { settings: { useExports: false } }],
    ["that is swept each time", { settings: { fullSweepHours: 0 } }],
  ])("are left alone of a list %s", async (_, options) => {
    const { lane, member, exports, bookmark, requests } = await runOver(200, options);
    await exports.look([member], false, new Hints(), lane);
    expect([requests(), exports.lookAt(member), bookmark()]).toEqual([[], undefined, []]);
  });

  it.each([
    ["three pieces of them are read again where nothing else tells of changes", false, 3],
    ["one piece of them is read again where something else tells of most", true, 1],
  ])("%s", async (_, isTold, pieces) => {
    const { orders, lane, member } = await runOver(450);
    for (const at of [10, 110, 210, 310, 410]) {
      const order = orders[at];
      if (order) order.status = "void";
    }
    const exports = new Exports({ begunAt: SWEPT + 8 * HOUR });
    await exports.look([member], isTold, new Hints(), lane);
    const read = exports.lookAt(member);
    const changed = idsOf(read?.rows ?? expect.fail("no look")).filter((id) =>
      orders.some((order) => order.id === id && order.status === "void"),
    );
    expect(changed).toHaveLength(pieces);
  });

  it("have their turn three times between two sweeps, one after the other, where something else tells, too", async () => {
    const { lane, member } = await runOver(200);
    const fresh = { ...member.task.stream, name: "fresh" };
    const other = { ...member, task: { ...member.task, stream: fresh } };
    const lookedAt = async (hours: number, isTold: boolean) => {
      const exports = new Exports({ begunAt: SWEPT + hours * HOUR });
      await exports.look([member, other], isTold, new Hints(), lane);
      return [member, other].map((one) => exports.lookAt(one) !== undefined);
    };
    expect(await lookedAt(7, true)).toEqual([false, false]);
    expect(await lookedAt(8, true)).toEqual([true, false]);
    expect(await lookedAt(1, false)).toEqual([true, true]);
  });
});

describe("before a list is read whole", () => {
  it("its export is learned", async () => {
    const { lane, member, exports, bookmark } = await runOver(200, { swept: false });
    expect(await exports.beforeSweep(member.task, lane)).toBeUndefined();
    expect(bookmark()).toMatchObject([
      { bookmark: { export_index: { columns: expect.any(String) } } },
    ]);
  });

  it.each([
    [90, 1],
    [91, 0],
  ])("its first page is enough for %d rows", async (count, pages) => {
    const { lane, member, exports, bookmark, requests } = await runOver(count, { swept: false });
    const page = await exports.beforeSweep(member.task, lane);
    expect(page ? 1 : 0).toBe(pages);
    page?.release();
    expect(requests().filter((path) => path.endsWith("export"))).toHaveLength(1 - pages);
    if (pages === 1) expect(bookmark()).toMatchObject([{ bookmark: { export_index: undefined } }]);
  });

  it("its export is learned anew without another request, where it was known before", async () => {
    const { lane, member, exports, bookmark, requests } = await runOver(25_500);
    expect(await exports.beforeSweep(member.task, lane)).toBeUndefined();
    expect(requests()).toEqual(Array(3).fill("/v1/orders/export"));
    expect(bookmark()).toMatchObject([
      { bookmark: { export_index: { until: "2026-08-20T13:00:00.000Z" } } },
    ]);
  });

  it("what was known is forgotten where exports are no more to be used", async () => {
    const { lane, member, exports, bookmark } = await runOver(200, {
      settings: { useExports: false },
    });
    expect(await exports.beforeSweep(member.task, lane)).toBeUndefined();
    expect(bookmark()).toEqual([
      { kind: "bookmark", stream: "orders", bookmark: { export_index: undefined } },
    ]);
  });
});

describe("an export that fails", () => {
  async function failing(status: number) {
    const { member, lane } = await runOver(200);
    const api = await fakeApi(() => ({ status, body: '{"error":"x"}' }));
    const failed = laneFor(api, { state: lane.state });
    const exports = new Exports({ begunAt: SWEPT + HOUR });
    const look = () => exports.look([member], false, new Hints(), failed);
    return { look, failed, exports, member };
  }

  it("is done without, and told once; what was known is kept for the next run", async () => {
    const { look, failed, exports, member } = await failing(404);
    await look();
    await look();
    const told = failed.logged.filter((line) => line.includes("is of no use"));
    expect(told.map((line) => line.split(":")[0])).toEqual(["warn", "debug"]);
    expect([...exports.bookmark(member.task)]).toEqual([]);
  });

  it("ends the run when the token is refused", async () => {
    const { look } = await failing(401);
    await expect(look()).rejects.toThrow("access token");
  });
});
