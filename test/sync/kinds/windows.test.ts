import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { State } from "../../../src/singer/state.ts";
import type { Stream, WindowSource } from "../../../src/streams/define.ts";
import type { WindowBookmark } from "../../../src/sync/bookmarks/window-bookmark.ts";
import { readWindowBookmark } from "../../../src/sync/bookmarks/window-bookmark.ts";
import { syncWindows } from "../../../src/sync/kinds/windows.ts";
import { InstantClock } from "../../polar/clocks.ts";
import { startServer } from "../../polar/servers.ts";
import { streamNamed } from "../../support/organization.ts";
import { plainSettings } from "../contexts.ts";
import { bookmarksOf, columnOf, contextFor, takeAll, taskOf } from "../syncs.ts";

/** InstantClock stands here. */
const NOW = Date.parse("2026-08-01T12:00:00Z") + 1_000_000;

const HOUR = 3_600_000;

interface Event {
  readonly id: string;
  /** As the API writes it. */
  readonly timestamp: string;
  readonly source: string;
}

/**
 * The events endpoint as it was measured: both borders exclusive, in whole milliseconds; ties of a
 * millisecond dealt anew for each offset and limit; an event that came in twice counts twice but is
 * sent once a page; a page without events says that there are none.
 */
function eventsEndpoint(
  events: readonly Event[],
  isHidden: (request: number) => boolean,
  poison: string | undefined,
  stray: string | undefined,
) {
  return startServer((response, number, { target }) => {
    const query = new URL(target, "http://events").searchParams;
    const start = Date.parse(query.get("start_timestamp") ?? "0000-01-01");
    const end = Date.parse(query.get("end_timestamp") ?? "9999-01-01");
    const [limit, page] = [Number(query.get("limit")), Number(query.get("page"))];
    const offset = (page - 1) * limit;
    const sign = query.get("sorting")?.startsWith("-") ? -1 : 1;
    const sources = query.getAll("source");
    const dealt = (index: number) => ((index + 1) * (offset * 31 + limit * 7 + 1) * 7_919) % 10_007;
    const list = events
      .map((event, index) => ({ event, index, time: Date.parse(event.timestamp) }))
      .filter(({ event, time }) => event.id === stray || (time > start && time < end))
      .filter(({ event }) => sources.length === 0 || sources.includes(event.source))
      .sort((one, other) => sign * (one.time - other.time) || dealt(one.index) - dealt(other.index))
      .map(({ event }) => event);
    const items = [
      ...new Map(list.slice(offset, offset + limit).map((one) => [one.id, one])).values(),
    ];
    if (items.some(({ id }) => id === poison)) {
      response.writeHead(500).end("Internal Server Error");
      return;
    }
    if (isHidden(number)) items.length = 0;
    const count = items.length === 0 ? 0 : list.length;
    const pagination = { total_count: count, max_page: Math.ceil(count / limit) };
    response.end(JSON.stringify({ items, pagination }));
  });
}

const stream: Stream = streamNamed("events");
if (stream.source.kind !== "windows") throw new Error("events are read in windows");
const source: WindowSource = stream.source;

const none: WindowBookmark = { value: undefined, progress: undefined, counted: [] };

async function sync(
  events: readonly Event[],
  {
    pageSize = 100,
    bookmark = none,
    startDate,
    lookbackMinutes,
    isHidden = () => false,
    poison,
    stray,
    now = NOW,
  }: {
    pageSize?: number;
    bookmark?: WindowBookmark;
    startDate?: number;
    lookbackMinutes?: number;
    isHidden?: (request: number) => boolean;
    /** The event that no page can be sent with. */
    poison?: string;
    /** The event that is sent whatever time is asked for. */
    stray?: string;
    now?: number;
  } = {},
) {
  const clock = new InstantClock(new Date(now - 1_000_000).toISOString());
  const server = await eventsEndpoint(events, isHidden, poison, stray);
  const settings = {
    ...plainSettings,
    lookbackMinutes,
    startDate: startDate === undefined ? undefined : new Date(startDate).toISOString(),
  };
  const context = { ...contextFor(server, { maxRetries: 1 }, { pageSize, settings }), clock };
  const result = await takeAll(syncWindows(taskOf(stream, source, bookmark, context)));
  return { ...result, requests: server.requests };
}

const text = (milliseconds: number, microseconds: number) => {
  const whole = new Date(milliseconds).toISOString();
  if (microseconds === 0 && milliseconds % 1_000 === 0) return whole.replace(".000Z", "Z");
  return whole.replace("Z", `${String(microseconds).padStart(3, "0")}Z`);
};

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Groups of one millisecond, none larger than a page, some of their events twice. */
const crowds = fc.record({
  pageSize: fc.integer({ min: 2, max: 6 }),
  groups: fc.array(fc.array(fc.integer({ min: 0, max: 999 }), { maxLength: 6 }), { maxLength: 12 }),
  twice: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
});

