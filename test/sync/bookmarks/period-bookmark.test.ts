import { describe, expect, it } from "vitest";
import { UserInputError } from "../../../src/shared/errors.ts";
import { State } from "../../../src/singer/state.ts";
import { periodBookmark, readPeriodBookmark } from "../../../src/sync/bookmarks/period-bookmark.ts";

const DAYS = { interval: "day", timezone: "Europe/Berlin" };
const positions = new Map([
  ["m1", "2026-08-20T22:00:00.000Z"],
  ["m2", "2026-08-21T22:00:00.000Z"],
]);

const stateOf = (bookmark: object) =>
  State.parse(JSON.stringify({ bookmarks: { figures: bookmark } }), "state.json");

describe("the bookmark of figures per period", () => {
  const written = periodBookmark("meter_id", DAYS, positions);

  it("comes back as it was written", () => {
    const context = { state: stateOf(written) };
    expect(readPeriodBookmark("figures", "meter_id", DAYS, context)).toEqual(positions);
  });

  it.each([
    ["other periods", "meter_id", { ...DAYS, interval: "hour" }],
    ["another time zone", "meter_id", { ...DAYS, timezone: "UTC" }],
    ["parents of another kind", "organization_id", DAYS],
  ])("says nothing of %s", (_, column, periods) => {
    const context = { state: stateOf(written) };
    expect(readPeriodBookmark("figures", column, periods, context).size).toBe(0);
  });

  it("says nothing of single parents as older versions wrote it, and is then written anew", () => {
    const older = { replication_key: "timestamp", replication_key_value: "2026-08-01T00:00:00Z" };
    const state = stateOf({ ...DAYS, ...older });
    expect(readPeriodBookmark("figures", "meter_id", DAYS, { state }).size).toBe(0);
    state.setBookmark("figures", written);
    expect(Object.keys(state.bookmark("figures") ?? {}).sort()).toEqual([
      "format",
      "interval",
      "partitions",
      "timezone",
    ]);
  });

  it("is refused when it is none of ours", () => {
    const state = stateOf({ partitions: [{ context: { meter_id: "m1" } }] });
    const read = () => readPeriodBookmark("figures", "meter_id", DAYS, { state });
    expect(read).toThrow(UserInputError);
  });
});
