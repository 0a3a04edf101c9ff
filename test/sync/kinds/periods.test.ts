import { describe, expect, it } from "vitest";
import { ForbiddenError, UnavailableError } from "../../../src/polar/errors.ts";
import type { PeriodBookmark } from "../../../src/sync/bookmarks/period-bookmark.ts";
import type { Context, LaneContext } from "../../../src/sync/contract/context.ts";
import { syncPeriods } from "../../../src/sync/kinds/periods.ts";
import { readParents } from "../../../src/sync/lists/parents.ts";
import type { FakeRequest } from "../../support/fake-api.ts";
import { fakeApi } from "../../support/fake-api.ts";
import { streamNamed } from "../../support/organization.ts";
import { plainSettings } from "../contexts.ts";
import { bookmarksOf, columnOf, contextFor, takeAll, taskOf } from "../syncs.ts";

const none: PeriodBookmark = new Map();
/** InstantClock stands on this day. */
const today = "2026-08-01";

interface Options {
  readonly stream?: "metrics" | "meter_quantities";
  readonly settings?: Partial<Context["settings"]>;
  readonly bookmark?: PeriodBookmark;
  readonly parents?: readonly string[];
  readonly problem?: string;
  /** The status of an answer: 200, unless said otherwise. */
  readonly status?: (request: FakeRequest) => number;
  /** When the periods of each answer begin: its first day alone, unless said otherwise. */
  readonly periods?: readonly (string | null)[];
}

/** Reads from a server whose answers have few rows. */
async function sync(options: Options) {
  const { stream: name = "metrics", bookmark = none, parents = ["a"], problem } = options;
  const api = await fakeApi((request) => {
    const { query } = request;
    const timestamp = query.get("start_timestamp") ?? `${query.get("start_date")}T00:00:00Z`;
    const rows = (options.periods ?? [timestamp]).map((one) => ({ timestamp: one }));
    const body = JSON.stringify({ periods: rows, quantities: rows });
    const status = options.status?.(request) ?? 200;
    return { status, body: status === 404 ? '{"error":"ResourceNotFound","detail":""}' : body };
  });
  const settings = { ...plainSettings, ...options.settings };
  const context = contextFor(api, { maxRetries: 1 }, { settings });
  const stream = streamNamed(name);
  const { source } = stream;
  if (source.kind !== "periods") throw new Error(`${name} has no periods`);
  const supply = [async () => ({ ids: parents, problem })];
  const running = syncPeriods(taskOf(stream, source, bookmark, context, supply));
  return { running, asked: api.requests };
}

/** For each parent the position in the last bookmark. */
function positionsIn(taken: Parameters<typeof bookmarksOf>[0], column = "meter_id") {
  const { partitions } = bookmarksOf(taken).at(-1) ?? {};
  if (!Array.isArray(partitions)) throw new Error("the last bookmark has no partitions");
  return Object.fromEntries(
    partitions.map(({ context, replication_key_value: value }) => [context[column], value]),
  );
}

const meters = { stream: "meter_quantities", parents: ["a", "b", "c"] } as const;

