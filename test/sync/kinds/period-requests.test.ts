import { describe, expect, it } from "vitest";
import type { Context } from "../../../src/sync/contract/context.ts";
import { dayText } from "../../../src/sync/kinds/calendar.ts";
import { periodsOf, questionsOf } from "../../../src/sync/kinds/period-requests.ts";
import { TimeZone } from "../../../src/sync/kinds/time-zone.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextWith, plainSettings } from "../contexts.ts";
import { taskOf } from "../syncs.ts";

/** InstantClock stands on the first of August 2026, a quarter past twelve in UTC. */
const today = "2026-08-01";

function taskWith(
  name: "metrics" | "meter_quantities",
  settings: Partial<Context["settings"]>,
  position: string | undefined,
) {
  const stream = streamNamed(name);
  const { source } = stream;
  if (source.kind !== "periods") throw new Error(`${name} has no periods`);
  const bookmark = new Map(position === undefined ? [] : [["one", position]]);
  const context = contextWith({ settings: { ...plainSettings, ...settings } });
  return taskOf(stream, source, bookmark, context);
}

/** From the first day that is asked for to the last. */
function daysAsked(settings: Partial<Context["settings"]>, position?: string) {
  const task = taskWith("meter_quantities", settings, position);
  const zone = new TimeZone(settings.metricsTimezone ?? "UTC");
  const ranges = questionsOf(task, "one", zone).map(({ range }) => range);
  for (const [index, { first }] of ranges.entries()) {
    const before = ranges[index - 1];
    if (before) expect(dayText(first - 86_400_000)).toBe(dayText(before.last));
  }
  return [ranges.at(0)?.first, ranges.at(-1)?.last].map((day) => dayText(day ?? Number.NaN));
}

const tokyo = { metricsTimezone: "Asia/Tokyo" };
const late = "2026-07-31T15:00:00.000Z";

describe("the days to ask for", () => {
  it.each([
    ["all there are", {}, undefined, "2023-01-01"],
    [
      "those from the start date on",
      { startDate: "2026-03-04T05:06:07Z" },
      undefined,
      "2026-03-04",
    ],
    [
      "no earlier than the API likes",
      { startDate: "2020-01-01T00:00:00Z" },
      undefined,
      "2023-01-01",
    ],
    ["those from the look-back before the position on", {}, "2026-07-30T00:00:00Z", "2026-05-01"],
    ["the same, as set", { metricsLookbackDays: 2 }, "2026-07-30T00:00:00Z", "2026-07-28"],
    [
      "those from the start date on, though the look-back is longer",
      { startDate: "2026-07-01T00:00:00Z" },
      "2026-07-30T00:00:00Z",
      "2026-07-01",
    ],
    ["those that the zone has at the position", { ...tokyo, metricsLookbackDays: 0 }, late, today],
    [
      "that of a position to come alone",
      { metricsLookbackDays: 0 },
      "2026-09-01T00:00:00Z",
      "2026-09-01",
    ],
  ])("are %s", (_, settings, position, first) => {
    const last = first > today ? first : today;
    expect(daysAsked(settings, position)).toEqual([first, last]);
  });

  it("begin with a period: of weeks with its Monday, but not before the earliest day", () => {
    const weeks = { metricsInterval: "week", startDate: "2026-07-30T00:00:00Z" } as const;
    const firstOf = (settings: Partial<Context["settings"]>) => {
      const task = taskWith("metrics", settings, undefined);
      return dayText(questionsOf(task, "one", new TimeZone("UTC"))[0]?.range.first ?? Number.NaN);
    };
    expect(firstOf(weeks)).toBe("2026-07-27");
    // The first of January 2023 is a Sunday.
    expect(firstOf({ metricsInterval: "week" })).toBe("2023-01-01");
  });
});

it("the interval is the user's, unless it is fixed", () => {
  const settings = { metricsInterval: "hour", metricsTimezone: "Asia/Tokyo" } as const;
  const of = (name: "metrics" | "meter_quantities") => {
    const { source, lane } = taskWith(name, settings, undefined);
    return periodsOf(source, lane);
  };
  expect(of("metrics")).toEqual({ interval: "hour", timezone: "Asia/Tokyo" });
  expect(of("meter_quantities")).toEqual({ interval: "day", timezone: "Asia/Tokyo" });
});
