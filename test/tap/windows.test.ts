import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Simulator } from "../../simulator/index.ts";
import { catalogOf, catalogWith, recordsByStream } from "../support/organization.ts";
import {
  confirmedLinesOf,
  lastStateOf,
  messagesOf,
  runTap,
  runTapUntil,
  type TapInput,
} from "../support/run-tap.ts";
import { configFor, listedIds, requestCount, simulate } from "../support/simulation.ts";

/** The time of the simulator's data: no row is newer. */
const now = "2026-08-20T12:00:00.000Z";
const path = "/v1/events/";
const HOUR = 3_600_000;

interface Run {
  readonly stream?: "events" | "webhook_deliveries";
  readonly state?: object | undefined;
  readonly settings?: object;
  readonly frozenAt?: string;
}

/** Only the columns that cannot be left out, so that a run is short. */
function inputFor(simulator: Simulator, run: Run = {}): TapInput {
  const { stream = "events", state, settings, frozenAt = now } = run;
  const catalog = catalogWith({ [stream]: [] });
  return { config: configFor(simulator, settings), catalog, state, frozenAt };
}

const sync = (simulator: Simulator, run: Run = {}) => runTap(inputFor(simulator, run));

const bookmark = z.object({
  replication_key: z.string(),
  replication_key_value: z.string().optional(),
  progress: z.object({ next: z.string(), latest: z.string().optional() }).optional(),
});

function bookmarkIn(value: object | undefined, stream = "events") {
  return z.object({ bookmarks: z.object({ [stream]: bookmark }) }).parse(value).bookmarks[stream];
}

/** The ids of the records, sorted. */
function idsIn(lines: readonly string[], stream: string): string[] {
  const records = recordsByStream(lines).get(stream) ?? [];
  return records.map(({ id }) => String(id)).sort();
}

