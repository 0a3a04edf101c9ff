import { describe, expect, it } from "vitest";
import { State } from "../../../src/singer/state.ts";
import type { Stream } from "../../../src/streams/define.ts";
import { Hints } from "../../../src/sync/changes/hints.ts";
import { ToldSources } from "../../../src/sync/changes/told-sources.ts";
import { type FakeAnswer, fakeApi, listAnswer } from "../../support/fake-api.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextFor, laneOf } from "../syncs.ts";
import { groundAt, memberOf } from "./members.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-08-01T12:00:00Z");
const hoursAgo = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

const event = { id: "e1", timestamp: hoursAgo(0.5), customer_id: "by event", name: "order.paid" };
const refusal = { status: 403, body: '{"error":"insufficient_scope","error_description":""}' };
const failure = { status: 400, body: "{}" };

const stood = { until: hoursAgo(1), spans: [{ from: hoursAgo(3), count: 0 }] };

/** Reads the sources of a run over orders, in which deliveries are answered like this. */
async function read(deliveries: FakeAnswer, { sources = {}, refused = {}, ago = 1 } = {}) {
  const { lane, requests } = await run(deliveries, { sources, refused });
  const told = new ToldSources({ begunAt: NOW });
  const hints = new Hints();
  const members = [memberOf("orders", groundAt(NOW - ago * HOUR), lane)];
  const { toldBy } = await told.read(members, hints, lane);
  const asked = requests.filter(({ path }) => path.includes("webhooks")).length;
  const customers = [...hints.customers.keys()];
  return { toldBy: [...toldBy], customers, asked, bookmark: told.bookmark };
}

async function run(deliveries: FakeAnswer, known: object) {
  const { url, requests } = await fakeApi(({ path }) => {
    return path.includes("events") ? listAnswer([event]) : deliveries;
  });
  const text = JSON.stringify({ bookmarks: { change_sources: known } });
  const state = State.parse(text, "state.json");
  const lane = laneOf(contextFor({ url }, { maxRetries: 0 }, { state }));
  return { lane, requests };
}

describe("the sources of hints", () => {
  it("tell what they are, if they could be read", async () => {
    expect(await read(listAnswer([]))).toMatchObject({
      toldBy: ["event", "webhook"],
      customers: ["by event"],
    });
    expect(await read(refusal)).toMatchObject({ toldBy: ["event"], customers: ["by event"] });
  });

  it("are not asked for a while when they have refused the token, unless they were read before", async () => {
    const refused = { webhook_deliveries: hoursAgo(1) };
    expect((await read(listAnswer([]), { refused })).asked).toBe(0);
    const sources = { webhook_deliveries: stood };
    expect((await read(listAnswer([]), { refused, sources })).asked).toBeGreaterThan(0);
  });

  it("have refused nothing any more once they could be read", async () => {
    const refused = { webhook_deliveries: hoursAgo(20) };
    const { bookmark } = await read(listAnswer([]), { refused });
    expect(bookmark?.refused).toEqual({});
  });

  it("are asked again by the next run when they have failed, and not refused", async () => {
    expect((await read(failure)).bookmark?.refused).toEqual({});
    const { bookmark } = await read(refusal);
    expect(bookmark?.refused).toEqual({ webhook_deliveries: hoursAgo(0) });
  });

  it("are read from where the last list stood that is caught up, and not one that is read whole", async () => {
    const { lane, requests } = await run(listAnswer([]), {});
    const orders = memberOf("orders", groundAt(NOW - 2 * HOUR), lane);
    const refunds = memberOf("refunds", groundAt(NOW - HOUR), lane);
    const customers = memberOf("customers", groundAt(NOW - 50 * HOUR), lane);
    const members = [orders, refunds, { ...customers, isCaughtUp: false }];
    await new ToldSources({ begunAt: NOW }).read(members, new Hints(), lane);
    const starts = requests.map(({ query }) => query.get("start_timestamp"));
    // Events are heard again two hours before, without the border.
    expect(starts).toContain(new Date(NOW - 4 * HOUR - 1).toISOString());
    expect(starts.filter((start) => start && Date.parse(start) < NOW - 5 * HOUR)).toEqual([]);
  });

  it("are streams that say so, and no others", async () => {
    const { lane, requests } = await run(listAnswer([]), {});
    const { source, ...events } = streamNamed("events");
    if (source.kind !== "windows") throw new Error("events are read by time");
    const { tells: _, ...silent } = source;
    const streams: Stream[] = [streamNamed("orders"), { ...events, source: silent }];
    await new ToldSources({ begunAt: NOW }).mark(streams, lane);
    expect(requests).toEqual([]);
    await new ToldSources({ begunAt: NOW }).mark([streamNamed("events")], lane);
    expect(requests).toHaveLength(1);
  });
});
