import { describe, expect, it } from "vitest";
import { z } from "zod";
import { UnauthorizedError } from "../../../src/polar/errors.ts";
import { JsonIndex } from "../../../src/polar/json/json-index.ts";
import { LEVEL_OF_OWN_PROPERTIES, Rows } from "../../../src/polar/rows.ts";
import { State } from "../../../src/singer/state.ts";
import { ChangeFeed, TooMuchChangedError } from "../../../src/sync/changes/feed.ts";
import { OpenMemory } from "../../../src/sync/changes/open-memory.ts";
import { openClient } from "../../polar/clients.ts";
import { InstantClock, settled } from "../../polar/clocks.ts";
import { type FakeRequest, fakeApi, listAnswer } from "../../support/fake-api.ts";
import { contextWith } from "../contexts.ts";
import { HoldingReader } from "../holding-reader.ts";
import { contextFor, laneOf } from "../syncs.ts";
import { groundAt, memberOf } from "./members.ts";

const BEFORE = Date.parse("2026-08-01T11:00:00Z");

const refusal = { status: 403, body: '{"error":"insufficient_scope","error_description":""}' };

type Answer = Parameters<typeof fakeApi>[0];

/** The feed of a run with two lists, which answers of this kind are given to. */
async function feedWith(
  answer: (request: FakeRequest) => ReturnType<Answer>,
  sources = {},
  refused = {},
) {
  const api = await fakeApi(answer);
  const bookmarks = JSON.stringify({ bookmarks: { change_sources: { sources, refused } } });
  const reader = new HoldingReader(openClient(api.url, { maxRetries: 0 }).client);
  const state = State.parse(bookmarks, "state.json");
  const context = contextFor(api, {}, { reader, state });
  const lane = laneOf(context);
  const feed = new ChangeFeed(lane);
  const [orders, refunds] = ["orders", "refunds"].map((name) =>
    memberOf(name, groundAt(BEFORE), lane),
  );
  if (!orders || !refunds) throw new Error("two lists take part");
  feed.join(orders);
  feed.join(refunds);
  return { api, lane, feed, orders, refunds, reader };
}

const event = { id: "e1", timestamp: "2026-08-01T12:00:00Z", customer_id: "by event" };
const refund = { id: "r1", created_at: "2026-08-01T12:00:00Z", customer_id: "by refund" };

const answers = ({ path }: FakeRequest) => {
  if (path.includes("events")) return listAnswer([event]);
  if (path.includes("refunds")) return listAnswer([refund]);
  return path.includes("webhooks") ? refusal : listAnswer([]);
};