/** The time of each row in whole milliseconds, by id. */
function timesOf(simulator: Simulator, stream = "events"): Map<string, number> {
  const pattern = stream === "events" ? /"timestamp":"([^"]+)"/ : /"created_at":"([^"]+)"/;
  const rows = simulator.rows(stream);
  return new Map(rows.map(({ id, json }) => [id, Date.parse(pattern.exec(json)?.[1] ?? "")]));
}

/** The windows asked for, in their order, with the rows that all their answers had. */
function windowsAsked(simulator: Simulator) {
  const windows = new Map<string, { start: number; end: number; rows: number }>();
  for (const { path: asked, query, rows } of simulator.requests) {
    if (asked !== path) continue;
    const parameters = new URLSearchParams(query);
    const start = Date.parse(parameters.get("start_timestamp") ?? "");
    const end = Date.parse(parameters.get("end_timestamp") ?? "");
    const known = windows.get(`${start} ${end}`);
    windows.set(`${start} ${end}`, { start, end, rows: rows + (known?.rows ?? 0) });
  }
  return [...windows.values()];
}

/** As the API writes a time: with microseconds. */
const timeText = (milliseconds: number, microseconds = 0) =>
  new Date(milliseconds).toISOString().replace("Z", `${String(microseconds).padStart(3, "0")}Z`);

/** How many events share their millisecond with others, at the most. */
function largestGroup(times: ReadonlyMap<string, number>): number {
  const sizes = new Map<number, number>();
  for (const time of times.values()) sizes.set(time, (sizes.get(time) ?? 0) + 1);
  return Math.max(...sizes.values());
}

describe("windows of events", () => {
  test("lose none that share a millisecond on both sides of a border", async () => {
    const sizes = { events: 6_000 };
    const model = await simulate({ sizes });
    await sync(model);
    // The window of everything is too large; the next one is cut out of it.
    const border = windowsAsked(model)[1]?.end ?? Number.NaN;
    const simulator = await simulate({ sizes });
    const moved = simulator.rows("events").slice(1_000, 1_600);
    for (const [index, { id }] of moved.entries()) {
      const time = border - 1 + (index % 3);
      simulator.update("events", id, { timestamp: timeText(time, (index * 7) % 1_000) });
    }

    const { lines, exitCode } = await sync(simulator);

    expect(exitCode).toBe(0);
    expect(windowsAsked(simulator).map(({ end }) => end)).toContain(border);
    expect(largestGroup(timesOf(simulator))).toBeGreaterThanOrEqual(200);
    expect(idsIn(lines, "events")).toEqual(listedIds(simulator, "events"));
  });

  test.each([1, 4, 9])("hold hundreds of one millisecond (seed %i)", async (seed) => {
    const simulator = await simulate({ seed, sizes: { events: 600 } });

    const { lines, exitCode } = await sync(simulator);

    expect(exitCode).toBe(0);
    expect(largestGroup(timesOf(simulator))).toBeGreaterThan(150);
    expect(idsIn(lines, "events")).toEqual(listedIds(simulator, "events"));
    // Six pages; what their borders cut is asked for by itself instead of reading all again.
    expect(requestCount(simulator, path)).toBeLessThan(36);
  });

  test.each([
    { every: 7, seed: 4 },
    { every: 7, seed: 13 },
    { every: 500, seed: 3 },
    { every: 500, seed: 18 },
  ])("drop what was ingested twice (each $every th, seed $seed)", async ({ every, seed }) => {
    const simulator = await simulate({ seed, sizes: { events: 600 }, duplicateEvents: every });

    const { lines, exitCode } = await sync(simulator);

    expect(exitCode).toBe(0);
    expect(idsIn(lines, "events")).toEqual(listedIds(simulator, "events"));
  });

  test("may be empty", async () => {
    const simulator = await simulate({ sizes: { events: 20_000 } });
    const rows = simulator.rows("events");
    for (const { id } of rows.slice(8_000, 19_000)) simulator.remove("events", id);

    const { lines, exitCode } = await sync(simulator);

    expect(exitCode).toBe(0);
    const sizes = windowsAsked(simulator).map((window) => window.rows);
    const firstEmpty = sizes.indexOf(0);
    expect(firstEmpty).toBeGreaterThan(0);
    expect(sizes.findLastIndex((size) => size > 0)).toBeGreaterThan(firstEmpty);
    expect(idsIn(lines, "events")).toEqual(listedIds(simulator, "events"));
  });

  test("come in ascending order", async () => {
    const simulator = await simulate({ sizes: { events: 600 }, ties: "stable" });

    const { lines } = await sync(simulator);

    const times = timesOf(simulator);
    const written = (recordsByStream(lines).get("events") ?? []).map(({ id }) =>
      times.get(String(id)),
    );
    expect(written).toEqual([...times.values()].sort((one, other) => one - other));
  });

  test("are all there when the list holds none, and when it gets its first", async () => {
    const simulator = await simulate({ sizes: { events: 0 } });

    const first = await sync(simulator);
    const id = simulator.insert("events", { timestamp: "2024-02-29T00:00:00Z" });
    const second = await sync(simulator, { state: lastStateOf(first.lines) });

    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    const types = messagesOf(first.lines).map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(["SCHEMA", "STATE"]));
    expect(bookmarkIn(lastStateOf(first.lines))).toEqual({ replication_key: "timestamp" });
    expect(idsIn(second.lines, "events")).toEqual([id]);
    expect(bookmarkIn(lastStateOf(second.lines))).toEqual({
      replication_key: "timestamp",
      replication_key_value: "2024-02-29T00:00:00Z",
    });
  });

  test("of deliveries, which are told apart by microseconds, do not take each other's", async () => {
    const simulator = await simulate({ sizes: { webhook_deliveries: 0 } });
    const border = Date.parse("2026-08-01T00:00:00.000Z");
    const times = [timeText(border - 1, 500), timeText(border), timeText(border, 1)];
    const [, ...own] = times.map((time) =>
      simulator.insert("webhook_deliveries", { created_at: time }),
    );
    const progress = { next: new Date(border).toISOString() };
    const state = { bookmarks: { webhook_deliveries: { progress } } };

    const { lines, exitCode } = await sync(simulator, { stream: "webhook_deliveries", state });

    expect(exitCode).toBe(0);
    expect(idsIn(lines, "webhook_deliveries")).toEqual(own.sort());
  });

  test("of deliveries, which come latest first, are complete", async () => {
    const simulator = await simulate({ sizes: { webhook_deliveries: 6_000 } });

    const { lines, exitCode } = await sync(simulator, { stream: "webhook_deliveries" });

    expect(exitCode).toBe(0);
    expect(idsIn(lines, "webhook_deliveries")).toEqual(listedIds(simulator, "webhook_deliveries"));
  });
});

