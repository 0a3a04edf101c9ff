import { describe, expect, it } from "vitest";
import type { Simulator, SimulatorOptions } from "../../../simulator/index.ts";
import { FEED_BOOKMARK } from "../../../src/sync/bookmarks/feed-bookmark.ts";
import { tableRows } from "../../support/organization.ts";
import { simulate } from "../../support/simulation.ts";
import { Runs, settingsWith } from "./runs.ts";

const HOURS = 24;

/** Lists of several pages, of rows that have their own customers; nothing tells of changes. */
const organization = (options: SimulatorOptions = {}) =>
  simulate({
    ...options,
    sizes: { customers: 50, orders: 60, refunds: 8 },
    spread: true,
    scopes: ["customers:read", "orders:read", "refunds:read"],
  });

/** Without exports, which tell of more. */
const plain = settingsWith({ useExports: false });

/** Runs over orders, of which the first has read all. */
async function swept(names = ["orders"], overrides = plain) {
  const simulator = await organization();
  const runs = new Runs(simulator, names, overrides);
  const first = await runs.next();
  return { simulator, runs, first };
}

/** The list can't be read, or one of its pages. */
const failing = (simulator: Simulator, path: string, page?: number) =>
  simulator.setFaults([{ kind: "status", status: 400, path, ...(page && { page }) }]);

const groundOf = ({ state }: Runs, stream = "orders") => state.bookmark(stream) ?? {};

