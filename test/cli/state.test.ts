import { describe, expect, it } from "vitest";
import { explain, rewind } from "../../src/cli/commands/state.ts";
import { UserInputError } from "../../src/shared/errors.ts";
import { State } from "../../src/singer/state.ts";
import { streams } from "../../src/streams/index.ts";

/** What this tap does not know is kept, to the last digit. */
const EXTRA = "12345678901234567890";

const stateOf = (bookmarks: object): State =>
  State.parse(`{"bookmarks":${JSON.stringify(bookmarks)},"extra":${EXTRA}}`, "state.json");

const streamNamed = (name: string) => {
  const stream = streams.find((one) => one.name === name);
  if (stream === undefined) throw new Error(`no stream ${name}`);
  return stream;
};

/** What is said of each stream. */
function told(bookmarks: object): Record<string, string> {
  const lines = explain(stateOf(bookmarks), streams).split("\n\n")[0]?.split("\n").slice(1) ?? [];
  return Object.fromEntries(lines.map((line) => line.split(/ {2,}/)));
}

const BEGAN = "that began at 2026-09-21T14:13:20Z";
const version = 1_790_000_000;

describe("state show", () => {
  it("says of each stream how far it has been read", () => {
    const sweep = { page: 37, page_size: 100, order: [], rows: 3_600, digest: "x" };
    const value = "2026-08-20T07:12:32.999000Z";
    const next = "2026-08-21T00:00:00Z";
    expect(
      told({
        orders: { version },
        customers: { version, sweep },
        payment_methods: { version, after: { stream: "customers", id: "1" } },
        events: { replication_key: "timestamp", replication_key_value: value },
        webhook_deliveries: { replication_key_value: value, progress: { next } },
        refunds: {},
        checkouts: { version, swept_at: "2026-08-20T07:12:32.999Z", caught_up_at: value },
        products: { version: "1" },
        discounts: { version: 1e300 },
        gone: { version },
      }),
    ).toEqual({
      orders: `read whole, last in a run ${BEGAN}; the next run reads it whole again`,
      customers: `interrupted after 3,600 rows of a reading ${BEGAN}; the next run goes on there`,
      payment_methods: `interrupted among the customers in a reading ${BEGAN}; the next run goes on there`,
      events: `read up to ${value}`,
      webhook_deliveries: `read up to ${value}; interrupted, and the next run goes on from ${next}`,
      checkouts:
        "read whole at 2026-08-20T07:12:32Z, and all that changed until 2026-08-20T07:12:32Z",
      refunds: "has nothing to go on from: the next run reads it from its beginning",
      products: "is not as this tap writes it",
      discounts: "is not as this tap writes it",
      gone: "is no stream of this tap, and is kept as it is",
    });
  });

  it("says how many streams it knows nothing of", () => {
    const text = explain(stateOf({ orders: { version } }), streams);
    expect(text).toContain(`\n${streams.length - 1} more streams have not been read yet.\n`);
    expect(explain(State.empty(), streams)).toContain("reads everything");
  });
});

describe("state rewind", () => {
  const value = "2026-08-20T07:12:32.999000Z";
  const read = { replication_key: "timestamp", replication_key_value: value };

  /** What is left of the bookmarks. */
  function bookmarksAfter(bookmarks: object, name: string, to?: string) {
    const state = stateOf(bookmarks);
    rewind(state, streamNamed(name), to);
    expect(state.toJson()).toContain(`"extra":${EXTRA}`);
    return JSON.parse(state.toJson()).bookmarks;
  }

  it("lets a stream begin anew, keeps its version, and leaves the others alone", () => {
    const sweep = { page: 2, page_size: 100, order: [], rows: 100, digest: "x" };
    const others = { events: read };
    const swept = { swept_at: value, caught_up_at: value, replication_key_value: value };
    expect(bookmarksAfter({ orders: { version, ...swept } }, "orders").orders).toEqual({
      version,
      format: 1,
    });
    expect(bookmarksAfter({ orders: { version, sweep }, ...others }, "orders")).toEqual({
      orders: { version, format: 1 },
      ...others,
    });
    expect(bookmarksAfter({ ...others }, "events")).toEqual({
      events: { replication_key: "timestamp", format: 1 },
    });
  });

  it("goes back to a time where a stream is read by time", () => {
    const progress = { next: "2026-08-21T00:00:00Z" };
    expect(bookmarksAfter({ events: { ...read, progress } }, "events", "2026-01-31")).toEqual({
      events: { ...read, replication_key_value: "2026-01-31T00:00:00.000Z", format: 1 },
    });
    const metrics = { ...read, interval: "day" };
    expect(
      bookmarksAfter({ metrics }, "metrics", "2026-01-31T12:00:00+02:00").metrics,
    ).toMatchObject({
      replication_key_value: "2026-01-31T10:00:00.000Z",
      interval: "day",
    });
  });

  it.each([
    ["orders", "2026-01-01", "--to: orders is not read by time; without --to it is read whole"],
    ["events", "yesterday", "--to: must be a date or a time, such as 2026-01-31T12:00:00Z"],
    ["events", "2026-09-01", `--to: events has been read up to ${value}, so all between`],
    ["metrics", "2026-01-01", "--to: metrics has been read not at all, so all between"],
  ])("refuses to set %s to %s", (name, to, message) => {
    expect(() => bookmarksAfter({ orders: { version }, events: read }, name, to)).toThrow(
      UserInputError,
    );
    expect(() => bookmarksAfter({ orders: { version }, events: read }, name, to)).toThrow(message);
  });
});
