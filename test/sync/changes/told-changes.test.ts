import { describe, expect, it } from "vitest";
import { streams } from "../../../src/streams/index.ts";
import type { ToldBookmark } from "../../../src/sync/bookmarks/feed-bookmark.ts";
import { ToldChanges } from "../../../src/sync/changes/told-changes.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import { fakeApi } from "../../support/fake-api.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextFor, laneOf } from "../syncs.ts";

const NOW = Date.parse("2026-08-20T12:00:00Z");
const MINUTE = 60_000;

/** Events of customers, by how many minutes ago they happened. */
type Events = Readonly<Record<string, number>>;

/** So many minutes ago. */
const at = (minutes: number) => new Date(NOW - minutes * MINUTE).toISOString();

/** @param comes what has happened by the nth request, from 1 */
async function sourceOf(events: Events, comes: (request: number) => Events = () => ({})) {
  let asked = 0;
  const api = await fakeApi(({ query }) => {
    const bound = (name: string, otherwise: number) =>
      query.has(name) ? Date.parse(query.get(name) ?? "") : otherwise;
    const [start, end] = [bound("start_timestamp", 0), bound("end_timestamp", Number.MAX_VALUE)];
    const [page, limit] = [Number(query.get("page")), Number(query.get("limit"))];
    const told = Object.entries({ ...events, ...comes(++asked) })
      .map(([customer_id, minutes]) => ({ customer_id, time: NOW - minutes * MINUTE }))
      .filter(({ time }) => time > start && time < end)
      .sort((one, other) => other.time - one.time);
    const items = told.slice((page - 1) * limit, page * limit).map(({ customer_id, time }) => ({
      id: `event of ${customer_id}`,
      customer_id,
      name: "order.paid",
      customer: { id: customer_id, name: `Customer ${customer_id}` },
      timestamp: new Date(time).toISOString(),
    }));
    const pagination = { total_count: told.length, max_page: Math.ceil(told.length / limit) };
    return { body: JSON.stringify({ items, pagination }) };
  });
  const stream = streamNamed("events");
  if (stream.source.kind !== "windows") throw new Error("events are read by time");
  const lane = laneOf(contextFor(api, {}, { pageSize: 2 }));
  const source = new ToldChanges(stream, stream.source, streams, lane);
  return { source, requests: api.requests };
}

async function read(
  events: Events,
  {
    since = 60,
    known,
    now = NOW,
    comes,
  }: {
    since?: number;
    known?: ToldBookmark;
    now?: number;
    comes?: (request: number) => Events;
  } = {},
) {
  const { source, requests } = await sourceOf(events, comes);
  const { hints, bookmark } = await source.read(NOW - since * MINUTE, known, now);
  const kept: unknown[] = [];
  for (const { rows, row } of hints?.kept.get("customers")?.rows() ?? [])
    kept.push(stringOf(rows, row, "name"));
  return {
    customers: hints && [...hints.customers.keys()].sort(),
    kept,
    bookmark,
    requests,
  };
}

/** A source that was read an hour ago, or so, and the events that it told of the hours before. */
const known = { until: at(65), spans: [{ from: at(185), count: 2 }] };
const early = { early: 100, seen: 66 };