describe("a list that is caught up", () => {
  it("is swept by the first run, activated, and known from then on", async () => {
    const { simulator, runs, first } = await swept();
    expect(first.of("orders").ids).toHaveLength(60);
    expect(first.of("orders").isActivated).toBe(true);
    const now = simulator.clock.now.toISOString();
    expect(groundOf(runs)).toMatchObject({ swept_at: now, caught_up_at: now, count: 60 });
  });

  it("is not known when it could not be proven whole", async () => {
    const simulator = await organization();
    const runs = new Runs(simulator, ["orders"], plain);
    simulator.setFaults([{ kind: "no-pagination", path: "/v1/orders/" }]);
    expect((await runs.next()).of("orders").problem).toContain("the API gives no count");
    expect(groundOf(runs)).not.toHaveProperty("swept_at");
  });

  it("does not count what comes while it is swept: that is new to the next run", async () => {
    const come: string[] = [];
    const simulator = await organization({
      onRequest: ({ path }) => {
        if (path !== "/v1/orders/" || come.length > 0) return;
        const created_at = new Date(simulator.clock.now.getTime() + 1_000).toISOString();
        come.push(simulator.insert("orders", { created_at }));
      },
    });
    const runs = new Runs(simulator, ["orders"], plain);
    await runs.next();
    expect(groundOf(runs).count).toBe(60);
    const { of, logged } = await runs.next();
    expect(of("orders").ids).toContain(come[0]);
    expect(logged).not.toContain("have gone since");
  });

  it("is then read as far as it has changed, and neither swept nor activated", async () => {
    const { simulator, runs } = await swept();
    const { version, swept_at } = groundOf(runs);
    const id = simulator.change("order.create");
    const second = await runs.next();
    expect(second.of("orders").ids).toContain(id);
    expect(second.of("orders").ids.length).toBeLessThan(40);
    expect(second.of("orders").isActivated).toBe(false);
    const caught_up_at = simulator.clock.now.toISOString();
    expect(groundOf(runs)).toMatchObject({ version, swept_at, caught_up_at, count: 61 });
  });

  it.each([
    ["swept when its full sweep is due", HOURS, true],
    ["not swept before that", HOURS - 0.001, false],
  ])("is %s", async (_, hours, isSwept) => {
    const { runs } = await swept();
    expect((await runs.next(hours)).of("orders").isActivated).toBe(isSwept);
  });

  it("is swept each time when it fits on a page", async () => {
    const { runs } = await swept(["refunds"]);
    expect((await runs.next()).of("refunds").isActivated).toBe(true);
  });

  it("goes on with a sweep that was interrupted", async () => {
    const { runs } = await swept();
    const position = { page: 2, page_size: 20, order: ["created_at", "invoice_number"] };
    const counts = { rows: 20, count: 60, most: 60, digest: "of other rows" };
    runs.state.setBookmark("orders", { sweep: { ...position, ...counts } });
    const { logged, of } = await runs.next();
    expect(logged).toContain("orders: going on at page 2.");
    expect(of("orders").ids).toHaveLength(60);
  });

  it.each([
    ["is known once a sweep that was interrupted has come to its end", 120, false],
    ["is swept again when that did not see all that the next run meets again", 5, true],
  ])("%s", async (_, minutes, isSwept) => {
    const simulator = await organization();
    const now = simulator.clock.now.getTime();
    for (let nth = 0; nth < 60; nth++) {
      const created_at = new Date(now - (60 - nth) * minutes * 1_000).toISOString();
      simulator.insert("orders", { created_at });
    }
    const runs = new Runs(simulator, ["orders"], plain);
    failing(simulator, "/v1/orders/", 5);
    expect((await runs.next(0)).of("orders").problem).toContain("/v1/orders/");
    simulator.setFaults([]);
    const resumed = await runs.next(0);
    expect(resumed.logged).toMatch(/orders: going on at page [45]\./);
    expect(resumed.of("orders").problem).toBeUndefined();
    expect((await runs.next()).of("orders").isActivated).toBe(isSwept);
  });

  it("stays incomplete until a full sweep has read the row that the last one could not", async () => {
    const simulator = await organization();
    const runs = new Runs(simulator, ["orders"], plain);
    const [bad] = simulator.rows("orders");
    simulator.setFaults([{ kind: "poison", ids: [bad?.id ?? ""] }]);
    expect((await runs.next()).of("orders").problem).toContain("1 row");
    simulator.setFaults([]);
    const next = await runs.next();
    expect(next.of("orders").problem).toContain("1 rows of orders could not be read by the last");
    expect((await runs.next(HOURS)).of("orders").problem).toBeUndefined();
    expect((await runs.next()).of("orders").problem).toBeUndefined();
  });

  it("is swept when a stream inside of its rows does not know the same", async () => {
    const { runs } = await swept(["orders", "order_items"]);
    expect((await runs.next()).of("orders").isActivated).toBe(false);
    runs.state.setBookmark("order_items", { count: 59 });
    expect((await runs.next()).of("orders").isActivated).toBe(true);
  });

  it("is read whole, in the same run, when rows have come with an old time", async () => {
    const { simulator, runs } = await swept();
    const id = simulator.change("order.import");
    const { of, logged } = await runs.next();
    expect(logged).toContain("1 rows have come with an old time. It is read whole.");
    expect(of("orders").ids).toContain(id);
    expect(of("orders").isActivated).toBe(true);
  });

  it("stays where it was when it could not be read, and hears again what it has missed", async () => {
    const { simulator, runs } = await swept();
    const before = groundOf(runs);
    const id = simulator.change("order.create");
    failing(simulator, "/v1/orders/");
    expect((await runs.next()).of("orders").problem).toContain("/v1/orders/");
    expect(groundOf(runs)).toEqual(before);
    simulator.setFaults([]);
    expect((await runs.next()).of("orders").ids).toContain(id);
  });

  it("tells those who wait for its rows when it fails, too", async () => {
    const { simulator, runs } = await swept(["customers", "payment_methods"]);
    failing(simulator, "/v1/customers/");
    const { of } = await runs.next();
    expect(of("payment_methods").problem).toContain("/v1/customers/");
  });
});

