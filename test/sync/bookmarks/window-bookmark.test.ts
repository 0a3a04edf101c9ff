import { describe, expect, it } from "vitest";
import { UserInputError } from "../../../src/shared/errors.ts";
import { State } from "../../../src/singer/state.ts";
import { readWindowBookmark, windowBookmark } from "../../../src/sync/bookmarks/window-bookmark.ts";

const source = { timestamp: "timestamp" };
const EVER = Number.NEGATIVE_INFINITY;
const START = Date.parse("2026-01-01T00:00:00Z");
const LATEST = "2026-08-20T07:12:32.999000Z";

const counted = [
  { before: START + 1_000, rows: 3 },
  { before: START + 2_000, rows: 5 },
];
const progress = { next: "2026-08-20T08:00:00.000Z", latest: LATEST };

const read = (bookmark: object, since = EVER) =>
  readWindowBookmark("events", source, since, {
    state: State.parse(JSON.stringify({ bookmarks: { events: bookmark } }), "state.json"),
  });

describe("the bookmark of a stream that is read by time", () => {
  it.each([EVER, START])("comes back as it was written, counted since %d", (since) => {
    const known = { value: LATEST, progress, counted };
    expect(read(windowBookmark(source, since, known), since)).toEqual(known);
  });

  it("is empty before the first run", () => {
    expect(read({})).toEqual({ value: undefined, progress: undefined, counted: [] });
  });

  it("does not take a value of another column for one of its own", () => {
    const other = { replication_key: "created_at", replication_key_value: LATEST };
    expect(read(other).value).toBeUndefined();
    // Written by hand, or by another tap.
    expect(read({ replication_key_value: LATEST }).value).toBe(LATEST);
  });

  it("counts only from where it was counted, and only up to the value that it was counted for", () => {
    const written = windowBookmark(source, START, { value: LATEST, progress: undefined, counted });
    expect(read(written, START).counted).toEqual(counted);
    expect(read(written, START + 1).counted).toEqual([]);
    expect(read(written, EVER).counted).toEqual([]);
    const byHand = { ...written, replication_key_value: "2026-08-19T00:00:00Z" };
    expect(read(byHand, START).counted).toEqual([]);
  });

  it("has no counts where there are none", () => {
    expect(
      windowBookmark(source, EVER, { value: LATEST, progress: undefined, counted: [] }),
    ).toEqual({
      replication_key: "timestamp",
      replication_key_value: LATEST,
      progress: undefined,
      counted: undefined,
    });
  });

  it.each([
    { replication_key_value: "yesterday" },
    { replication_key_value: "9999-12-31T23:59:59-01:00" },
    { progress: { latest: LATEST } },
    { counted: { before: [[LATEST, -1]] } },
  ])("is refused when it is none of ours: %j", (bookmark) => {
    expect(() => read(bookmark)).toThrow(UserInputError);
  });
});
