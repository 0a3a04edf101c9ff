import { describe, expect, it } from "vitest";
import { streams } from "../../../src/streams/index.ts";
import type { ToldBookmark } from "../../../src/sync/bookmarks/feed-bookmark.ts";
import { ToldChanges } from "../../../src/sync/changes/told-changes.ts";
import { fakeApi } from "../../support/fake-api.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextFor, laneOf } from "../syncs.ts";

const NOW = Date.parse("2026-08-20T12:00:00Z");
const MINUTE = 60_000;

/** Events of customers, by how many minutes ago they happened. */
type Events = Readonly<Record<string, number>>;

async function read(
  events: Events,
  { since = 60, known, now = NOW }: { since?: number; known?: ToldBookmark; now?: number } = {},
) {
  const api = await fakeApi(({ query }) => {
    const bound = (name: string, otherwise: number) =>
      query.has(name) ? Date.parse(query.get(name) ?? "") : otherwise;
    const [start, end] = [bound("start_timestamp", 0), bound("end_timestamp", Number.MAX_VALUE)];
    const [page, limit] = [Number(query.get("page")), Number(query.get("limit"))];
    const told = Object.entries(events)
      .map(([customer_id, minutes]) => ({ customer_id, time: NOW - minutes * MINUTE }))
      .filter(({ time }) => time > start && time < end);
    const items = told.slice((page - 1) * limit, page * limit).map(({ customer_id, time }) => ({
      id: `event of ${customer_id}`,
      customer_id,
      timestamp: new Date(time).toISOString(),
    }));
    const pagination = { total_count: told.length, max_page: Math.ceil(told.length / limit) };
    return { body: JSON.stringify({ items, pagination }) };
  });
  const stream = streamNamed("events");
  if (stream.source.kind !== "windows") throw new Error("events are read by time");
  const lane = laneOf(contextFor(api, {}, { pageSize: 2 }));
  const source = new ToldChanges(stream, stream.source, streams, lane);
  const { hints, bookmark } = await source.read(NOW - since * MINUTE, known, now);
  return { customers: hints && [...hints.customers].sort(), bookmark, requests: api.requests };
}

describe("what was told", () => {
  it("is read with an overlap where nothing is known", async () => {
    const { customers, bookmark, requests } = await read({ old: 190, late: 170, new: 30 });
    expect(customers).toEqual(["late", "new"]);
    expect(bookmark).toEqual({ until: "2026-08-20T11:55:00.000Z", count: 1 });
    expect(requests.every(({ query }) => query.get("source") === "system")).toBe(true);
  });

  it("is read from where it stood, and the time before only if more has been told of it", async () => {
    const events = { early: 100, seen: 66, new: 30 };
    const known = { until: "2026-08-20T10:55:00.000Z", count: 2 };
    expect((await read(events, { known })).customers).toEqual(["new"]);
    const late = await read({ ...events, late: 90 }, { known });
    expect(late.customers).toEqual(["early", "late", "new", "seen"]);
  });

  it("of the last five minutes is heard again by the next sync", async () => {
    const events = { settled: 6, unsettled: 4 };
    const { bookmark } = await read(events);
    const next = await read(events, { since: 0, known: bookmark, now: NOW + 60 * MINUTE });
    expect(next.customers).toEqual(["unsettled"]);
  });

  it("is read from further back for a list that stayed behind", async () => {
    const known = { until: "2026-08-20T10:55:00.000Z", count: 0 };
    const { customers } = await read({ missed: 300, new: 30 }, { since: 240, known });
    expect(customers).toEqual(["missed", "new"]);
  });

  it("is followed up to thirty pages", async () => {
    const events = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`c${at}`, 10]));
    expect((await read(events)).customers).toHaveLength(60);
  });

  it("is read anew for a list that stayed behind, though nothing more was told since", async () => {
    const known = { until: "2026-08-20T10:55:00.000Z", count: 1 };
    const { customers } = await read({ missed: 180, seen: 70 }, { since: 100, known });
    expect(customers).toEqual(["missed", "seen"]);
  });

  it("is read from its first millisecond on", async () => {
    const known = { until: "2026-08-20T10:55:00.000Z", count: 0 };
    expect((await read({ first: 65 }, { known })).customers).toEqual(["first"]);
  });

  it("is not followed when it is too much, and not told again then", async () => {
    const events = Object.fromEntries(Array.from({ length: 61 }, (_, at) => [`c${at}`, 10]));
    const { customers, bookmark } = await read(events);
    expect(customers).toBeUndefined();
    const next = await read(events, { since: 0, known: bookmark, now: NOW + 60 * MINUTE });
    expect(next.customers).toEqual([]);
  });
});