describe("a sync in windows", () => {
  it("misses nothing and repeats nothing, however ties are dealt and whatever came in twice", async () => {
    await fc.assert(
      fc.asyncProperty(crowds, async ({ pageSize, groups, twice }) => {
        const events: Event[] = [];
        let number = 0;
        for (const [index, group] of groups.entries()) {
          let room = pageSize;
          for (const microseconds of group) {
            const copies = twice[number % twice.length] ? 2 : 1;
            if (room < copies) break;
            room -= copies;
            const event = {
              id: uuid(number),
              timestamp: text(NOW - 60_000 + index, microseconds),
              source: number % 2 === 0 ? "user" : "system",
            };
            number++;
            for (let copy = 0; copy < copies; copy++) events.push(event);
          }
        }

        const { taken, outcomes } = await sync(events, { pageSize });

        expect(outcomes).toEqual([{ stream: "events", problem: undefined }]);
        const expected = Array.from({ length: number }, (_, index) => uuid(index));
        expect(columnOf(taken, "id").sort()).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("misses nothing of a millisecond that has more than a page", async () => {
    const timestamp = text(NOW - 60_000, 0);
    for (let count = 5; count < 20; count++) {
      const events = Array.from({ length: count }, (_, at) => ({
        id: uuid(at),
        timestamp,
        source: "user",
      }));
      const { taken, outcomes } = await sync(events, { pageSize: 3 });
      expect(outcomes).toEqual([{ stream: "events", problem: undefined }]);
      expect(columnOf(taken, "id").sort()).toEqual(events.map(({ id }) => id));
    }
  });

  it("begins at the start date, in whole milliseconds", async () => {
    const start = NOW - 5_000;
    const events = [start - 1, start, start + 1].flatMap((time, index) =>
      [0, 999].map((microseconds, half) => ({
        id: uuid(2 * index + half),
        timestamp: text(time, microseconds),
        source: "user",
      })),
    );

    const { taken } = await sync(events, { startDate: start });

    expect(columnOf(taken, "id").sort()).toEqual([2, 3, 4, 5].map(uuid));
  });

  it("ends now: what happens later is for the next sync", async () => {
    const events = [NOW - 1, NOW, NOW + 1].map((time, index) => ({
      id: uuid(index),
      timestamp: text(time, 500),
      source: "user",
    }));

    const { taken } = await sync(events);

    expect(columnOf(taken, "id")).toEqual([uuid(0)]);
    expect(bookmarksOf(taken).at(-1)).toMatchObject({ replication_key_value: text(NOW - 1, 500) });
  });

  it("goes on where an interrupted one stood, and keeps the latest row it has seen", async () => {
    const latest = text(NOW - 10_000, 1);
    const progress = { next: new Date(NOW - 5_000).toISOString(), latest };
    const events = [NOW - 10_000, NOW - 5_001].map((time, index) => ({
      id: uuid(index),
      timestamp: text(time, 1),
      source: "user",
    }));

    const { taken } = await sync(events, { bookmark: { ...none, progress } });

    expect(columnOf(taken, "id")).toEqual([]);
    expect(bookmarksOf(taken).at(-1)).toMatchObject({
      replication_key: "timestamp",
      replication_key_value: latest,
      progress: undefined,
    });
  });

  it("does not take the bookmark back when only older rows come", async () => {
    const value = text(NOW - 1_000, 7);
    const events = [{ id: uuid(1), timestamp: text(NOW - 60_000, 0), source: "user" }];

    const { taken } = await sync(events, { bookmark: { ...none, value } });

    expect(columnOf(taken, "id")).toEqual([uuid(1)]);
    expect(bookmarksOf(taken).at(-1)).toMatchObject({ replication_key_value: value });
  });

  it("does not take an empty page for an empty list", async () => {
    const events = [0, 1, 2, 3].map((index) => ({
      id: uuid(index),
      timestamp: text(NOW - 60_000 + index, 0),
      source: "user",
    }));

    // Between the two requests for the newest page come the two pages; the second is not there at
    // first: the server says that there are no events.
    const isHidden = (request: number) => request === 4;
    const { taken, outcomes } = await sync(events, { pageSize: 2, isHidden });

    expect(outcomes).toEqual([{ stream: "events", problem: undefined }]);
    expect(columnOf(taken, "id")).toEqual([0, 1, 2, 3].map(uuid));
  });

  it("looks back no further than the start date", async () => {
    const events = [NOW - 60_000, NOW - 5_000].map((time, index) => ({
      id: uuid(index),
      timestamp: text(time, 0),
      source: "user",
    }));
    const bookmark = { ...none, value: text(NOW - 5_000, 0) };

    const { taken } = await sync(events, { bookmark, startDate: NOW - 6_000 });

    expect(columnOf(taken, "id")).toEqual([uuid(1)]);
  });

  it("tells of an early window that is not whole, whatever comes later, and stays before it", async () => {
    const events = [NOW - 48 * HOUR, NOW - 60_000].map((time, index) => ({
      id: uuid(index),
      timestamp: text(time, 0),
      source: "user",
    }));

    const { taken, outcomes } = await sync(events, { poison: uuid(0) });

    expect(outcomes[0]?.problem).toContain("can't be read");
    expect(columnOf(taken, "id")).toEqual([uuid(1)]);
    expect(bookmarksOf(taken).at(-1)).toMatchObject({
      replication_key_value: undefined,
      progress: undefined,
    });
  });

  it("tells of an event that came although others were asked for", async () => {
    const events = [NOW - 60_000, NOW + HOUR].map((time, index) => ({
      id: uuid(index),
      timestamp: text(time, 0),
      source: "user",
    }));

    const { taken, outcomes } = await sync(events, { stray: uuid(1) });

    expect(columnOf(taken, "id")).toEqual([uuid(0)]);
    expect(outcomes[0]?.problem).toContain("came although others were asked for");
  });

  it("asks once though its start is yet to come: only an answer can put a clock right", async () => {
    const { requests } = await sync([], { startDate: NOW + HOUR });
    expect(requests).toHaveLength(1);
  });

  it("reads a page alone when all is on it, though rows are there twice", async () => {
    const event = { id: uuid(1), timestamp: text(NOW - 60_000, 0), source: "user" };

    const { taken, requests } = await sync([event, event, event]);

    expect(columnOf(taken, "id")).toEqual([uuid(1)]);
    // One before the look-back, one within it.
    expect(requests).toHaveLength(2);
  });
});

/** What the next sync reads out of the last bookmark, through the text of a state. */
function nextBookmark(taken: Parameters<typeof bookmarksOf>[0]): WindowBookmark {
  const text = JSON.stringify({ bookmarks: { events: bookmarksOf(taken).at(-1) } });
  const state = State.parse(text, "state");
  return readWindowBookmark("events", source, Number.NEGATIVE_INFINITY, { state });
}

/** Back to a year, and many of the last days. */
const age = fc.oneof(
  fc.integer({ min: 3 * HOUR, max: 72 * HOUR }),
  fc.integer({ min: 3 * HOUR, max: 365 * 24 * HOUR }),
);
const past = fc.record({
  ages: fc.array(age, { maxLength: 40 }),
  late: fc.array(age, { maxLength: 4 }),
  twice: fc.nat(3),
});

describe("rows that come later than the look-back", () => {
  const eventOf = (number: number, milliseconds: number): Event => ({
    id: uuid(number),
    timestamp: text(NOW - milliseconds, number % 1_000),
    source: "user",
  });

  it("are read by the next sync, however old they are, and not a second time", async () => {
    await fc.assert(
      fc.asyncProperty(past, async ({ ages, late, twice }) => {
        const old = ages.map((one, index) => eventOf(index, one));
        const newcomers = late.map((one, index) => eventOf(1_000 + index, one));
        const first = await sync(old, { pageSize: 20 });
        // Some that were there are stored once more: they count, and are no new rows.
        const repeated = old.slice(0, twice);
        const now = [...old, ...newcomers, ...repeated];

        const second = await sync(now, { pageSize: 20, bookmark: nextBookmark(first.taken) });
        const third = await sync(now, { pageSize: 20, bookmark: nextBookmark(second.taken) });

        expect(second.outcomes[0]?.problem).toBeUndefined();
        expect(columnOf(second.taken, "id")).toEqual(
          expect.arrayContaining(newcomers.map(({ id }) => id)),
        );
        expect(columnOf(third.taken, "id")).toEqual([]);
        // One to see that nothing came late, and the window of the look-back.
        expect(third.requests).toHaveLength(2);
      }),
      { numRuns: 40 },
    );
  });

  it("that have gone make nothing be read, then or later", async () => {
    const old = Array.from({ length: 30 }, (_, index) => eventOf(index, (index + 3) * HOUR));
    const first = await sync(old);
    const now = old.slice(0, 20);

    const second = await sync(now, { bookmark: nextBookmark(first.taken) });
    const third = await sync(now, { bookmark: nextBookmark(second.taken) });

    expect(columnOf(second.taken, "id")).toEqual([]);
    expect(columnOf(third.taken, "id")).toEqual([]);
    expect(third.requests).toHaveLength(2);
  });

  it("cost no more than the time that they fell into", async () => {
    // A run every six hours for twenty days, so that there are times to tell apart.
    let bookmark = none;
    const old = Array.from({ length: 400 }, (_, index) => eventOf(index, (index + 3) * 1.2 * HOUR));
    for (let hours = 480; hours >= 0; hours -= 6) {
      const now = NOW - hours * HOUR;
      const { taken } = await sync(old, { bookmark, now });
      bookmark = nextBookmark(taken);
    }
    const late = eventOf(1_000, 30 * HOUR);

    const { taken, requests } = await sync([...old, late], { bookmark });

    expect(columnOf(taken, "id")).toContain(late.id);
    expect(columnOf(taken, "id").length).toBeLessThan(20);
    expect(requests.length).toBeLessThan(20);
  });

  it("start being noticed when an older version's bookmark has no counts", async () => {
    const value = text(NOW - 3 * HOUR, 0);
    const old = [eventOf(1, 3 * HOUR), eventOf(2, 9 * HOUR)];
    const late = eventOf(3, 30 * HOUR);

    const first = await sync(old, { bookmark: { ...none, value } });
    const second = await sync([...old, late], { bookmark: nextBookmark(first.taken) });

    expect(columnOf(first.taken, "id")).toEqual([uuid(1)]);
    expect(columnOf(second.taken, "id")).toContain(late.id);
  });

  it("are counted from another bookmark, or another start date, anew", async () => {
    const old = [eventOf(1, 3 * HOUR), eventOf(2, 9 * HOUR)];
    const { taken } = await sync(old);
    const bookmark = bookmarksOf(taken).at(-1);
    const read = (changed: object, since: number) => {
      const text = JSON.stringify({ bookmarks: { events: { ...bookmark, ...changed } } });
      return readWindowBookmark("events", source, since, { state: State.parse(text, "state") });
    };

    expect(read({}, Number.NEGATIVE_INFINITY).counted).not.toEqual([]);
    expect(read({}, NOW).counted).toEqual([]);
    const byHand = { replication_key_value: text(NOW - 20 * HOUR, 0) };
    expect(read(byHand, Number.NEGATIVE_INFINITY).counted).toEqual([]);
  });

  it("are looked for again when they could not all be read", async () => {
    const old = Array.from({ length: 10 }, (_, index) => eventOf(index, (index + 3) * HOUR));
    const first = await sync(old);
    const now = [...old, eventOf(1_000, 5.5 * HOUR)];
    const bookmark = nextBookmark(first.taken);

    const poisoned = await sync(now, { bookmark, poison: uuid(1_000) });
    const second = await sync(now, { bookmark: nextBookmark(poisoned.taken) });

    expect(poisoned.outcomes[0]?.problem).toContain("can't be read");
    expect(columnOf(second.taken, "id")).toContain(uuid(1_000));
    expect(second.outcomes[0]?.problem).toBeUndefined();
  });

  /** Two spans that nothing was in. */
  const counted = [10, 2].map((hours) => ({ before: NOW - hours * HOUR, rows: 0 }));

  it("are incomplete when one of two spans is, and the other is read", async () => {
    const late = [13, 12, 11, 5].map((hours, number) => eventOf(number, hours * HOUR));
    for (const poison of [uuid(1), uuid(3)]) {
      const { taken, outcomes } = await sync(late, { bookmark: { ...none, counted }, poison });
      expect(outcomes[0]?.problem).toContain("can't be read");
      const others = late.flatMap(({ id }) => (id === poison ? [] : [id]));
      expect(columnOf(taken, "id")).toEqual(others);
    }
  });

  it("are incomplete when the first of the windows that they take is", async () => {
    const late = Array.from({ length: 5_100 }, (_, number) => eventOf(number, 9 * HOUR - number));
    const bookmark = { ...none, counted };
    const { taken, outcomes } = await sync(late, { bookmark, poison: uuid(7), pageSize: 1_000 });
    expect(outcomes[0]?.problem).toContain("can't be read");
    expect(columnOf(taken, "id")).toHaveLength(5_099);
  });

  it("are not those from before the start date", async () => {
    const events = [eventOf(1, 50 * HOUR), eventOf(2, 12 * HOUR)];
    const bookmark = { ...none, counted };
    const { taken } = await sync(events, { bookmark, startDate: NOW - 24 * HOUR });
    expect(columnOf(taken, "id")).toEqual([uuid(2)]);
  });

  it.each([0, 30, 24 * 60])("are those from before %i minutes, if so set", async (minutes) => {
    const old = [eventOf(1, 48 * HOUR)];
    const first = await sync(old, { lookbackMinutes: minutes });

    const { counted } = nextBookmark(first.taken);

    expect(counted.at(-1)).toEqual({ before: NOW - minutes * 60_000, rows: 1 });
  });
});
