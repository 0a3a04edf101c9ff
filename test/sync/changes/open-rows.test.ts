import { describe, expect, it } from "vitest";
import { FreshRows } from "../../../src/sync/changes/fresh-rows.ts";
import { Hints } from "../../../src/sync/changes/hints.ts";
import { OpenMemory } from "../../../src/sync/changes/open-memory.ts";
import { OpenRowsReading } from "../../../src/sync/changes/open-rows.ts";
import { fakeApi, listAnswer } from "../../support/fake-api.ts";
import { contextFor, laneOf } from "../syncs.ts";
import { idsOf } from "./export-api.ts";
import { groundAt, memberOf } from "./members.ts";

const BEGUN = Date.parse("2026-08-20T12:00:00Z");
const uuid = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;

interface OpenRow {
  readonly id: string;
  readonly customer_id: string | null;
  readonly created_at?: string;
}

/** What is told of a list whose filters bring these rows, and what the next sync will know. */
async function told(list: string, rows: readonly OpenRow[], open: string | undefined) {
  const api = await fakeApi(() =>
    listAnswer(rows.map((row) => ({ created_at: "2026-08-20T11:00:00Z", ...row }))),
  );
  const lane = laneOf(contextFor(api));
  const member = memberOf(list, { ...groundAt(BEGUN - 3_600_000), open }, lane);
  const reading = await OpenRowsReading.read(member, BEGUN, lane);
  const hints = new Hints();
  reading.tell(hints);
  const { remembered } = reading;
  reading.release();
  return { api, customers: [...hints.customers.keys()], rows: hints.rows, remembered };
}

const order = (at: number): OpenRow => ({ id: uuid(at), customer_id: uuid(100 + at) });