describe("a sync of figures", () => {
  it("has a position for each parent, and moves it with the parent's own answers", async () => {
    const { running } = await sync({ ...meters, settings: { startDate: "2025-01-01" } });

    const { taken, outcomes } = await takeAll(running);

    expect(outcomes).toEqual([{ stream: "meter_quantities", problem: undefined }]);
    expect(columnOf(taken, "meter_id")).toEqual(["a", "a", "b", "b", "c", "c"]);
    expect(bookmarksOf(taken).at(-1)).toEqual({
      interval: "day",
      timezone: "UTC",
      partitions: ["a", "b", "c"].map((meter) => ({
        context: { meter_id: meter },
        replication_key: "timestamp",
        replication_key_value: `${today}T00:00:00.000Z`,
      })),
    });
  });

  it("gives a new parent its whole history, and forgets one that is gone", async () => {
    const bookmark = new Map([
      ["a", "2026-07-31T00:00:00.000Z"],
      ["gone", "2026-07-31T00:00:00.000Z"],
    ]);

    const { running, asked } = await sync({ ...meters, parents: ["a", "new"], bookmark });
    const { taken } = await takeAll(running);

    const first = (meter: string) =>
      asked.find(({ path }) => path.includes(`/${meter}/`))?.query.get("start_timestamp");
    expect(first("a")).toBe("2026-05-02T00:00:00.000Z");
    expect(first("new")).toBe("2023-01-01T00:00:00.000Z");
    expect(Object.keys(positionsIn(taken))).toEqual(["a", "new"]);
  });

  it("has a checkpoint after twenty answers", async () => {
    const parents = Array.from({ length: 25 }, (_, index) => `m${index}`);
    const { running } = await sync({ ...meters, parents, settings: { startDate: today } });
    const { taken } = await takeAll(running);

    expect(taken.filter(({ kind }) => kind === "checkpoint")).toHaveLength(1);
    expect(bookmarksOf(taken)).toHaveLength(2);
  });

  it("tells of figures that are of no period", async () => {
    const { running } = await sync({ settings: { startDate: today }, periods: [null] });
    const { taken, outcomes } = await takeAll(running);

    expect(columnOf(taken, "timestamp")).toEqual([]);
    expect(outcomes[0]?.problem).toContain("no usable key");
  });

  it("keeps the positions of parents that may only be missing, and says so", async () => {
    const bookmark = new Map([["b", "2026-07-31T00:00:00.000Z"]]);
    const problem = "some meters are missing.";

    const { running } = await sync({ ...meters, parents: ["a"], problem, bookmark });
    const { taken, outcomes } = await takeAll(running);

    expect(new Set(columnOf(taken, "meter_id"))).toEqual(new Set(["a"]));
    expect(positionsIn(taken)).toEqual({
      a: `${today}T00:00:00.000Z`,
      b: "2026-07-31T00:00:00.000Z",
    });
    expect(outcomes).toEqual([{ stream: "meter_quantities", problem }]);
  });

  it.each([
    { position: "2026-07-31T00:00:00.000Z", days: 90, first: "2026-05-02" },
    { position: "2026-07-31T00:00:00.000Z", days: 0, first: "2026-07-31" },
    { position: "2026-07-31T00:00:00.000Z", days: 14, first: "2026-07-17" },
    { position: "2026-02-01T00:00:00.000Z", days: 90, first: "2026-01-15" },
    { position: undefined, days: 90, first: "2026-01-15" },
  ])("begins on $first, $days days before $position", async ({ position, days, first }) => {
    const bookmark = new Map(position === undefined ? [] : [["a", position]]);
    const settings = { startDate: "2026-01-15", metricsLookbackDays: days };

    const { running, asked } = await sync({ settings, bookmark });
    await takeAll(running);

    expect(asked[0]?.query.get("start_date")).toBe(first);
    expect(asked.at(-1)?.query.get("end_date")).toBe(today);
  });

  it("asks for no day before the API has figures, though a week begins before", async () => {
    const { running, asked } = await sync({ settings: { metricsInterval: "week" } });
    await takeAll(running);

    expect(asked[0]?.query.get("start_date")).toBe("2023-01-01");
  });

  it("reaches to the end of the last day where the borders are times", async () => {
    const settings = { startDate: today };
    const { running, asked } = await sync({ ...meters, parents: ["a/b"], settings });
    await takeAll(running);

    expect(asked.map(({ path, query }) => `${path}?${query}`)).toEqual([
      "/v1/meters/a%2Fb/quantities?start_timestamp=2026-08-01T00%3A00%3A00.000Z" +
        "&end_timestamp=2026-08-01T23%3A59%3A59.999Z&interval=day&timezone=UTC",
    ]);
  });

  it("asks for hours past their last day, which may count with its first one, and leaves out the rest", async () => {
    const settings = { metricsInterval: "hour", startDate: today } as const;
    const [first, last, tomorrow] = [
      "2026-08-01T00:00:00Z",
      "2026-08-01T23:00:00Z",
      "2026-08-02T00:00:00Z",
    ];
    const { running, asked } = await sync({ settings, periods: [first, last, tomorrow] });
    const { taken } = await takeAll(running);

    expect(asked.map(({ query }) => query.get("end_date"))).toEqual(["2026-08-02"]);
    expect(columnOf(taken, "timestamp")).toEqual([first, last]);
  });

  it("asks once before its start date, since only an answer can put a clock right", async () => {
    const { running, asked } = await sync({ settings: { startDate: "2026-08-02" } });
    await takeAll(running);

    expect(asked.map(({ query }) => query.get("start_date"))).toEqual(["2026-08-02"]);
  });
});

