import { expect, it } from "vitest";
import { nextVersion } from "../../../src/sync/bookmarks/table-version.ts";
import { InstantClock } from "../../polar/clocks.ts";

const clock = new InstantClock("2026-08-01T12:00:00Z");
const now = Math.floor(clock.now() / 1_000);

it.each([
  ["the time in seconds, at first", [], now],
  ["the time in seconds, after older ones", [now - 1, undefined, 7], now],
  ["greater than one of this very second", [now], now + 1],
  ["greater than every one, though the clock went back", [now + 90, 3, now + 100], now + 101],
])("a new version is %s", (_, versions, next) => {
  const bookmarks = versions.map((version) => ({ version }));
  expect(nextVersion(bookmarks, { clock })).toBe(next);
});
