import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserInputError } from "../../../src/shared/errors.ts";
import { State } from "../../../src/singer/state.ts";
import {
  readSweepBookmark,
  sweepBookmark,
  type Walk,
} from "../../../src/sync/bookmarks/sweep-bookmark.ts";

const WALK: Walk = { order: ["created_at", "-email"], pageSize: 100 };

const position = fc.record({
  page: fc.integer({ min: 2, max: 1_000_000 }),
  rows: fc.nat(),
  count: fc.nat(),
  most: fc.nat(),
  newest: fc.string(),
  settled: fc.record({ time: fc.string(), rows: fc.nat() }),
  unreadable: fc.uniqueArray(fc.nat(), { maxLength: 3 }),
  digest: fc.string(),
});

/** What the next run reads of a state that this one has written. */
const next = (state: State) => State.parse(state.toJson(), "state.json");

describe("the bookmark of a sweep", () => {
  it("comes back as it was written, and keeps what others have put beside it", () => {
    fc.assert(
      fc.property(fc.nat(), position, (version, at) => {
        const state = State.parse('{"bookmarks":{"orders":{"theirs":1.10}}}', "state.json");
        state.setBookmark("orders", sweepBookmark(version, WALK, at));
        const context = { state: next(state) };
        expect(readSweepBookmark("orders", WALK, context)).toEqual({
          version,
          position: expect.objectContaining(at),
        });
        expect(context.state.toJson()).toContain('"theirs":1.10');
      }),
    );
  });

  it("has no position any more when the sweep is over, but still its version", () => {
    fc.assert(
      fc.property(fc.nat(), position, (version, at) => {
        const state = State.empty();
        state.setBookmark("orders", sweepBookmark(version, WALK, at));
        state.setBookmark("orders", sweepBookmark(version, WALK, undefined));
        expect(readSweepBookmark("orders", WALK, { state: next(state) })).toEqual({
          version,
          position: undefined,
        });
      }),
    );
  });

  it.each<[string, Walk]>([
    ["another page size", { ...WALK, pageSize: 99 }],
    ["another order", { ...WALK, order: ["created_at", "email"] }],
    ["fewer keys", { ...WALK, order: ["created_at"] }],
    ["no order", { ...WALK, order: [] }],
  ])("has no position for a walk with %s", (_, walk) => {
    const state = State.empty();
    const at = { page: 2, rows: 100, count: 200, most: 200, unreadable: [], digest: "x" };
    state.setBookmark("orders", sweepBookmark(7, WALK, at));
    expect(readSweepBookmark("orders", WALK, { state }).position).toMatchObject(at);
    expect(readSweepBookmark("orders", walk, { state })).toEqual({
      version: 7,
      position: undefined,
    });
  });

  it("is empty before the first run, and without a position where there is no version", () => {
    const nothing = { version: undefined, position: undefined };
    expect(readSweepBookmark("orders", WALK, { state: State.empty() })).toEqual(nothing);
    const { version: _, ...rest } = sweepBookmark(1, WALK, {
      page: 2,
      rows: 1,
      count: 2,
      most: 2,
      unreadable: [],
      digest: "",
    });
    const state = State.empty();
    state.setBookmark("orders", rest);
    expect(readSweepBookmark("orders", WALK, { state })).toEqual(nothing);
  });

  it("has no position where an early version did not write what was counted", () => {
    const sweep = { page: 2, page_size: 100, order: WALK.order, rows: 100, digest: "x" };
    const bookmarks = { orders: { version: 7, sweep } };
    const state = State.parse(JSON.stringify({ bookmarks }), "state.json");
    expect(readSweepBookmark("orders", WALK, { state }).position).toBeUndefined();
  });

  const sweep = {
    ...{ page: 2, page_size: 100, order: ["created_at"], rows: 100, digest: "x" },
    ...{ count: 200, most: 200 },
  };
  it.each([
    ["version", { version: "soon" }],
    ["version", { version: -1 }],
    ["version", { version: 1.5 }],
    ["sweep", { version: 1, sweep: 3 }],
    ["sweep", { version: 1, sweep: [] }],
    ["sweep.page", { version: 1, sweep: { ...sweep, page: 1 } }],
    ["sweep.page", { version: 1, sweep: { ...sweep, page: "2" } }],
    ["sweep.page_size", { version: 1, sweep: { ...sweep, page_size: 0 } }],
    ["sweep.order.0", { version: 1, sweep: { ...sweep, order: [1] } }],
    ["sweep.rows", { version: 1, sweep: { ...sweep, rows: -1 } }],
    ["sweep.count", { version: 1, sweep: { ...sweep, count: 1.5 } }],
    ["sweep.most", { version: 1, sweep: { ...sweep, most: "2" } }],
    ["sweep.newest", { version: 1, sweep: { ...sweep, newest: 3 } }],
    ["sweep.digest", { version: 1, sweep: { ...sweep, digest: undefined } }],
  ])("is refused by its path, %s, when it is nonsense: %j", (path, bookmark) => {
    const state = State.parse(JSON.stringify({ bookmarks: { orders: bookmark } }), "state.json");
    const read = () => readSweepBookmark("orders", WALK, { state });
    expect(read).toThrow(UserInputError);
    expect(read).toThrow(`state.json: bookmarks.orders.${path}: `);
  });

  it("is refused with all its mistakes at once", () => {
    const bookmark = { version: "x", sweep: { ...sweep, page: 0, rows: "y" } };
    const state = State.parse(JSON.stringify({ bookmarks: { orders: bookmark } }), "state.json");
    try {
      readSweepBookmark("orders", WALK, { state });
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof UserInputError)) throw error;
      expect(error.mistakes.length).toBe(3);
    }
  });
});