describe("the open rows of a list", () => {
  it("are read again for as many hours as they may change, and no further", async () => {
    const hoursAgo = (hours: number) => new Date(BEGUN - hours * 3_600_000).toISOString();
    const rows = Array.from({ length: 30 }, (_, at) => ({
      ...order(at),
      created_at: hoursAgo(at),
    }));
    const pages: (string | null)[] = [];
    const api = await fakeApi(({ query }) => {
      if (query.getAll("status").length === 1) return listAnswer([]);
      const page = Number(query.get("page"));
      pages.push(query.get("page"));
      const pagination = { total_count: 30, max_page: 10 };
      const items = rows.slice(3 * (page - 1), 3 * page);
      return { body: JSON.stringify({ items, pagination }) };
    });
    const lane = laneOf(contextFor(api, {}, { pageSize: 3 }));
    const member = memberOf("checkouts", groundAt(BEGUN - 3_600_000), lane);
    const reading = await OpenRowsReading.read(member, BEGUN, lane);
    const read = reading.readings.flatMap((one) => [...one.rows()]);
    // Those of the last 25 hours, on nine pages of three.
    expect([read.length, pages.length]).toEqual([26, 9]);
    reading.release();
  });

  it("are not asked for where events tell of the same", async () => {
    const api = await fakeApi(() => listAnswer([]));
    const lane = laneOf(contextFor(api));
    const member = memberOf("subscriptions", groundAt(BEGUN - 3_600_000), lane);
    const asked = async (...toldBy: readonly ("event" | "webhook")[]) => {
      const before = api.requests.length;
      const reading = await OpenRowsReading.read(member, BEGUN, lane, new Set(toldBy));
      reading.tell(new Hints());
      reading.release();
      return api.requests.slice(before).map(({ query }) => query.has("canceled_at_after"));
    };
    expect(await asked()).toEqual([false, true]);
    expect(await asked("webhook")).toEqual([false, true]);
    expect(await asked("event")).toEqual([false]);
  });

  it("that are open no more and have come already are kept, and not asked for", async () => {
    const before = await told("orders", [order(1), order(2), order(3)], undefined);
    const api = await fakeApi(({ query }) =>
      listAnswer((query.has("status") ? [1] : [3, 1, 9]).map(order)),
    );
    const lane = laneOf(contextFor(api));
    const ground = { ...groundAt(BEGUN - 3_600_000), open: before.remembered };
    const member = memberOf("orders", ground, lane);
    const reading = await OpenRowsReading.read(member, BEGUN, lane);
    const fresh = await FreshRows.read(member, { begunAt: BEGUN }, lane);
    const hints = new Hints();
    reading.tell(hints, fresh.onPages());
    expect([...hints.customers].map(([id, by]) => [id, ...by.keys()])).toEqual([
      [uuid(103), "orders.come"],
      [uuid(102), "orders"],
    ]);
    expect([...hints.kept].map(([stream, rows]) => [stream, idsOf(rows)])).toEqual([
      ["orders", [uuid(3)]],
    ]);
    reading.release();
    fresh.release();
  });

  it("touch nobody where they name no customer", async () => {
    const nobody = { id: uuid(1), customer_id: null };
    const { remembered } = await told("orders", [nobody], undefined);
    const api = await fakeApi(({ query }) => listAnswer(query.has("status") ? [] : [nobody]));
    const lane = laneOf(contextFor(api));
    const member = memberOf("orders", { ...groundAt(BEGUN - 3_600_000), open: remembered }, lane);
    const reading = await OpenRowsReading.read(member, BEGUN, lane);
    const fresh = await FreshRows.read(member, { begunAt: BEGUN }, lane);
    const hints = new Hints();
    reading.tell(hints, fresh.onPages());
    expect([hints.customers.size, hints.rows.size, hints.kept.size]).toEqual([0, 0, 1]);
    reading.release();
    fresh.release();
  });

  it("tell of those that are open no more, and of those that are now", async () => {
    const { remembered } = await told("orders", [order(1), order(2)], "");
    const { customers } = await told("orders", [order(2), order(3)], remembered);
    expect(customers.sort()).toEqual([uuid(101), uuid(103)]);
  });

  it("are all known although some are of one time, and a page has repeated one of them", async () => {
    const all = [1, 2, 3, 4].map(order);
    const limits: number[] = [];
    const api = await fakeApi(({ query }) => {
      const [limit, page] = [Number(query.get("limit")), Number(query.get("page"))];
      limits.push(limit);
      // The second page of two begins with the last row of the first, in the place of another.
      const dealt = limit === 2 && page === 2 ? [all[0], all[1], all[1], all[3]] : all;
      const items = dealt.slice(limit * (page - 1), limit * page);
      const created_at = "2026-08-20T11:00:00Z";
      const shown = items.map((row) => ({ ...row, created_at }));
      const pagination = { total_count: 4, max_page: Math.ceil(4 / limit) };
      return { body: JSON.stringify({ items: shown, pagination }) };
    });
    const lane = laneOf(contextFor(api, {}, { pageSize: 2 }));
    const member = memberOf("refunds", groundAt(BEGUN - 3_600_000), lane);
    const reading = await OpenRowsReading.read(member, BEGUN, lane);
    const { remembered } = reading;
    expect(OpenMemory.read(remembered)).toHaveLength(4);
    expect(limits).toEqual([2, 2, 100]);
    reading.release();
    // Those that came twice are no others than they were.
    const known = memberOf("refunds", { ...member.ground, open: remembered }, lane);
    const again = await OpenRowsReading.read(known, BEGUN, lane);
    const nobody = new Hints();
    again.tell(nobody);
    again.release();
    expect([...nobody.customers]).toEqual([]);
  });

  it("tell of nobody while they are the same", async () => {
    const { remembered } = await told("orders", [order(1)], "");
    expect(await told("orders", [order(1)], remembered)).toMatchObject({
      customers: [],
      remembered,
    });
  });

  it("name themselves where they name no customer", async () => {
    const visit = { id: uuid(7), customer_id: null };
    const { remembered } = await told("checkouts", [visit], "");
    const { rows, customers } = await told("checkouts", [], remembered);
    expect(rows).toEqual(new Map([["checkouts", new Set([uuid(7)])]]));
    expect(customers).toEqual([]);
  });

  it("tell of nobody where nothing is known of what was open before", async () => {
    expect((await told("orders", [order(1)], undefined)).customers).toEqual([]);
  });

  it("are remembered up to 400, the newest of them, and tell of no new ones then", async () => {
    const many = Array.from({ length: 450 }, (_, at) => order(at));
    const { remembered } = await told("orders", many, "");
    expect((await told("orders", many, remembered)).customers).toEqual([]);
    const { customers } = await told("orders", [], remembered);
    expect(customers).toHaveLength(400);
    expect(customers).toContain(uuid(100));
    expect(customers).not.toContain(uuid(100 + 449));
  });

  it("are asked for since the last sync, where the API can say when they changed", async () => {
    const { api, customers } = await told("subscriptions", [], "");
    expect(api.requests.map(({ query }) => query.get("canceled_at_after"))).toEqual(
      expect.arrayContaining([null, "2026-08-20T10:30:00.000Z"]),
    );
    expect(customers).toEqual([]);
  });

  it("are not all where more have changed than are followed", async () => {
    const rowOf = (page: number) => {
      const started_at = new Date(BEGUN - 60_000 * page).toISOString();
      return { id: uuid(page), customer_id: uuid(2), started_at };
    };
    const read = async (pages: number) => {
      const pagination = { total_count: 100 * pages, max_page: pages };
      const api = await fakeApi(({ query }) => {
        const items = [rowOf(Number(query.get("page")))];
        return { body: JSON.stringify({ items, pagination }) };
      });
      const lane = laneOf(contextFor(api));
      const member = memberOf("subscriptions", groundAt(BEGUN - 3_600_000), lane);
      const reading = await OpenRowsReading.read(member, BEGUN, lane);
      reading.release();
      return { isComplete: reading.isComplete, requests: api.requests.length };
    };
    // The other filter's rows are looked at again, but for the oldest, where there are too many.
    expect(await read(20)).toEqual({ isComplete: true, requests: 20 + 5 });
    expect(await read(21)).toEqual({ isComplete: false, requests: 20 + 5 });
  });
});
