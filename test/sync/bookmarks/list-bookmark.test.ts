import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserInputError } from "../../../src/shared/errors.ts";
import { State } from "../../../src/singer/state.ts";
import {
  groundFields,
  leastKnownUntil,
  readGround,
} from "../../../src/sync/bookmarks/list-bookmark.ts";

const moment = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });
const ground = fc.record({
  newest: fc.option(fc.constant("2026-08-20T07:12:32.999000Z"), { nil: undefined }),
  sweptAt: moment,
  caughtUpAt: moment,
  count: fc.nat(),
  recent: fc.option(fc.base64String(), { nil: undefined }),
  open: fc.option(fc.base64String(), { nil: undefined }),
  unreadable: fc.nat(),
  rowsPerCustomer: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
});

const stateOf = (bookmark: object) =>
  State.parse(JSON.stringify({ bookmarks: { orders: bookmark } }), "state.json");

describe("the bookmark of a list that is caught up", () => {
  it("comes back as it was written, and keeps that of its sweeps", () => {
    fc.assert(
      fc.property(ground, (known) => {
        const state = stateOf({ version: 7 });
        state.setBookmark("orders", groundFields("created_at", known));
        const next = State.parse(state.toJson(), "state.json");
        const { rowsPerCustomer, ...others } = known;
        expect(readGround("orders", "created_at", { state: next })).toMatchObject(others);
        expect(next.bookmark("orders")).toMatchObject({ version: 7, format: 1 });
      }),
    );
  });

  it.each<[string, object]>([
    ["was never swept", {}],
    ["was swept by an earlier version", { version: 1_780_000_000, format: 1 }],
    [
      "was counted by nobody",
      {
        replication_key: "created_at",
        swept_at: "2026-08-20T12:00:00Z",
        caught_up_at: "2026-08-20T12:00:00Z",
      },
    ],
    [
      "goes by another time",
      {
        replication_key: "started_at",
        swept_at: "2026-08-20T12:00:00Z",
        caught_up_at: "2026-08-20T12:00:00Z",
        count: 1,
      },
    ],
  ])("says nothing of a list that %s", (_, bookmark) => {
    const state = stateOf(bookmark);
    expect(readGround("orders", "created_at", { state })).toBeUndefined();
  });

  it("keeps how many rows a customer has to a hundredth", () => {
    const known = { sweptAt: 0, caughtUpAt: 0, count: 1, unreadable: 0, rowsPerCustomer: 5.104 };
    const none = { newest: undefined, recent: undefined, open: undefined };
    const state = stateOf(groundFields("created_at", { ...none, ...known }));
    expect(readGround("orders", "created_at", { state })?.rowsPerCustomer).toBe(5.1);
  });

  it("is refused when it is none of ours", () => {
    const state = stateOf({ swept_at: "yesterday" });
    expect(() => readGround("orders", "created_at", { state })).toThrow(UserInputError);
  });
});

describe("the least known of all lists", () => {
  const at = (hours: number) => new Date(Date.UTC(2026, 7, 1, hours)).toISOString();
  const until = (bookmarks: object, sweepIsDueBefore = 0) => {
    const state = State.parse(JSON.stringify({ bookmarks }), "state.json");
    return leastKnownUntil({ state }, Date.parse(at(sweepIsDueBefore)));
  };
  const known = (hours: number) => ({ swept_at: at(3), caught_up_at: at(hours) });

  it("is known up to the earliest moment up to which one is", () => {
    expect(until({ orders: known(6), refunds: known(5), customers: known(7) })).toBe(
      Date.parse(at(5)),
    );
  });

  it("is one whose sweep was interrupted, from its beginning on", () => {
    const interrupted = { interrupted: { begun_at: at(4) } };
    expect(until({ orders: known(6), refunds: interrupted })).toBe(Date.parse(at(4)));
    expect(until({ orders: known(6), refunds: { ...known(7), ...interrupted } })).toBe(
      Date.parse(at(4)),
    );
    const longAgo = { interrupted: { begun_at: at(2) } };
    expect(until({ orders: known(6), refunds: longAgo }, 2)).toBe(Date.parse(at(6)));
  });

  it("is none whose full sweep is due: that hears everything", () => {
    const due = { swept_at: at(2), caught_up_at: at(5) };
    expect(until({ orders: known(6), refunds: due }, 2)).toBe(Date.parse(at(6)));
    expect(until({ orders: known(6), refunds: due }, 1.99)).toBe(Date.parse(at(5)));
  });

  it("is nothing that is no list", () => {
    const events = { replication_key: "timestamp", replication_key_value: at(1) };
    expect(until({ orders: known(6), events, other: { caught_up_at: 7 } })).toBe(Date.parse(at(6)));
    expect(until({})).toBe(Number.POSITIVE_INFINITY);
  });
});
