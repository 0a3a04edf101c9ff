import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MILLISECONDS, dayText } from "../../../src/sync/kinds/calendar.ts";
import { TimeZone } from "../../../src/sync/kinds/time-zone.ts";

const zones = Intl.supportedValuesOf("timeZone").map((name) => new TimeZone(name));
const day = fc
  .date({ min: new Date("2023-01-01"), max: new Date("2037-12-31"), noInvalidDate: true })
  .map((date) => Math.floor(date.getTime() / DAY_MILLISECONDS) * DAY_MILLISECONDS);

describe("a day in a time zone", () => {
  it("begins at the first instant of which the zone says that it is this day", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), day, (zone, one) => {
        const start = zone.startOf(one);
        expect(zone.dayOf(start)).toBe(one);
        expect(zone.dayOf(start - 1)).toBe(one - DAY_MILLISECONDS);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ["UTC", "2026-08-01", "2026-08-01T00:00:00.000Z"],
    ["Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z"],
    ["Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00.000Z"],
    ["Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00.000Z"],
    ["Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00.000Z"],
    ["Asia/Kathmandu", "2026-08-01", "2026-07-31T18:15:00.000Z"],
    // Clocks are put forward at midnight, and back at the midnight of the day before.
    ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00.000Z"],
    ["Africa/Cairo", "2026-10-30", "2026-10-29T22:00:00.000Z"],
    ["Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00.000Z"],
  ])("in %s %s begins at %s", (name, text, start) => {
    const zone = new TimeZone(name);
    expect(new Date(zone.startOf(Date.parse(text))).toISOString()).toBe(start);
    expect(dayText(zone.dayOf(Date.parse(start)))).toBe(text);
  });
});