describe("a list that stays behind", () => {
  /** A new order of the customer who has been there for the longest time. */
  function orderOfOldest(simulator: Simulator): string {
    const [oldest] = tableRows(simulator, "customers").toSorted((one, other) =>
      String(one.created_at) < String(other.created_at) ? -1 : 1,
    );
    const created_at = simulator.clock.now.toISOString();
    const id = String(oldest?.id);
    simulator.insert("orders", { customer_id: id, created_at });
    return id;
  }

  const isTouchKept = (runs: Runs) => "touched" in groundOf(runs, FEED_BOOKMARK);

  it("hears later whom the rows of others have touched, however long it can't be read", async () => {
    const { simulator, runs } = await swept(["customers", "orders"]);
    const id = orderOfOldest(simulator);
    failing(simulator, "/v1/customers/");
    expect((await runs.next()).of("customers").problem).toContain("/v1/customers/");
    await runs.next();
    expect(isTouchKept(runs)).toBe(true);
    simulator.setFaults([]);
    expect((await runs.next()).of("customers").ids).toContain(id);
    expect(isTouchKept(runs)).toBe(false);
    expect((await runs.next()).of("customers").ids).not.toContain(id);
  });

  it("hears it though its sweep was interrupted before, and read the row before that", async () => {
    const { simulator, runs: first } = await swept(["orders"]);
    const runs = new Runs(simulator, ["customers", "orders"], plain);
    runs.state = first.state;
    failing(simulator, "/v1/customers/", 3);
    expect((await runs.next()).of("customers").problem).toContain("/v1/customers/");
    const id = orderOfOldest(simulator);
    await runs.next();
    simulator.setFaults([]);
    const resumed = await runs.next();
    expect(resumed.logged).toContain("customers: going on at page");
    expect(resumed.of("customers").ids).not.toContain(id);
    expect((await runs.next()).of("customers").ids).toContain(id);
    expect(isTouchKept(runs)).toBe(false);
  });

  it("does not make those ask again that have heard it", async () => {
    const { simulator, runs } = await swept(["customers", "orders"]);
    const id = orderOfOldest(simulator);
    failing(simulator, "/v1/customers/");
    const asked = () => simulator.requests.filter(({ query }) => query.includes(id)).length;
    await runs.next();
    const before = asked();
    expect(before).toBeGreaterThan(0);
    await runs.next();
    expect(asked()).toBe(before);
  });

  it("is read whole where too much was told meanwhile, and only then", async () => {
    const { runs } = await swept(["customers", "orders"]);
    const before = Date.parse(String(groundOf(runs).caught_up_at));
    const forget = (at: number) =>
      runs.state.setBookmark(FEED_BOOKMARK, { forgotten_at: new Date(at).toISOString() });
    forget(before);
    expect((await runs.next()).of("customers").isActivated).toBe(false);
    forget(before + 2 * 3_600_000);
    const { of, logged } = await runs.next();
    expect(of("customers").isActivated).toBe(true);
    expect(logged).toContain(
      "customers: more rows of other lists have changed than can be followed.",
    );
    expect((await runs.next()).of("customers").isActivated).toBe(false);
  });

  it("is read whole, too, when another one has more new rows than can tell whom they touch", async () => {
    const { simulator, runs } = await swept(["customers", "orders", "refunds"]);
    const id = orderOfOldest(simulator);
    const [other] = simulator.rows("customers").filter((row) => row.id !== id);
    const now = simulator.clock.now.getTime();
    for (let second = 1; second <= 600; second++) {
      const created_at = new Date(now + second * 1_000).toISOString();
      simulator.insert("orders", { customer_id: other?.id ?? "", created_at });
    }
    const { of, logged } = await runs.next();
    expect(of("customers").ids).toContain(id);
    expect(logged).toContain("customers: more rows of orders have changed than can be followed.");
  });

  it("is read whole later, if it can't be read then", async () => {
    const { simulator, runs } = await swept(["customers", "orders"]);
    const created_at = simulator.clock.now.toISOString();
    for (let order = 0; order <= 600; order++) simulator.insert("orders", { created_at });
    failing(simulator, "/v1/customers/");
    await runs.next();
    simulator.setFaults([]);
    expect((await runs.next()).of("customers").isActivated).toBe(true);
    expect((await runs.next()).of("customers").isActivated).toBe(false);
  });
});
