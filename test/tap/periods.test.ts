import { describe, expect, test } from "vitest";
import { z } from "zod";
import { allScopes, type Simulator } from "../../simulator/index.ts";
import { startServer } from "../polar/servers.ts";
import {
  catalogOf,
  daysBetween,
  type JsonRow,
  keysOf,
  keysWritten,
  recordsByStream,
  tableRows,
} from "../support/organization.ts";
import {
  confirmedLinesOf,
  lastStateOf,
  messagesOf,
  runTap,
  runTapUntil,
  startTap,
  type TapInput,
} from "../support/run-tap.ts";
import { configFor, requestCount, simulate } from "../support/simulation.ts";

const DAY = 86_400_000;
const today = "2026-11-01";
const frozenAt = `${today}T12:00:00.000Z`;

type Interval = "hour" | "day" | "week" | "month" | "year";

/** The most days that a request may span, as `/v1/metrics/limits` of a real server has them. */
const limits: Record<Interval, number> = {
  hour: 7,
  day: 366,
  week: 371,
  month: 1_460,
  year: 3_650,
};
const firstDay = "2023-01-01";

function inputFor(simulator: Simulator, stream: string, settings: object = {}): TapInput {
  return { config: configFor(simulator, settings), catalog: catalogOf(stream), frozenAt };
}

/** Whether a period begins with this day. */
function begins(day: string, interval: Interval): boolean {
  const date = new Date(day);
  if (interval === "week") return date.getUTCDay() === 1;
  if (interval === "month") return date.getUTCDate() === 1;
  if (interval === "year") return day.endsWith("-01-01");
  return true;
}

/** The starts of all periods that have a day from the first to the last. */
function periodsOf(first: string, last: string, interval: Interval): string[] {
  const year = daysBetween(`${Number(first.slice(0, 4)) - 1}-01-01`, last);
  const starts = year.filter((day) => begins(day, interval));
  const periods = starts.slice(starts.findLastIndex((day) => day <= first));
  const hours = Array.from({ length: interval === "hour" ? 24 : 1 }, (_, hour) => hour);
  return periods.flatMap((day) =>
    hours.map((hour) => `${day}T${String(hour).padStart(2, "0")}:00:00Z`),
  );
}

interface Range {
  readonly first: string;
  readonly last: string;
}

/** The ranges of days asked for, in the order of the days. */
function rangesAsked({ requests }: Pick<Simulator, "requests">): Range[] {
  return requests
    .filter(({ path }) => path === "/v1/metrics/")
    .map(({ query }) => {
      const parameters = new URLSearchParams(query);
      return { first: parameters.get("start_date") ?? "", last: parameters.get("end_date") ?? "" };
    })
    .sort((one, other) => Date.parse(one.first) - Date.parse(other.first));
}

const addDays = (day: string, days: number) =>
  new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);

const bookmark = z.object({
  interval: z.string(),
  timezone: z.string(),
  partitions: z.array(
    z.object({ context: z.record(z.string(), z.string()), replication_key_value: z.string() }),
  ),
});

function bookmarkIn(state: object | undefined, stream: string) {
  const shape = z.object({ bookmarks: z.object({ [stream]: bookmark.optional() }) });
  return shape.parse(state).bookmarks[stream];
}

/** The last day that has been read of the one organization. */
function dayIn(state: object | undefined): string {
  return bookmarkIn(state, "metrics")?.partitions[0]?.replication_key_value.slice(0, 10) ?? "";
}

const timestampsOf = (lines: readonly string[]) =>
  (recordsByStream(lines).get("metrics") ?? []).map(({ timestamp }) => String(timestamp));