describe("days of another time zone", () => {
  // The clock stands at noon in UTC: in Kiritimati it is tomorrow.
  it.each([
    { zone: "Europe/Berlin", last: "2026-08-01", start: "2026-07-31T22:00:00.000Z" },
    { zone: "America/New_York", last: "2026-08-01", start: "2026-08-01T04:00:00.000Z" },
    { zone: "Pacific/Kiritimati", last: "2026-08-02", start: "2026-08-01T10:00:00.000Z" },
    { zone: "Pacific/Pago_Pago", last: "2026-08-01", start: "2026-08-01T11:00:00.000Z" },
  ])("begin at midnight in $zone, and so does the position", async ({ zone, last, start }) => {
    const settings = { metricsTimezone: zone, startDate: "2026-07-15T12:00:00.000Z" };

    const days = await sync({ settings, parents: ["org"] });
    const times = await sync({ ...meters, parents: ["a"], settings });
    const { taken } = await takeAll(days.running);
    await takeAll(times.running);

    expect(days.asked.at(-1)?.query.get("end_date")).toBe(last);
    expect(positionsIn(taken, "organization_id")).toEqual({ org: start });
    expect(bookmarksOf(taken).at(-1)).toMatchObject({ timezone: zone });
    const end = times.asked.at(-1)?.query.get("end_timestamp") ?? "";
    expect(Date.parse(end)).toBe(Date.parse(start) + 86_400_000 - 1);
    expect(columnOf(taken, "timezone")).toEqual([zone]);
    expect(days.asked[0]?.query.get("timezone")).toBe(zone);
  });

  it("never ask for times before the API has figures", async () => {
    const settings = { metricsTimezone: "Asia/Tokyo" };
    const { running, asked } = await sync({ ...meters, settings });
    await takeAll(running);

    expect(asked[0]?.query.get("start_timestamp")).toBe("2023-01-01T00:00:00.000Z");
  });
});

