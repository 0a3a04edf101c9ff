import { describe, expect, it } from "vitest";
import type { Ground } from "../../../src/sync/bookmarks/list-bookmark.ts";
import { ChangeReader } from "../../../src/sync/changes/change-reader.ts";
import { ChangeFeed } from "../../../src/sync/changes/feed.ts";
import { InstantClock } from "../../polar/clocks.ts";
import { fakeApi, listAnswer } from "../../support/fake-api.ts";
import { tableRows } from "../../support/organization.ts";
import { listedIds, simulate } from "../../support/simulation.ts";
import { contextFor, endOf, laneOf } from "../syncs.ts";
import { groundAt, memberOf } from "./members.ts";
import { Runs, settingsWith } from "./runs.ts";

const read = ["customers", "orders", "refunds", "events"].map((name) => `${name}:read`);

/** What tells of changes without the rows. */
const webhooks = ["customers:read", "webhooks:read"];

/** Lists that have been swept, of an organization whose events or webhooks tell of changes. */
async function swept(
  names: readonly string[],
  scopes: readonly string[] = read,
  { useExports = false } = {},
) {
  const simulator = await simulate({
    sizes: { customers: 50, orders: 120, events: 30 },
    spread: true,
    scopes,
  });
  simulator.subscribe();
  const runs = new Runs(simulator, names, settingsWith({ useExports }));
  await runs.next();
  // What is told of the time just before is read again.
  await runs.next(3);
  return { simulator, runs };
}

const count = (paths: readonly string[], path: string) =>
  paths.filter((one) => one === path).length;