describe.each([
  { interval: "hour", from: "2026-10-05" },
  { interval: "day", from: firstDay },
  { interval: "week", from: firstDay },
  { interval: "month", from: firstDay },
  { interval: "year", from: firstDay },
  { interval: "week", from: "2025-12-31" },
  { interval: "month", from: "2024-02-29" },
] as const)("metrics by $interval from $from", ({ interval, from }) => {
  const settings = { metrics_interval: interval, ...(from !== firstDay && { start_date: from }) };

  test("have every period once, in ranges that the API accepts and that cut none, and come again", async () => {
    const simulator = await simulate();

    const input = inputFor(simulator, "metrics", settings);
    const { lines, exitCode } = await runTap(input);

    expect(exitCode).toBe(0);
    expect(timestampsOf(lines)).toEqual(periodsOf(from, today, interval));
    const intervals = recordsByStream(lines)
      .get("metrics")
      ?.map((record) => record.interval);
    expect([...new Set(intervals)]).toEqual([interval]);
    expect(simulator.requests.map(({ status }) => status)).not.toContain(422);
    const ranges = rangesAsked(simulator);
    const span = ({ first, last }: Range) => (Date.parse(last) - Date.parse(first)) / DAY + 1;
    expect(ranges.filter((range) => span(range) > limits[interval])).toEqual([]);
    expect(ranges.filter(({ first }) => first < firstDay)).toEqual([]);
    expect(ranges[0]?.first).toBe(
      [periodsOf(from, today, interval)[0]?.slice(0, 10) ?? "", firstDay].sort().at(-1),
    );
    // Of the last day only the first hour may count, so hours ask for a day more than they take.
    const overlap = interval === "hour" ? 1 : 0;
    expect(ranges.at(-1)?.last).toBe(addDays(today, overlap));
    for (const [index, { first }] of ranges.slice(1).entries()) {
      expect(first).toBe(addDays(ranges[index]?.last ?? "", 1 - overlap));
      expect(begins(first, interval)).toBe(true);
    }
    // As few as the limits allow, or one more.
    const least = Math.ceil(span({ first: from, last: today }) / limits[interval]);
    expect(ranges.length).toBeLessThanOrEqual(Math.ceil(least * (7 / 6)) + 1);

    // The next run reads the last 90 days again.
    const state = lastStateOf(lines);
    expect(bookmarkIn(state, "metrics")).toEqual({
      interval,
      timezone: "UTC",
      partitions: [
        {
          context: { organization_id: simulator.organizationId },
          replication_key_value: `${today}T00:00:00.000Z`,
        },
      ],
    });
    const second = await runTap({ ...input, state, frozenAt: "2026-11-11T00:00:00.000Z" });
    expect(second.exitCode).toBe(0);
    const lookback = [addDays(today, -90), from].sort().at(-1) ?? "";
    expect(timestampsOf(second.lines)).toEqual(periodsOf(lookback, "2026-11-11", interval));
  });
});

test("no state of metrics runs ahead of what was written", async () => {
  const simulator = await simulate();

  const settings = { metrics_interval: "hour", start_date: "2025-01-01" };
  const { lines } = await runTap(inputFor(simulator, "metrics", settings));

  const periods = periodsOf("2025-01-01", today, "hour");
  let written = 0;
  let states = 0;
  for (const line of lines) {
    if (line.startsWith('{"type":"RECORD"')) written++;
    if (!line.startsWith('{"type":"STATE"')) continue;
    const last = dayIn(lastStateOf([line]));
    expect(periods.filter((period) => period.slice(0, 10) <= last)).toHaveLength(written);
    states++;
  }
  expect(states).toBeGreaterThan(3);
});

test("metrics of another interval are read from the start", async () => {
  const simulator = await simulate();
  const first = await runTap(inputFor(simulator, "metrics", { metrics_interval: "month" }));

  const second = await runTap({
    ...inputFor(simulator, "metrics", { metrics_interval: "year" }),
    state: lastStateOf(first.lines),
  });

  expect(second.exitCode).toBe(0);
  expect(timestampsOf(second.lines)).toEqual(periodsOf(firstDay, today, "year"));
  expect(bookmarkIn(lastStateOf(second.lines), "metrics")?.interval).toBe("year");
});

test("metrics are read from the start where the catalog says FULL_TABLE", async () => {
  const simulator = await simulate();
  const input = inputFor(simulator, "metrics", { metrics_interval: "year" });
  const catalog = catalogOf("metrics");
  for (const stream of catalog.streams) {
    if (stream.tap_stream_id === "metrics") stream.replication_method = "FULL_TABLE";
  }
  const first = await runTap({ ...input, catalog });

  const second = await runTap({ ...input, catalog, state: lastStateOf(first.lines) });

  expect(second.exitCode).toBe(0);
  expect(timestampsOf(second.lines)).toEqual(periodsOf(firstDay, today, "year"));
});