describe("a bad parent of figures", () => {
  const isB = ({ path }: FakeRequest) => path.includes("/b/");

  it.each([500, 503, 422])("costs itself alone, and keeps its position (%i)", async (status) => {
    const bookmark = new Map([["b", "2026-01-31T00:00:00.000Z"]]);

    const { running } = await sync({
      ...meters,
      bookmark,
      status: (request) => (isB(request) ? status : 200),
    });
    const { taken, outcomes } = await takeAll(running);

    expect(new Set(columnOf(taken, "meter_id"))).toEqual(new Set(["a", "c"]));
    expect(positionsIn(taken)).toEqual({
      a: `${today}T00:00:00.000Z`,
      b: "2026-01-31T00:00:00.000Z",
      c: `${today}T00:00:00.000Z`,
    });
    expect(outcomes[0]?.problem).toContain(
      "meter_quantities of 1 meters can't be read (b); the others are complete",
    );
  });

  it("keeps the position before the range that failed", async () => {
    let asked = 0;
    const status = (request: FakeRequest) => (isB(request) && ++asked === 2 ? 422 : 200);

    const { running } = await sync({ ...meters, status });
    const { taken, outcomes } = await takeAll(running);

    const others = positionsIn(taken).a;
    expect(others).toBe(`${today}T00:00:00.000Z`);
    expect(positionsIn(taken).b).toBe("2023-12-31T00:00:00.000Z");
    expect(outcomes[0]?.problem).toContain("(b)");
  });

  it("costs itself alone, however many of its ranges fail", async () => {
    // Thirty weeks, each a request.
    const settings = { metricsInterval: "hour", startDate: "2026-01-01" } as const;
    const status = ({ query }: FakeRequest) => (query.get("organization_id") === "b" ? 422 : 200);
    const { running, asked } = await sync({ parents: ["a", "b", "c"], settings, status });
    const { taken } = await takeAll(running);

    const failed = asked.filter((request) => status(request) !== 200);
    expect(failed.length).toBeGreaterThan(20);
    expect(Object.keys(positionsIn(taken, "organization_id"))).toEqual(["a", "c"]);
  });

  it("is none when it is gone by then", async () => {
    const status = (request: FakeRequest) => (isB(request) ? 404 : 200);
    const { running } = await sync({ ...meters, status, settings: { startDate: today } });
    const { taken, outcomes } = await takeAll(running);

    expect(outcomes[0]?.problem).toBeUndefined();
    expect(Object.keys(positionsIn(taken))).toEqual(["a", "c"]);
  });

  it("is none when it is every parent: the server fails", async () => {
    const parents = Array.from({ length: 30 }, (_, index) => `m${index}`);

    const { running, asked } = await sync({ ...meters, parents, status: () => 422 });

    await expect(takeAll(running)).rejects.toThrow("quantities");
    expect(new Set(asked.map(({ path }) => path)).size).toBeLessThan(15);
  });

  it("does not take back what was read before the server failed", async () => {
    const parents = Array.from({ length: 30 }, (_, index) => `m${index}`);
    const settings = { startDate: today };
    const status = ({ path }: FakeRequest) => (/m[0-4]\//.test(path) ? 200 : 422);
    const { running } = await sync({ ...meters, parents, settings, status });
    let last: unknown;
    const ending = (async () => {
      for await (const step of running) if (step.kind === "bookmark") last = step.bookmark;
    })();

    await expect(ending).rejects.toThrow("quantities");
    const meter = (nth: number) => ({ context: { meter_id: `m${nth}` } });
    expect(last).toMatchObject({ partitions: [0, 1, 2, 3, 4].map(meter) });
  });
});

describe("the organization of the metrics", () => {
  it.each([
    ["named by a setting where the token may not list them", 403, /organization_id/],
    ["asked for again by another run where their list fails", 503, /^(?!.*organization_id)/],
  ])("is %s", async (_, status, message) => {
    const refusal = '{"error":"insufficient_scope","error_description":""}';
    const api = await fakeApi(() => ({ status, body: refusal }));
    const context = contextFor(api, { maxRetries: 0 });
    const stream = streamNamed("metrics");
    if (stream.source.kind !== "periods") throw new Error("metrics have periods");
    const supply = [
      (lane: LaneContext) => readParents({ stream: streamNamed("organizations") }, lane),
    ];
    const running = syncPeriods(taskOf(stream, stream.source, none, context, supply));
    const error: unknown = await takeAll(running).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(status === 403 ? ForbiddenError : UnavailableError);
    expect(String(error)).toMatch(message);
  });

  it("is asked for, and stands in each row", async () => {
    const { running, asked } = await sync({ parents: ["one", "two"] });
    const { taken } = await takeAll(running);

    expect(new Set(asked.map(({ query }) => query.get("organization_id")))).toEqual(
      new Set(["one", "two"]),
    );
    expect(new Set(columnOf(taken, "organization_id"))).toEqual(new Set(["one", "two"]));
  });

  it("is the one of the setting, if there is one", async () => {
    const settings = { organizationId: "mine" };
    const { running, asked } = await sync({ parents: ["one", "two"], settings });
    await takeAll(running);

    expect(new Set(asked.map(({ query }) => query.get("organization_id")))).toEqual(
      new Set(["mine"]),
    );
  });
});