describe("what has changed in a list", () => {
  it("is read again customer by customer, each row once", async () => {
    const { simulator, runs } = await swept(["orders"]);
    // Any event of a customer: his orders may have changed.
    const id = simulator.change("order.pay", { id: pendingOrder(simulator) });
    const { of, requests } = await runs.next();
    const { ids } = of("orders");
    expect(ids).toContain(id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeLessThan(60);
    expect(requests).not.toContain(`/v1/orders/${id}`);
  });

  it("is not asked for of a customer who is as new as the rows that have come", async () => {
    const { simulator, runs } = await swept(["customers", "orders"]);
    const customer = simulator.change("customer.create");
    const order = simulator.change("order.create", { links: { customer } });
    const { of } = await runs.next();
    expect(of("customers").ids).toContain(customer);
    expect(of("orders").ids).toContain(order);
    const asked = () => simulator.requests.filter(({ query }) => query.includes(customer));
    expect(asked()).toEqual([]);
    // Who was there before has other orders, too.
    simulator.change("order.create", { links: { customer } });
    await runs.next();
    expect(asked().map(({ path }) => path)).toEqual(["/v1/orders/"]);
  });

  it("is open no more, and stands among the newest rows, which is enough", async () => {
    const { simulator, runs } = await swept(["refunds"]);
    const id = simulator.change("refund.create");
    await runs.next();
    simulator.change("refund.succeed", { id });
    const before = simulator.requests.length;
    const { of } = await runs.next();
    expect(of("refunds").ids).toContain(id);
    const asked = simulator.requests.slice(before).map(({ query }) => query);
    expect(asked.filter((query) => query.includes("customer_id"))).toEqual([]);
    expect(simulator.requests.slice(before).map(({ path }) => path)).not.toContain(
      `/v1/refunds/${id}`,
    );
  });

  it("is written once by a customer who came inside of an order, without a request", async () => {
    const { simulator, runs } = await swept(["customers", "orders"]);
    const order = simulator.change("order.create");
    const { of, requests } = await runs.next();
    const customer = ownerOf(simulator, order);
    expect(of("customers").ids.filter((id) => id === customer)).toHaveLength(1);
    expect(count(requests, `/v1/customers/${customer}`)).toBe(0);
  });

  it.each([
    ["is written by a customer who came inside of an event, without a request", read, 0],
    ["is asked for row by row where no list takes a customer", webhooks, 1],
  ])("%s", async (_, scopes, asked) => {
    const { simulator, runs } = await swept(["customers"], scopes);
    const [{ id = "" } = {}] = simulator.rows("customers");
    simulator.change("customer.update", { id });
    const { of, requests } = await runs.next();
    expect(of("customers").ids).toContain(id);
    expect(count(requests, `/v1/customers/${id}`)).toBe(asked);
  });

  it("is passed by where it has gone", async () => {
    const { simulator, runs } = await swept(["customers"], webhooks);
    const [{ id = "" } = {}] = simulator.rows("customers");
    simulator.change("customer.update", { id });
    simulator.remove("customers", id);
    const { of, logged } = await runs.next();
    expect(of("customers")).toMatchObject({ problem: undefined, isActivated: false });
    expect(logged).toContain("1 rows have gone since; the next full sweep tells which.");
  });

  it("is not read one by one when that takes more requests than the list has pages", async () => {
    const { simulator, runs } = await swept(["customers"], webhooks);
    for (const { id } of simulator.rows("customers").slice(0, 6)) {
      simulator.change("customer.update", { id });
    }
    const { of, logged } = await runs.next();
    expect(logged).toContain("customers: 6 touched customers and rows are more than the list has");
    expect([...new Set(of("customers").ids)].sort()).toEqual(listedIds(simulator, "customers"));
    expect(of("customers").isActivated).toBe(true);
  });

  it("is not followed without a count to hold it against", async () => {
    const { simulator, runs } = await swept(["orders"]);
    simulator.setFaults([{ kind: "no-pagination", path: "/v1/orders/" }]);
    const { logged } = await runs.next();
    expect(logged).toContain("orders: the API gives no count to hold the new rows against.");
  });
});

describe("what can't be read of what has changed", () => {
  it("is told when it is less than is counted", async () => {
    const { problem } = await readChanges({ events: touched(1), missing: 1 });
    expect(problem).toContain("0 rows of orders were found but the API counts 1");
  });

  it("is told, and the list stays where it was known", async () => {
    const { simulator, runs } = await swept(["orders"]);
    const [{ id = "" } = {}] = simulator.rows("orders");
    const before = runs.state.bookmark("orders");
    simulator.change("customer.update", { id: String(ownerOf(simulator, id)) });
    simulator.setFaults([{ kind: "poison", ids: [id] }]);
    const { of } = await runs.next();
    expect(of("orders").problem).toContain("1 rows of orders can't be read");
    expect(runs.state.bookmark("orders")).toEqual(before);
    simulator.setFaults([]);
    expect((await runs.next()).of("orders").ids).toContain(id);
  });
});

const BEGUN = Date.parse("2026-08-20T12:00:00Z");
const MINUTE = 60_000;

interface Served {
  /** The newest orders, so many minutes old. */
  readonly orders?: readonly (readonly [id: string, minutes: number])[];
  /** How many orders the API counts, by the number of the question for the newest of them. */
  readonly countOf?: (question: number) => number;
  /** What events tell of: a customer, or the metadata that name a row. */
  readonly events?: readonly object[];
  /** How many orders are counted of the customers that are asked for, of which none comes. */
  readonly missing?: number;
  readonly ground?: Partial<Ground>;
  readonly pageSize?: number;
}

/** A large list of orders that was caught up an hour ago, and is now read by a {@link ChangeReader}. */
async function readChanges({ orders = [], events = [], missing = 0, ...options }: Served) {
  const { countOf = () => 60_000, pageSize = 100 } = options;
  // The last one was there long before.
  const rows = [...orders, ["old", 180] as const].map(([id, minutes]) => ({
    id,
    created_at: new Date(BEGUN - minutes * MINUTE).toISOString(),
  }));
  let questions = 0;
  const api = await fakeApi(({ path, query }) => {
    const items = (all: readonly object[], count = all.length) => ({
      body: JSON.stringify({ items: all, pagination: { total_count: count, max_page: count } }),
    });
    if (path === "/v1/events/") return listAnswer(events);
    if (path !== "/v1/orders/") return { status: 403, body: "{}" };
    if (query.has("customer_id")) return listAnswer([], missing);
    if (query.has("status")) return listAnswer([]);
    const [page, limit] = [Number(query.get("page")), Number(query.get("limit"))];
    return items(rows.slice((page - 1) * limit, page * limit), countOf(++questions));
  });
  const clock = new InstantClock(new Date(BEGUN - 1_000_000).toISOString());
  const lane = laneOf({ ...contextFor(api, { maxRetries: 0 }, { pageSize }), clock });
  const caughtUpAt = BEGUN - 60 * MINUTE;
  const newest = new Date(caughtUpAt).toISOString();
  const known = { ...groundAt(caughtUpAt), newest, count: 60_000, ...options.ground };
  const member = memberOf("orders", known, lane);
  const feed = new ChangeFeed(lane);
  feed.join(member);
  const end = await endOf(
    new ChangeReader({ ...member.task, bookmark: undefined, lane }, member, feed).read(),
  );
  return { ...end, requests: api.requests, questions };
}

const touched = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    id: `e${at}`,
    timestamp: new Date(BEGUN - 10 * MINUTE).toISOString(),
    customer_id: `c${at}`,
  }));