describe("the feed of changes", () => {
  it("tells each list what the others and the sources tell, and asks once for all", async () => {
    const { api, lane, feed, orders, refunds } = await feedWith(answers);
    const [one, other] = [await feed.hintsFor(orders, lane), await feed.hintsFor(refunds, lane)];

    expect([...one.hints.customers.keys()].sort()).toEqual(["by event", "by refund"]);
    expect(other.hints).toBe(one.hints);
    expect(api.requests.filter(({ path }) => path === "/v1/orders/")).toHaveLength(2);
    expect(lane.logged.join()).toContain("webhook_deliveries can't be read");
    expect(feed.bookmark).toMatchObject({ sources: { events: { spans: [{ count: 1 }] } } });
  });

  it("gives back the pages of a list that is not caught up", async () => {
    const { lane, feed, orders, refunds, reader } = await feedWith(answers);
    feed.join({ ...memberOf("customers", groundAt(BEFORE), lane), isCaughtUp: false });
    const taken = [await feed.hintsFor(orders, lane), await feed.hintsFor(refunds, lane)];
    expect(reader.held).toBeGreaterThan(0);
    for (const { fresh, open } of taken) {
      fresh.release();
      open.release();
    }
    expect(reader.held).toBe(0);
  });

  it("waits for all lists whose rows hold rows of others", async () => {
    const { feed } = await feedWith(answers);
    const [one, other] = [feed.embeds(), feed.embeds()];
    let areThrough = false;
    const all = feed.allEmbedded().then(() => {
      areThrough = true;
    });
    one();
    await settled();
    expect(areThrough).toBe(false);
    other();
    await all;
  });

  it("leaves a source where it stood that can't be read", async () => {
    const stood = {
      until: "2026-07-01T00:00:00.000Z",
      spans: [{ from: "2026-06-30T22:00:00.000Z", count: 3 }],
    };
    const { lane, feed, orders } = await feedWith(answers, { webhook_deliveries: stood });
    await feed.hintsFor(orders, lane);
    expect(feed.bookmark).toMatchObject({ sources: { webhook_deliveries: stood } });
  });

  it("asks a source that refuses the token only now and then", async () => {
    const first = await feedWith(answers);
    await first.feed.hintsFor(first.orders, first.lane);
    const { refused } = z
      .object({ refused: z.record(z.string(), z.string()) })
      .parse(first.feed.bookmark);
    expect(Object.keys(refused)).toEqual(["webhook_deliveries"]);
    const deliveriesAsked = async (hours: number) => {
      const at = Date.parse(refused.webhook_deliveries ?? "") - hours * 3_600_000;
      const before = { webhook_deliveries: new Date(at).toISOString() };
      const { api, feed, lane, orders } = await feedWith(answers, {}, before);
      await feed.hintsFor(orders, lane);
      return api.requests.filter(({ path }) => path.includes("webhooks")).length;
    };
    expect(await deliveriesAsked(7)).toBe(0);
    expect(await deliveriesAsked(9)).toBe(1);
  });

  it("fails for the list alone that can't be read", async () => {
    const { lane, feed, orders, refunds } = await feedWith((request) =>
      request.path.includes("orders") ? refusal : answers(request),
    );
    await expect(feed.hintsFor(orders, lane)).rejects.toThrow("orders");
    const { hints } = await feed.hintsFor(refunds, lane);
    expect([...hints.customers.keys()]).toContain("by refund");
  });

  it("hears again what a list has missed that stayed behind", async () => {
    const { api, lane, feed, orders } = await feedWith(answers);
    feed.join(memberOf("customers", groundAt(BEFORE - 48 * 3_600_000), lane));
    await feed.hintsFor(orders, lane);
    const starts = api.requests
      .filter(({ path }) => path.includes("events"))
      .map(({ query }) => query.get("start_timestamp") ?? "");
    expect(starts.toSorted()[0]).toMatch(/^2026-07-30T/);
  });

  it("tells whose rows have come to be open", async () => {
    const { lane, feed } = await feedWith(({ path, query }) =>
      path.includes("orders") && query.has("status")
        ? listAnswer([{ id: "o1", created_at: "2026-01-01T00:00:00Z", customer_id: "by status" }])
        : answers({ path, query, headers: {} }),
    );
    const member = memberOf("orders", { ...groundAt(BEFORE), open: "" }, lane);
    feed.join(member);
    expect([...(await feed.hintsFor(member, lane)).hints.customers.keys()]).toContain("by status");
  });

  it("takes a row that is open no more from the page of the newest, and asks for it no more", async () => {
    const order = {
      id: "00000000-0000-4000-8000-000000000001",
      created_at: "2026-08-01T12:00:00Z",
      customer_id: "00000000-0000-4000-8000-000000000002",
    };
    const rows = new Rows();
    const index = new JsonIndex();
    index.scan(Buffer.from(JSON.stringify(order)), LEVEL_OF_OWN_PROPERTIES);
    rows.readOne(index, 0);
    const { lane, feed } = await feedWith(({ path, query }) =>
      path.includes("orders") && !query.has("status") ? listAnswer([order]) : listAnswer([]),
    );
    const { changes } = memberOf("orders", groundAt(BEFORE), lane);
    const open = new OpenMemory(changes);
    open.note(rows, 0);
    const member = memberOf("orders", { ...groundAt(BEFORE), open: open.text }, lane);
    feed.join(member);
    const { hints } = await feed.hintsFor(member, lane);
    expect(hints.kept.get("orders")).toBeDefined();
    expect([...(hints.customers.get(order.customer_id)?.keys() ?? [])]).toEqual(["orders.come"]);
  });

  it("goes by the API's time as soon as that is told, and puts its own right once", () => {
    let correction: number | undefined;
    const clock = Object.defineProperty(new InstantClock(), "correction", {
      get: () => correction,
    });
    const feed = new ChangeFeed({ ...contextWith(), clock });
    const before = feed.begunAt;
    correction = 5_000;
    expect([feed.begunAt - before, feed.begunAt - before]).toEqual([5_000, 5_000]);
    correction = 9_000;
    expect(feed.begunAt - before).toBe(5_000);
  });

  it("ends the run when the token is refused", async () => {
    const { lane, feed, orders } = await feedWith((request) =>
      request.path.includes("events") ? { status: 401, body: "{}" } : answers(request),
    );
    await expect(feed.hintsFor(orders, lane)).rejects.toThrow(UnauthorizedError);
  });

  it("takes rows inside of others' for lists alone that are caught up", async () => {
    const { lane, feed, orders } = await feedWith(answers);
    feed.join({ ...memberOf("customers", groundAt(BEFORE), lane), isCaughtUp: false });
    expect(feed.embedded("customers", lane)).toBeUndefined();
    expect(feed.embedded("products", lane)).toBeUndefined();
    expect(feed.embedded(orders.task.stream.name, lane)).toBeDefined();
  });

  it("sends all lists to be read whole where a source tells of too much, and moves on", async () => {
    const { lane, feed, orders, refunds, reader } = await feedWith((request) =>
      request.path.includes("events")
        ? {
            body: JSON.stringify({
              items: [event],
              pagination: { total_count: 3_001, max_page: 31 },
            }),
          }
        : answers(request),
    );
    await expect(feed.hintsFor(orders, lane)).rejects.toThrow(TooMuchChangedError);
    await expect(feed.hintsFor(refunds, lane)).rejects.toThrow(TooMuchChangedError);
    expect(reader.held).toBe(0);
    expect(feed.bookmark).toMatchObject({ sources: { events: { spans: [{ count: 3_001 }] } } });
  });

  it("sends the lists that another one touches to be read whole where that tells of too much", async () => {
    const canceled = {
      body: JSON.stringify({
        items: [{ id: "s1", created_at: "2026-08-01T11:30:00Z", customer_id: "by subscription" }],
        pagination: { total_count: 2_001, max_page: 21 },
      }),
    };
    const { lane, feed, orders, refunds, reader } = await feedWith((request) => {
      if (request.query.has("canceled_at_after")) return canceled;
      return request.path.includes("events") ? refusal : answers(request);
    });
    const subscriptions = memberOf("subscriptions", groundAt(BEFORE), lane);
    feed.join(subscriptions);
    await expect(feed.hintsFor(orders, lane)).rejects.toThrow(
      "orders: more rows of subscriptions have changed than can be followed.",
    );
    await expect(feed.hintsFor(subscriptions, lane)).rejects.toThrow(TooMuchChangedError);
    // Subscriptions tell nothing of refunds.
    const { fresh, open } = await feed.hintsFor(refunds, lane);
    fresh.release();
    open.release();
    expect(reader.held).toBe(0);
  });
});