test("an interrupted run goes on 90 days before the range that it has done", async () => {
  const simulator = await simulate();
  const input = inputFor(simulator, "metrics", {
    metrics_interval: "hour",
    start_date: "2026-01-01",
    concurrency: 1,
  });
  // The ranges have six days; the fortieth never comes.
  simulator.setFaults([{ kind: "stall", path: "/v1/metrics/", after: 39 }]);
  const killed = await runTapUntil(
    input,
    "SIGKILL",
    (line) => line.startsWith('{"type":"STATE"') && line.includes('"2026-04-30T00'),
  );
  expect(killed.signal).toBe("SIGKILL");
  simulator.setFaults([]);
  const state = lastStateOf(killed.lines);
  const done = dayIn(state);
  expect(done).toBe("2026-04-30");

  const resumed = await runTap({ ...input, state });

  expect(resumed.exitCode).toBe(0);
  expect(timestampsOf(resumed.lines)).toEqual(periodsOf(addDays(done, -90), today, "hour"));
  const together = new Set([
    ...timestampsOf(confirmedLinesOf(killed.lines)),
    ...timestampsOf(resumed.lines),
  ]);
  expect([...together]).toEqual(periodsOf("2026-01-01", today, "hour"));
});

test("metrics take whole and broken numbers, null, and slugs that nobody knows yet", async () => {
  const periods: JsonRow[] = [
    { timestamp: "2026-11-01T00:00:00Z", orders: 3, revenue: 12.5, ltv: null, brand_new: 7 },
    { timestamp: "2026-11-02T00:00:00Z", orders: 3.0, revenue: 12, ltv: 1, brand_new: 0.5 },
  ];
  const text = JSON.stringify({ periods, totals: {}, metrics: {} }).replace(
    '"orders":3,"revenue":12,',
    '"orders":3.0,"revenue":1E+2,',
  );
  const server = await startServer((response) => response.end(text));
  const config = {
    api_url: server.url,
    access_token: "polar_oat_x",
    organization_id: "00000000-0000-4000-8000-000000000001",
    start_date: "2026-11-01",
  };
  const catalog = catalogOf("metrics");

  const { lines, exitCode, stderr } = await runTap({
    config,
    catalog,
    frozenAt: "2026-11-02T01:00:00Z",
  });

  expect(exitCode).toBe(0);
  const records = lines.filter((line) => line.startsWith('{"type":"RECORD"'));
  expect(records).toHaveLength(2);
  expect(records[0]).toContain('"orders":3,"revenue":12.5,"ltv":null,');
  expect(records[0]).toContain('"_extra":{"brand_new":7}');
  expect(records[1]).toContain('"orders":3.0,"revenue":1E+2,"ltv":1,');
  expect(records[1]).toContain('"_extra":{"brand_new":0.5}');
  expect(stderr.match(/metrics\.brand_new is not known/g)).toHaveLength(1);
  const [schema] = messagesOf(lines);
  expect(schema).toMatchObject({
    key_properties: ["organization_id", "interval", "timezone", "timestamp"],
    bookmark_properties: ["timestamp"],
    schema: { properties: { orders: { type: ["null", "number"] } } },
  });
});

describe("the organization of the metrics", () => {
  const scopes = allScopes.filter((scope) => !scope.startsWith("organizations:"));
  const settings = { metrics_interval: "year" };

  test("comes with the one reading of the organizations where those are selected, too", async () => {
    const simulator = await simulate();
    const input = inputFor(simulator, "metrics", settings);

    const catalog = catalogOf("organizations", "metrics");
    const { lines, exitCode } = await runTap({ ...input, catalog });

    expect(exitCode).toBe(0);
    expect(requestCount(simulator, "/v1/organizations/")).toBe(1);
    const records = recordsByStream(lines).get("metrics") ?? [];
    expect(new Set(records.map((record) => record.organization_id))).toEqual(
      new Set([simulator.organizationId]),
    );
  });

  test("can't be known without a scope for it, and the message says what will do", async () => {
    const simulator = await simulate({ scopes });

    const { exitCode, stderr } = await runTap(inputFor(simulator, "metrics", settings));

    expect(exitCode).not.toBe(0);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /metrics is incomplete: .*organizations:read.*Or name the one to read in organization_id\./,
    );
  });

  test("may come from the settings instead", async () => {
    const simulator = await simulate({ scopes });
    const organization = { organization_id: simulator.organizationId };

    const input = inputFor(simulator, "metrics", { ...settings, ...organization });
    const { lines, exitCode } = await runTap(input);

    expect(exitCode).toBe(0);
    expect(timestampsOf(lines)).toEqual(periodsOf(firstDay, today, "year"));
  });
});