describe("start_date bounds the first run", () => {
  /** The millisecond of a run of events that are microseconds apart. */
  async function crowd() {
    const simulator = await simulate({ sizes: { events: 600 } });
    const times = timesOf(simulator);
    const counts = new Map<number, number>();
    for (const time of times.values()) counts.set(time, (counts.get(time) ?? 0) + 1);
    const [time = Number.NaN] =
      [...counts].find(([, count]) => count === largestGroup(times)) ?? [];
    return { simulator, times, time };
  }

  test.each([0, 1])("to the millisecond (%i after those of one)", async (later) => {
    const { simulator, times, time } = await crowd();
    const startDate = new Date(time + later).toISOString();

    const run = await sync(simulator, { settings: { start_date: startDate } });

    expect(run.exitCode).toBe(0);
    const expected = [...times].filter(([, one]) => one >= time + later).map(([id]) => id);
    expect(idsIn(run.lines, "events")).toEqual(expected.sort());
    expect(expected.length).toBeLessThan(times.size);
  });

  test("and never takes a later one back before it", async () => {
    const simulator = await simulate({ sizes: { events: 20 } });
    const first = await sync(simulator);
    const latest = Math.max(...timesOf(simulator).values());

    const settings = { start_date: new Date(latest).toISOString() };
    const second = await sync(simulator, { state: lastStateOf(first.lines), settings });

    const times = timesOf(simulator);
    for (const id of idsIn(second.lines, "events")) expect(times.get(id)).toBe(latest);
    expect(idsIn(second.lines, "events")).not.toHaveLength(0);
  });
});