describe("the requests for what has changed", () => {
  const customersAsked = ({ requests }: Awaited<ReturnType<typeof readChanges>>) =>
    requests.map(({ query }) => query.getAll("customer_id")).filter(({ length }) => length > 0);

  it("name a hundred customers at the most, about as many each, and leave out none", async () => {
    const asked = customersAsked(await readChanges({ events: touched(250) }));
    expect(asked.map(({ length }) => length)).toEqual([83, 84, 83]);
    expect(new Set(asked.flat()).size).toBe(250);
  });

  it("do not name a row that has come already", async () => {
    const metadata = { order_id: "new" };
    const event = { id: "e", timestamp: new Date(BEGUN).toISOString(), metadata };
    const orders = [["new", 5]] as const;
    const countOf = () => 60_001;
    const { requests, ground } = await readChanges({ orders, countOf, events: [event] });
    expect(requests.map(({ path }) => path)).not.toContain("/v1/orders/new");
    expect(ground).toMatchObject({ count: 60_001, newest: "2026-08-20T11:55:00.000Z" });
  });
});

describe("rows that have come already", () => {
  const askedBefore = async (...minutes: readonly number[]) => {
    const orders = minutes.map((age, at) => [`o${at}`, age] as const);
    const countOf = () => 60_000 + orders.length;
    const served = { orders, countOf, events: touched(1), pageSize: 3 };
    const { requests } = await readChanges(served);
    const [{ query } = {}] = requests.filter(({ query: one }) => one.has("customer_id"));
    return query?.get("created_before");
  };

  it("are not asked for again, unless a tie may have hidden one of them", async () => {
    // To the page that shows what is older than half an hour before the newest known one.
    expect(await askedBefore(5, 10, 20, 30)).toBe("2026-08-20T10:30:00.000Z");
    expect(await askedBefore(5, 10, 20, 20)).toBeNull();
  });
});

describe("the audit", () => {
  it("looks once more where the count and the rows of an answer do not fit", async () => {
    const countOf = (question: number) => (question === 1 ? 60_001 : 60_000);
    const { problem, questions, ground } = await readChanges({ countOf });
    expect([problem, questions, ground.count]).toEqual([undefined, 2, 60_000]);
  });

  it("is content with what came with an old time where its export has shown it", async () => {
    const { simulator, runs } = await swept(["orders"], read, { useExports: true });
    const id = simulator.change("order.import", { at: new Date("2001-02-03T04:05:06Z") });
    simulator.change("order.create");
    const before = simulator.requests.length;
    const { of } = await runs.next();
    expect(of("orders")).toMatchObject({ problem: undefined, isActivated: false });
    expect(of("orders").ids).toContain(id);
    const asked = simulator.requests.slice(before).map(({ path, query }) => `${path}?${query}`);
    const isNewest = (one: string) => one.startsWith("/v1/orders/?page=1&limit=20&sorting=-");
    expect(asked.filter(isNewest)).toHaveLength(1);
  });

  it("knows of rows that a full sweep could not read until the next one", async () => {
    const { ground } = await readChanges({ ground: { unreadable: 2 } });
    expect(ground.unreadable).toBe(2);
  });

  it("leaves the rows that come meanwhile to the next run", async () => {
    const orders = [["now", -1]] as const;
    const { ground } = await readChanges({ orders, countOf: () => 60_001 });
    expect(ground.count).toBe(60_000);
  });
});

describe("how many rows a customer has", () => {
  it("is learned from those that were read, and kept where none was", async () => {
    const ground = { rowsPerCustomer: 7 };
    expect((await readChanges({ ground })).ground.rowsPerCustomer).toBe(7);
    expect((await readChanges({ ground, events: touched(2) })).ground.rowsPerCustomer).toBe(0);
  });
});

type Organization = Awaited<ReturnType<typeof simulate>>;

function pendingOrder(simulator: Organization): string {
  const id = simulator.change("order.draft");
  return simulator.change("order.finalize", { id });
}

function ownerOf(simulator: Organization, order: string): unknown {
  return tableRows(simulator, "orders").find(({ id }) => id === order)?.customer_id;
}