describe("meter_quantities", () => {
  test("of a meter that is new have its whole history, those of the others 90 days", async () => {
    const simulator = await simulate({ sizes: { meters: 3 } });
    const input = inputFor(simulator, "meter_quantities");
    const first = await runTap(input);
    const meter = simulator.insert("meters");

    const second = await runTap({ ...input, state: lastStateOf(first.lines) });

    expect(second.exitCode).toBe(0);
    const written = recordsByStream(second.lines).get("meter_quantities") ?? [];
    const ofNew = written.filter(({ meter_id: id }) => id === meter);
    expect(ofNew).toHaveLength(daysBetween(firstDay, today).length);
    expect(written.length - ofNew.length).toBe(3 * 91);
  });

  test("of an older version's state, one position for all, are read from the start", async () => {
    const simulator = await simulate({ sizes: { meters: 2 } });
    const value = `${today}T00:00:00.000Z`;
    const older = { replication_key: "timestamp", replication_key_value: value, interval: "day" };
    const state = { bookmarks: { meter_quantities: { ...older, format: 1 } } };

    const { lines, exitCode } = await runTap({
      ...inputFor(simulator, "meter_quantities"),
      state,
    });

    expect(exitCode).toBe(0);
    expect(keysWritten(lines, "meter_quantities")).toEqual(
      await keysOf(simulator, "meter_quantities", daysBetween(firstDay, today)),
    );
    const { bookmarks } = z
      .object({ bookmarks: z.object({ meter_quantities: z.record(z.string(), z.unknown()) }) })
      .parse(lastStateOf(lines));
    expect(Object.keys(bookmarks.meter_quantities).sort()).toEqual([
      "format",
      "interval",
      "partitions",
      "timezone",
    ]);
  });

  test("have every day of every meter once, to the end of the last", async () => {
    const simulator = await simulate({ sizes: { meters: 5 } });

    const { lines, exitCode } = await runTap(inputFor(simulator, "meter_quantities"));

    expect(exitCode).toBe(0);
    expect(keysWritten(lines, "meter_quantities")).toEqual(
      await keysOf(simulator, "meter_quantities", daysBetween(firstDay, today)),
    );
    const asked = simulator.requests.filter(({ path }) => path.endsWith("/quantities"));
    // 1,401 days are cut into four ranges.
    expect(asked).toHaveLength(4 * 5);
    for (const { status, query } of asked) {
      expect(status).toBe(200);
      const parameters = new URLSearchParams(query);
      expect(parameters.get("start_timestamp")).toMatch(/T00:00:00\.000Z$/);
      expect(parameters.get("end_timestamp")).toMatch(/T23:59:59\.999Z$/);
    }
    const meters = tableRows(simulator, "meters");
    expect(meters.filter(({ archived_at: at }) => at !== null)).not.toHaveLength(0);
  });

  test("come with the one reading of the meters where those are selected, too", async () => {
    const simulator = await simulate({ sizes: { meters: 3 } });
    const config = configFor(simulator, { start_date: "2026-10-01" });
    const catalog = catalogOf("meters", "meter_quantities");

    const { lines, exitCode } = await runTap({ config, catalog, frozenAt });

    expect(exitCode).toBe(0);
    expect(requestCount(simulator, "/v1/meters/")).toBe(1);
    expect(keysWritten(lines, "meter_quantities")).toEqual(
      await keysOf(simulator, "meter_quantities", daysBetween("2026-10-01", today)),
    );
  });

  test("of a meter that goes away meanwhile are passed by", async () => {
    const simulator = await simulate({ sizes: { meters: 4 }, latencyMilliseconds: 5 });
    const [gone = ""] = tableRows(simulator, "meters")
      .map(({ id }) => String(id))
      .sort()
      .slice(-1);
    let removed = false;

    const input = inputFor(simulator, "meter_quantities", { concurrency: 1 });
    const tap = await startTap(input, {
      onLine: (line) => {
        if (removed || !line.startsWith('{"type":"RECORD"')) return;
        removed = true;
        simulator.remove("meters", gone);
      },
    });
    const { lines, exitCode } = await tap.ended;

    expect(exitCode).toBe(0);
    expect(simulator.requests.filter(({ status }) => status === 404)).not.toHaveLength(0);
    const others = await keysOf(simulator, "meter_quantities", daysBetween(firstDay, today));
    const written = keysWritten(lines, "meter_quantities");
    expect(written.filter((key) => !key.includes(gone))).toEqual(others);
  });

  test("of no meters are none", async () => {
    const simulator = await simulate({ sizes: { meters: 0 } });

    const { lines, exitCode } = await runTap(inputFor(simulator, "meter_quantities"));

    expect(exitCode).toBe(0);
    expect(messagesOf(lines).map(({ type }) => type)).toEqual(["SCHEMA", "STATE"]);
    expect(requestCount(simulator)).toBe(1);
  });
});