describe("the next run", () => {
  test.each([
    { stream: "events", lookback: 2 * HOUR },
    { stream: "webhook_deliveries", lookback: HOUR },
    { stream: "events", lookback: 5 * HOUR, settings: { lookback_minutes: 300 } },
  ] as const)(
    "of $stream reads again what is younger than its look-back ($lookback)",
    async (run) => {
      const { stream, lookback } = run;
      const column = stream === "events" ? "timestamp" : "created_at";
      const border = Date.parse(now) - lookback;
      const simulator = await simulate({ sizes: { [stream]: 60 } });
      const within = simulator.insert(stream, { [column]: timeText(border) });
      const before = simulator.insert(stream, { [column]: timeText(border - 1) });
      const first = await sync(simulator, run);

      const second = await sync(simulator, { ...run, state: lastStateOf(first.lines) });

      expect(second.exitCode).toBe(0);
      expect(idsIn(second.lines, stream)).toContain(within);
      expect(idsIn(second.lines, stream)).not.toContain(before);
      expect(idsIn(second.lines, stream).length).toBeLessThan(10);
    },
  );

  test.each(["events", "webhook_deliveries"] as const)(
    "of %s finds what came later than that by its count, however old, and once only",
    async (stream) => {
      const column = stream === "events" ? "timestamp" : "created_at";
      const simulator = await simulate({ sizes: { [stream]: 12_000 }, ties: "stable" });
      const first = await sync(simulator, { stream });
      const ages = [3, 26, 30 * 24, 200 * 24, 399 * 24];
      const late = ages.map((hours) =>
        simulator.insert(stream, { [column]: timeText(Date.parse(now) - hours * HOUR, 1) }),
      );
      const pathOf = stream === "events" ? path : "/v1/webhooks/deliveries";
      const before = requestCount(simulator, pathOf);

      const second = await sync(simulator, { stream, state: lastStateOf(first.lines) });

      expect(second.exitCode).toBe(0);
      expect(idsIn(second.lines, stream)).toEqual(expect.arrayContaining(late));
      expect(second.stderr).toMatch(/rows from before .* came late/);
      const between = requestCount(simulator, pathOf);
      const third = await sync(simulator, { stream, state: lastStateOf(second.lines) });
      expect(third.exitCode).toBe(0);
      expect(idsIn(third.lines, stream).length).toBeLessThan(10);
      // One question, and the window of the look-back.
      expect(requestCount(simulator, pathOf) - between).toBe(2);
      expect(between - before).toBeGreaterThan(5);
    },
  );

  test("keeps the bookmark when nothing has come, and moves it when something has", async () => {
    const simulator = await simulate({ sizes: { events: 60 } });
    const first = await sync(simulator);

    const second = await sync(simulator, { state: lastStateOf(first.lines) });
    simulator.insert("events", { timestamp: "2026-08-21T08:00:00.123456Z" });
    const third = await sync(simulator, {
      state: lastStateOf(second.lines),
      frozenAt: "2026-08-22T00:00:00.000Z",
    });

    expect(bookmarkIn(lastStateOf(second.lines))).toEqual(bookmarkIn(lastStateOf(first.lines)));
    expect(bookmarkIn(lastStateOf(third.lines))?.replication_key_value).toBe(
      "2026-08-21T08:00:00.123456Z",
    );
  });

  test("reads everything again where the catalog says FULL_TABLE", async () => {
    const simulator = await simulate({ sizes: { events: 130 } });
    const catalog = catalogOf("events");
    for (const stream of catalog.streams) {
      if (stream.tap_stream_id === "events") stream.replication_method = "FULL_TABLE";
    }
    const input = { ...inputFor(simulator), catalog };

    const first = await runTap(input);
    const second = await runTap({ ...input, state: lastStateOf(first.lines) });

    expect(second.exitCode).toBe(0);
    expect(idsIn(second.lines, "events")).toEqual(listedIds(simulator, "events"));
    const [schema] = messagesOf(second.lines);
    expect(schema).not.toHaveProperty("bookmark_properties");
  });
});

describe("a backfill", () => {
  test("is cut into windows, and no state runs ahead of what was written", async () => {
    const simulator = await simulate({ sizes: { events: 30_000 } });

    const { lines, exitCode } = await sync(simulator);

    expect(exitCode).toBe(0);
    expect(idsIn(lines, "events")).toEqual(listedIds(simulator, "events"));
    const times = [...timesOf(simulator).values()].sort((one, other) => one - other);
    let written = 0;
    let states = 0;
    for (const line of lines) {
      if (line.startsWith('{"type":"RECORD"')) written++;
      if (!line.startsWith('{"type":"STATE"')) continue;
      const { progress } = bookmarkIn(lastStateOf([line])) ?? {};
      if (!progress) continue;
      states++;
      const next = Date.parse(progress.next);
      expect(times.filter((time) => time < next)).toHaveLength(written);
      expect(Date.parse(progress.latest ?? "")).toBe(times[written - 1]);
    }
    expect(states).toBeGreaterThanOrEqual(5);
    expect(bookmarkIn(lastStateOf(lines))).not.toHaveProperty("progress");
  });

  test("that was killed goes on near where it stopped, and nothing is missing", async () => {
    const simulator = await simulate({ sizes: { events: 12_000 }, ties: "stable" });
    let saved = 0;
    for (const kill of [1_000, 6_000, 10_500]) {
      const killed = await runTapUntil(
        inputFor(simulator),
        "SIGKILL",
        (_, count) => count === kill,
      );
      expect(killed.signal).toBe("SIGKILL");
      const confirmed = confirmedLinesOf(killed.lines);
      const before = requestCount(simulator);

      const resumed = await sync(simulator, { state: lastStateOf(killed.lines) });

      expect(resumed.exitCode).toBe(0);
      const again = idsIn(resumed.lines, "events");
      const together = new Set([...idsIn(confirmed, "events"), ...again]);
      expect([...together].sort()).toEqual(listedIds(simulator, "events"));
      // Nothing that was confirmed comes again.
      expect(again).toHaveLength(12_000 - idsIn(confirmed, "events").length);
      // The pages of what is left, a few more where the windows are cut anew, their last ones, and
      // the newest page of each before and after.
      const windows = 4;
      expect(requestCount(simulator) - before).toBeLessThanOrEqual(
        again.length / 100 + 4 + 6 + 2 * windows,
      );
      saved = 12_000 - again.length;
    }
    expect(saved).toBeGreaterThan(6_000);
  });
});