describe("what was told", () => {
  it("is read with an overlap where nothing is known", async () => {
    const { customers, bookmark, requests } = await read({ old: 181, late: 180, new: 30 });
    expect(customers).toEqual(["late", "new"]);
    expect(bookmark).toEqual({ until: at(5), spans: [{ from: at(125), count: 1 }] });
    expect(requests.every(({ query }) => query.get("source") === "system")).toBe(true);
  });

  it("is read from where it stood, and takes no request more than the pages of what is new", async () => {
    const { customers, bookmark, requests } = await read({ ...early, new: 30 }, { known });
    expect(customers).toEqual(["new"]);
    expect(requests).toHaveLength(1);
    const spans = [
      { from: at(185), count: 2 },
      { from: at(65), count: 1 },
    ];
    expect(bookmark).toEqual({ until: at(5), spans });
    // An hour later no sync looks back to the first span any more.
    const later = await read(
      { ...early, new: 30, newer: -50 },
      { since: 0, known: bookmark, now: NOW + 60 * MINUTE },
    );
    expect(later.customers).toEqual(["newer"]);
    const next = [
      { from: at(65), count: 1 },
      { from: at(5), count: 1 },
    ];
    expect(later.bookmark).toEqual({ until: at(-55), spans: next });
  });

  it("of the time before is heard again only if more was told of it, or less", async () => {
    const late = await read({ ...early, late: 90, new: 30 }, { known });
    expect(late.customers).toEqual(["early", "late", "new", "seen"]);
    expect(late.bookmark.spans).toEqual([{ from: at(125), count: 4 }]);
    const gone = await read({ early: 100, new: 30 }, { known });
    expect(gone.customers).toEqual(["early", "new"]);
  });

  it("is read on until as many have come as are new", async () => {
    const news = Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`c${at}`, 10 + at]));
    const { customers, requests } = await read({ ...early, ...news }, { known });
    expect(customers).toEqual(Object.keys(news));
    // Two on a page, and one page that shows that nothing newer follows.
    expect(requests).toHaveLength(3);
  });

  it("brings the customers whole, each once for each event", async () => {
    const { kept } = await read({ ...early, new: 30 }, { known });
    expect(kept).toEqual(["Customer new"]);
  });

  it("brings a customer once though what comes meanwhile pushes the event to the next page", async () => {
    const comes = (request: number): Events => (request > 1 ? { newer: 0 } : {});
    const { kept } = await read({ one: 10, two: 20, three: 30 }, { comes });
    expect(kept).toEqual(["Customer one", "Customer two", "Customer three"]);
  });

  it("of the last five minutes is heard again by the next sync", async () => {
    const events = { settled: 6, unsettled: 4 };
    const { bookmark } = await read(events);
    const next = await read(events, { since: 0, known: bookmark, now: NOW + 60 * MINUTE });
    expect(next.customers).toEqual(["unsettled"]);
  });

  it("is read from further back for a list that stayed behind", async () => {
    const { customers } = await read({ missed: 300, new: 30 }, { since: 240, known });
    expect(customers).toEqual(["missed", "new"]);
  });

  it("is followed up to thirty pages", async () => {
    const events = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`c${at}`, 10]));
    expect((await read(events)).customers).toHaveLength(60);
  });

  it("is read anew for a list that stayed behind, though nothing more was told since", async () => {
    const spans = [{ from: "2026-08-20T10:25:00.000Z", count: 1 }];
    const known = { until: "2026-08-20T10:55:00.000Z", spans };
    const { customers } = await read({ missed: 180, seen: 70 }, { since: 100, known });
    expect(customers).toEqual(["missed", "seen"]);
  });

  it("is read from its first millisecond on", async () => {
    const spans = [{ from: "2026-08-20T10:25:00.000Z", count: 0 }];
    const known = { until: "2026-08-20T10:55:00.000Z", spans };
    expect((await read({ first: 65 }, { known })).customers).toEqual(["first"]);
  });

  it("is not followed when it is too much, and not told again then", async () => {
    const events = Object.fromEntries(Array.from({ length: 61 }, (_, at) => [`c${at}`, 10]));
    const { customers, bookmark, requests } = await read(events);
    expect(customers).toBeUndefined();
    expect(requests).toHaveLength(2);
    const next = await read(events, { since: 0, known: bookmark, now: NOW + 60 * MINUTE });
    expect(next.customers).toEqual([]);
  });

  it("is known without being read by who reads everything", async () => {
    const events = { ...early, new: 30 };
    const { source, requests } = await sourceOf(events);
    const marked = await source.mark(NOW);
    expect(requests).toHaveLength(1);
    const next = await read(
      { ...events, newer: 2 },
      { since: 0, known: marked, now: NOW + 60 * MINUTE },
    );
    expect(next.customers).toEqual(["newer"]);
  });

  it("of an earlier version's state is read with an overlap", async () => {
    const { customers } = await read(
      { ...early, new: 30 },
      { known: { until: at(65), spans: [] } },
    );
    expect(customers).toEqual(["early", "new", "seen"]);
  });
});
