import { describe, expect, it } from "vitest";
import type { PeriodBookmark } from "../../../src/sync/bookmarks/period-bookmark.ts";
import type { Interval } from "../../../src/sync/kinds/calendar.ts";
import { syncPeriods } from "../../../src/sync/kinds/periods.ts";
import { startServer } from "../../polar/servers.ts";
import { streamNamed } from "../../support/organization.ts";
import { bookmarksOf, columnOf, contextFor, takeAll, taskOf } from "../syncs.ts";

const none: PeriodBookmark = { value: undefined, interval: undefined };
/** InstantClock stands on this day. */
const today = "2026-08-01";

interface Options {
  readonly stream?: "metrics" | "meter_quantities";
  readonly interval?: Interval;
  readonly startDate?: string;
  readonly bookmark?: PeriodBookmark;
  readonly parents?: readonly string[];
  readonly problem?: string;
}

/** Reads from a server that has one row for each answer: its first day. */
async function sync(options: Options) {
  const { stream: name = "metrics", interval = "day", startDate, bookmark = none } = options;
  const server = await startServer((response, _, { target }) => {
    const query = new URL(target, "http://metrics").searchParams;
    const timestamp = query.get("start_date") ?? query.get("start_timestamp")?.slice(0, 10);
    const rows = [{ timestamp: `${timestamp}T00:00:00Z` }];
    response.end(JSON.stringify({ periods: rows, quantities: rows }));
  });
  const settings = { startDate, metricsInterval: interval, fullSweepHours: 24 };
  const context = contextFor(server, {}, { settings });
  const stream = streamNamed(name);
  const { source } = stream;
  if (source.kind !== "periods") throw new Error(`${name} has no periods`);
  const { parents, problem } = options;
  const supply = parents && [async () => ({ ids: parents, problem })];
  const result = await takeAll(syncPeriods(taskOf(stream, source, bookmark, context, supply)));
  const asked = server.requests.map(({ target }) => new URL(target, "http://metrics"));
  return { ...result, asked };
}

describe("a sync of figures", () => {
  it("asks for every parent before the range counts as read", async () => {
    const { taken, outcomes } = await sync({
      stream: "meter_quantities",
      startDate: "2025-01-01",
      parents: ["a", "b", "c"],
    });

    expect(outcomes).toEqual([{ stream: "meter_quantities", problem: undefined }]);
    const order = taken.flatMap((one) =>
      one.kind === "record" ? [one.record.meter_id] : one.kind === "bookmark" ? ["bookmark"] : [],
    );
    expect(order).toEqual(["a", "b", "c", "bookmark", "a", "b", "c", "bookmark"]);
    expect(bookmarksOf(taken).map((bookmark) => bookmark.replication_key_value)).toEqual([
      "2025-12-31T00:00:00.000Z",
      `${today}T00:00:00.000Z`,
    ]);
  });

  it("moves no bookmark when some parents are unknown, and says so", async () => {
    const { taken, outcomes } = await sync({
      stream: "meter_quantities",
      startDate: "2026-07-01",
      parents: ["a"],
      problem: "some meters are missing.",
    });

    expect(columnOf(taken, "meter_id")).toEqual(["a"]);
    expect(bookmarksOf(taken)).toEqual([]);
    expect(outcomes).toEqual([{ stream: "meter_quantities", problem: "some meters are missing." }]);
  });

  it.each([
    { bookmark: { value: "2026-07-31T00:00:00.000Z", interval: "day" }, first: "2026-05-02" },
    { bookmark: { value: "2026-07-31T00:00:00.000Z", interval: "hour" }, first: "2026-01-15" },
    { bookmark: { value: "2026-02-01T00:00:00.000Z", interval: "day" }, first: "2026-01-15" },
    { bookmark: none, first: "2026-01-15" },
  ])("begins on $first after $bookmark", async ({ bookmark, first }) => {
    const { asked } = await sync({ startDate: "2026-01-15", bookmark });

    expect(asked[0]?.searchParams.get("start_date")).toBe(first);
    expect(asked.at(-1)?.searchParams.get("end_date")).toBe(today);
  });

  it("asks for no day before the API has figures, though a week begins before", async () => {
    const { asked } = await sync({ interval: "week" });

    expect(asked[0]?.searchParams.get("start_date")).toBe("2023-01-01");
  });

  it("reaches to the end of the last day where the borders are times", async () => {
    const { asked } = await sync({
      stream: "meter_quantities",
      startDate: today,
      parents: ["a/b"],
    });

    expect(asked.map(({ pathname, search }) => pathname + search)).toEqual([
      "/v1/meters/a%2Fb/quantities?start_timestamp=2026-08-01T00%3A00%3A00.000Z" +
        "&end_timestamp=2026-08-01T23%3A59%3A59.999Z&interval=day",
    ]);
  });

  it("asks once before its start date, since only an answer can put a clock right", async () => {
    const { asked } = await sync({ startDate: "2026-08-02" });

    expect(asked.map(({ searchParams }) => searchParams.get("start_date"))).toEqual(["2026-08-02"]);
  });
});