describe("a window that is not whole", () => {
  test("keeps the bookmark before it, while the later ones are read", async () => {
    const sizes = { events: 11_000 };
    const simulator = await simulate({ sizes, ties: "stable" });
    const times = [...timesOf(simulator)].sort(([, one], [, other]) => one - other);
    const [poison = ""] = times[6_000] ?? [];
    simulator.setFaults([{ kind: "poison", ids: [poison] }]);

    const first = await sync(simulator);

    expect(first.exitCode).toBe(1);
    expect(first.stderr).toContain("events is incomplete: 1 rows of events can't be read");
    const everyOther = times.flatMap(([id]) => (id === poison ? [] : [id]));
    expect(idsIn(first.lines, "events")).toEqual(everyOther.sort());
    const { replication_key_value: value, progress } = bookmarkIn(lastStateOf(first.lines)) ?? {};
    expect(value).toBeUndefined();
    const next = Date.parse(progress?.next ?? "");
    expect(next).toBeLessThanOrEqual(times[6_000]?.[1] ?? 0);
    expect(next).toBeGreaterThan(times[3_000]?.[1] ?? 0);

    simulator.setFaults([]);
    const second = await sync(simulator, { state: lastStateOf(first.lines) });

    expect(second.exitCode).toBe(0);
    const rest = times.filter(([, time]) => time >= next).map(([id]) => id);
    expect(idsIn(second.lines, "events")).toEqual(rest.sort());
    expect(bookmarkIn(lastStateOf(second.lines))).not.toHaveProperty("progress");
  });

  test("for its very first row is neither moved past that nor complete", async () => {
    const simulator = await simulate({ sizes: { events: 6_000 }, ties: "stable" });
    const times = [...timesOf(simulator)].sort(([, one], [, other]) => one - other);
    const [poison = ""] = times[0] ?? [];
    simulator.setFaults([{ kind: "poison", ids: [poison] }]);

    const first = await sync(simulator);

    expect(first.exitCode).toBe(1);
    expect(first.stderr).toContain("events is incomplete: 1 rows of events can't be read");
    const everyOther = times.flatMap(([id]) => (id === poison ? [] : [id]));
    expect(idsIn(first.lines, "events")).toEqual(everyOther.sort());
    const { replication_key_value: value, progress } = bookmarkIn(lastStateOf(first.lines)) ?? {};
    expect(value).toBeUndefined();
    expect(Date.parse(progress?.next ?? "1970-01-01")).toBeLessThanOrEqual(times[0]?.[1] ?? 0);

    simulator.setFaults([]);
    const second = await sync(simulator, { state: lastStateOf(first.lines) });
    expect(second.exitCode).toBe(0);
    expect(idsIn(second.lines, "events")).toContain(poison);
  });

  test("is told even where the page's other half is past the end", async () => {
    const simulator = await simulate({ sizes: { events: 2 } });
    const [poison] = simulator.rows("events");
    simulator.setFaults([{ kind: "poison", ids: [poison?.id ?? ""] }]);

    // Row by row, the page of four says three times that there are no events at all.
    const { lines, exitCode, stderr } = await sync(simulator, { settings: { page_size: 4 } });

    expect(exitCode).toBe(1);
    expect(stderr).toContain("1 rows of events can't be read");
    expect(idsIn(lines, "events")).toHaveLength(1);
    expect(bookmarkIn(lastStateOf(lines))?.replication_key_value).toBeUndefined();
  });
});
