import { describe, expect, it } from "vitest";
import type { Ground } from "../../../src/sync/bookmarks/list-bookmark.ts";
import { FreshRows } from "../../../src/sync/changes/fresh-rows.ts";
import { Hints } from "../../../src/sync/changes/hints.ts";
import { KnownIds } from "../../../src/sync/changes/known-ids.ts";
import { fakeApi } from "../../support/fake-api.ts";
import { contextFor, laneOf } from "../syncs.ts";
import { groundAt, memberOf } from "./members.ts";

const BEGUN = Date.parse("2026-08-20T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(BEGUN - minutes * 60_000).toISOString();

/** A list of orders, so many minutes old, the newest first. */
async function ordersOf(ages: readonly (readonly [id: string, minutes: number])[], total?: number) {
  const rows = ages.map(([id, minutes]) => ({
    id,
    created_at: minutesAgo(minutes),
    customer_id: `of ${id}`,
  }));
  return fakeApi(({ query }) => {
    const [page, limit] = [Number(query.get("page")), Number(query.get("limit"))];
    const count = total ?? rows.length;
    const pagination = { total_count: count, max_page: Math.ceil(count / limit) };
    const items = rows.slice((page - 1) * limit, page * limit);
    return { body: JSON.stringify({ items, pagination }) };
  });
}

async function read(
  api: { readonly url: string },
  ground: Partial<Ground>,
  pageSize = 3,
  name = "orders",
) {
  const lane = laneOf(contextFor(api, {}, { pageSize }));
  const member = memberOf(name, { ...groundAt(BEGUN - 60 * 60_000), ...ground }, lane);
  const fresh = await FreshRows.read(member, { begunAt: BEGUN }, lane);
  const hints = new Hints();
  fresh.tell(hints);
  const facts = {
    count: fresh.count,
    surplus: fresh.surplus,
    isComplete: fresh.isComplete,
    later: fresh.later,
    allSince: fresh.allSince,
    customers: [...hints.customers.keys()],
    created: [...hints.created.keys()],
    lateIn: (minutes: number) => fresh.countBefore(BEGUN - minutes * 60_000),
    next: { newest: fresh.newest, recent: fresh.recent },
  };
  fresh.release();
  return facts;
}

/** What is known after these rows were met. */
async function knownAfter(...ages: (readonly [string, number])[]): Promise<Partial<Ground>> {
  const { next } = await read(await ordersOf(ages), {});
  return { ...next, count: ages.length };
}

describe("the rows that have come", () => {
  it("are those that were not known, whoever has the same time", async () => {
    const known = await knownAfter(["a", 61], ["b", 62]);
    const api = await ordersOf([
      ["new", 61],
      ["a", 61],
      ["late", 62],
      ["b", 62],
    ]);
    expect(await read(api, known)).toMatchObject({
      count: 2,
      surplus: 0,
      isComplete: true,
      customers: ["of new", "of late"],
    });
  });

  it("are counted by their time, and tell of customers who are new only where they are customers", async () => {
    const rows = [["a", 5] as const, ["b", 25] as const];
    const { lateIn, created } = await read(await ordersOf(rows), {});
    expect([lateIn(30), lateIn(25), lateIn(24), lateIn(5), lateIn(4)]).toEqual([0, 0, 1, 1, 2]);
    expect(created).toEqual([]);
    expect((await read(await ordersOf(rows), {}, 3, "customers")).created).toEqual(["a", "b"]);
  });

  it("are told from those that came with an old time, and from those that have gone", async () => {
    const known = await knownAfter(["a", 61]);
    const one = [["a", 61] as const];
    expect(await read(await ordersOf(one, 2), known)).toMatchObject({ count: 0, surplus: 1 });
    expect(await read(await ordersOf(one), { ...known, count: 3 })).toMatchObject({
      count: 0,
      surplus: -2,
    });
  });

  it("are read until half an hour before the newest known one, and no further", async () => {
    const known = await knownAfter(["a", 61]);
    const rows = Array.from({ length: 30 }, (_, at) => [`row-${at}`, 55 + at * 10] as const);
    const api = await ordersOf(rows);
    const { count, isComplete } = await read(api, known);
    expect({ count, isComplete }).toEqual({ count: 4, isComplete: true });
    expect(api.requests).toHaveLength(2);
  });

  it("are read no further than the newest known one where the count tells that none is missing", async () => {
    // Known is what was there an hour ago, when the list was last caught up.
    const rows = Array.from({ length: 12 }, (_, at) => [`row-${at}`, 5 + at * 10] as const);
    const before = rows.filter(([, minutes]) => minutes >= 60);
    const known = { ...(await knownAfter(...before)), caughtUpAt: BEGUN - 60 * 60_000 };
    const asked = async (total: number, ages: readonly (readonly [string, number])[] = rows) => {
      const api = await ordersOf(ages, total);
      const { count, surplus, allSince } = await read(api, known);
      return { pages: api.requests.length, count, surplus, allSince };
    };
    // The rows of the half hour before the newest known one are on the third page.
    const oldest = Date.parse(minutesAgo(rows[8]?.[1] ?? 0));
    expect(await asked(12)).toEqual({ pages: 3, count: 6, surplus: 0, allSince: oldest + 1 });
    // One more came late, and stands on the fourth.
    const late = [...rows.slice(0, 9), ["late", 90] as const, ...rows.slice(9)];
    expect(await asked(13, late)).toMatchObject({ pages: 4, count: 7, surplus: 0 });
    // All that is known has passed, but not what the next sync will meet again.
    const busy = Array.from({ length: 12 }, (_, at) => [`row-${at}`, 1 + at] as const);
    const young = { ...(await knownAfter(...busy.slice(6))), caughtUpAt: BEGUN - 6 * 60_000 };
    const { next } = await read(await ordersOf([...busy, ["old", 40]]), { ...young, count: 7 });
    expect(next.recent).toBe((await knownAfter(...busy)).recent);
    // As many went as did not stand on the first page: those that came are all there nevertheless.
    expect(await asked(9)).toMatchObject({ count: 6, surplus: -3 });
  });

  it("have all come that are as new, unless rows of one time stand on two pages", async () => {
    const known = await knownAfter(["a", 61]);
    const since = BEGUN - 91 * 60_000;
    const around = (...ages: readonly number[]) =>
      ordersOf([10, 20, ...ages, 100].map((age) => [`row-${age}`, age]));
    expect((await read(await around(30, 40), known)).allSince).toBe(since);
    expect((await read(await around(30, 30, 40), known)).allSince).toBeUndefined();
    expect((await read(await around(25, 25, 40), known, 4)).allSince).toBe(since);
    expect((await read(await around(30, 40), {})).allSince).toBeUndefined();
  });

  it("are not followed when they are more than thirty pages", async () => {
    const known = await knownAfter(["a", 61]);
    const rows = Array.from({ length: 100 }, (_, at) => [`row-${at}`, at] as const);
    expect(await read(await ordersOf(rows), known)).toMatchObject({ isComplete: false });
    const fewer = rows.slice(0, 90);
    expect(await read(await ordersOf(fewer), known)).toMatchObject({ isComplete: true });
  });

  it("are all there, going by the count, though more known ones stand around than are read", async () => {
    const many = Array.from({ length: 100 }, (_, at) => [`row-${at}`, 61 + at / 10] as const);
    const { next } = await read(await ordersOf(many), {}, 100);
    const known = { ...next, count: 100 };
    const come = await read(await ordersOf([["new", 60], ...many]), known);
    expect(come).toMatchObject({ count: 1, surplus: 0, isComplete: true });
    // The next sync knows those that this one did not meet.
    const later = KnownIds.of(come.next.recent ?? "");
    expect(["new", "row-0", "row-99"].map((id) => later.has(id))).toEqual([true, true, true]);
    const late = await read(await ordersOf([...many, ["late", 71.5]]), known);
    expect(late).toMatchObject({ count: 0, surplus: 1, isComplete: false });
    const unknown = await read(await ordersOf([["new", 60], ...many]), {
      ...known,
      recent: undefined,
    });
    expect(unknown.next.recent).toBeUndefined();
  });

  it("are the next sync's, too, when they have come since this one began", async () => {
    const api = await ordersOf([
      ["now", -1],
      ["a", 10],
    ]);
    const first = await read(api, {});
    expect(first).toMatchObject({ count: 2, later: 1 });
    const ground = { ...first.next, count: 1, caughtUpAt: BEGUN };
    expect(await read(api, ground)).toMatchObject({ count: 1, surplus: 0, customers: ["of now"] });
  });

  it("can't be held against a count that is not told", async () => {
    const rows = [{ id: "new", created_at: minutesAgo(30) }];
    const api = await fakeApi(() => ({ body: JSON.stringify({ items: rows }) }));
    const known = await knownAfter(["a", 61]);
    expect((await read(api, known)).surplus).toBeNaN();
  });

  it("may be none at all, and the newest known one is still the newest", async () => {
    const known = await knownAfter(["a", 61]);
    const { next, surplus } = await read(await ordersOf([]), known);
    expect([next.newest, surplus]).toEqual([known.newest, -1]);
  });

  it("are told by their time alone where too many were known to remember them", async () => {
    const api = await ordersOf([
      ["new", 30],
      ["a", 61],
      ["b", 62],
    ]);
    const known = { newest: minutesAgo(61), recent: undefined, count: 2 };
    expect(await read(api, known)).toMatchObject({ count: 1, surplus: 0 });
  });
});
