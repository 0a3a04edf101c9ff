/** What is told of a run that is under way. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveReport, stateOf } from "../../src/cli/live.ts";
import { LaneProgress } from "../../src/sync/contract/lane-progress.ts";
import { type Client, RunProgress } from "../../src/sync/engine/run-progress.ts";

/** A run whose only lane has begun so many seconds ago. */
function runOf(lane: LaneProgress, seconds: number, traffic: Partial<Client["traffic"]> = {}) {
  lane.startedAt = 0;
  const client = { used: 297, traffic: { requestsOf: () => 60, wait: undefined, ...traffic } };
  return new RunProgress([lane], client, 300, () => seconds * 1_000);
}

function orders({ total, done, before = 0 }: { total?: number; done: number; before?: number }) {
  const lane = new LaneProgress(["orders"]);
  lane.begin("rows", before);
  lane.expect(total);
  for (let row = before; row < done; row++) lane.advance();
  return lane;
}

const used = "297 of 300 requests a minute";

describe("the state of a stream", () => {
  it.each([
    [
      "rows, percent, and the time left at the pace so far",
      { total: 4_000, done: 1_000 },
      20,
      `1,000 of 4,000 rows (25 %), 60 s left; ${used}`,
    ],
    [
      "no more than the budget allows",
      { total: 100_000, done: 1_000 },
      5,
      `1,000 of 100,000 rows (1 %), 20 min left; ${used}`,
    ],
    [
      "only what this sync has read for the pace",
      { total: 4_000, done: 2_000, before: 1_000 },
      30,
      `2,000 of 4,000 rows (50 %), 60 s left; ${used}`,
    ],
    [
      "hours",
      { total: 1_000_000, done: 1_000 },
      60,
      `1,000 of 1,000,000 rows (0 %), 16.6 h left; ${used}`,
    ],
    ["no pace at first", { total: 4_000, done: 1_000 }, 4, `1,000 of 4,000 rows (25 %); ${used}`],
    ["rows that have come meanwhile", { total: 10, done: 12 }, 5, `12 of 12 rows (100 %); ${used}`],
    ["an empty list", { total: 0, done: 0 }, 5, `0 of 0 rows (100 %); ${used}`],
  ] as const)("has %s", (_, work, seconds, text) => {
    const lane = orders(work);
    expect(stateOf(runOf(lane, seconds), lane)).toBe(text);
  });

  it("has the rows that are written where nobody knows how many there are", () => {
    const lane = orders({ done: 0 });
    lane.wrote("orders", 1);
    expect(stateOf(runOf(lane, 5), lane)).toBe(`1 row; ${used}`);
  });

  it("has a wait in place of what it delays", () => {
    const lane = orders({ total: 4_000, done: 1_000 });
    const run = runOf(lane, 10, {
      wait: { milliseconds: 47_100, reason: "as Polar asks to (429)" },
    });
    expect(stateOf(run, lane)).toBe(
      "1,000 of 4,000 rows (25 %); waiting 48 s as Polar asks to (429)",
    );
  });
});

describe("LiveReport", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function open(room: number | undefined) {
    const told: string[] = [];
    const log = {
      info: (message: string, fields?: { stream?: string }) =>
        void told.push(`${fields?.stream}: ${message}`),
      show: (status: string) => void told.push(`(${status})`),
      room,
    };
    return { told, live: new LiveReport(log, true) };
  }

  it("logs a line at the start and the end of a stream, and every 30 seconds", () => {
    const { told, live } = open(undefined);
    const lane = orders({ total: 4_000, done: 1_000 });
    live.starts(runOf(lane, 20));
    live.laneStarts(lane);
    vi.advanceTimersByTime(65_000);
    lane.wrote("orders", 4_000);
    lane.seconds = 81.25;
    lane.end([{ stream: "orders", problem: undefined }]);
    live.laneEnds(lane);
    live.stop();
    vi.advanceTimersByTime(65_000);
    const state = `1,000 of 4,000 rows (25 %), 60 s left; ${used}`;
    expect(told).toEqual([
      `orders: reading: ${state}`,
      ...[`orders: ${state}`, `orders: ${state}`],
      "orders: complete: 4,000 rows, 60 requests, 81.3 s",
      "()",
    ]);
  });

  it("leaves it to the error to tell of a stream that is incomplete", () => {
    const { told, live } = open(undefined);
    const lane = orders({ done: 0 });
    live.starts(runOf(lane, 20));
    lane.end([{ stream: "orders", problem: "it lacks a scope" }]);
    live.laneEnds(lane);
    expect(told).toEqual([]);
    live.stop();
  });

  it("shows the same at a terminal, cut to its width, and logs nothing", () => {
    const { told, live } = open(30);
    const lane = orders({ total: 4_000, done: 1_000 });
    live.starts(runOf(lane, 20));
    vi.advanceTimersByTime(500);
    lane.end([{ stream: "orders", problem: undefined }]);
    live.laneEnds(lane);
    vi.advanceTimersByTime(500);
    live.stop();
    const shown = "(orders: 1,000 of 4,000 rows (2)";
    expect(told).toEqual([shown, shown, "()"]);
  });
});
