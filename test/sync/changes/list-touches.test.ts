import { describe, expect, it } from "vitest";
import { UserInputError } from "../../../src/shared/errors.ts";
import { State } from "../../../src/singer/state.ts";
import { FEED_BOOKMARK } from "../../../src/sync/bookmarks/feed-bookmark.ts";
import { Hints } from "../../../src/sync/changes/hints.ts";
import { ListTouches } from "../../../src/sync/changes/list-touches.ts";

const T = Date.parse("2026-08-01T12:00:00Z");
const HOUR = 3_600_000;

const idOf = (number: number) =>
  `${number.toString(16).padStart(8, "0")}-0000-4000-8000-${"a".repeat(12)}`;

function stateWith(bookmark: object): State {
  return State.parse(JSON.stringify({ bookmarks: { [FEED_BOOKMARK]: bookmark } }), "state.json");
}

const none = ListTouches.read({ state: State.empty() });

/** What lists have told in one run: `[1, "orders.come"]` has touched the customer of that number. */
function told(...touches: (readonly [customer: number, by: string])[]): Hints {
  const hints = new Hints();
  for (const [customer, by] of touches) hints.touch(idOf(customer), by);
  return hints;
}

/** So many touches. */
const many = (count: number, first = 0) =>
  told(...Array.from({ length: count }, (_, at) => [first + at, "orders.come"] as const));

/** What a later run reads of these, if the least known list is known up to a moment. */
function kept(touches: ListTouches, leastKnown = T - HOUR): ListTouches {
  const state = stateWith({});
  state.setBookmark(FEED_BOOKMARK, touches.fieldsFor(leastKnown));
  return ListTouches.read({ state: State.parse(state.toJson(), "state.json") });
}

/** All of them, each with the hours after T since when lists know of it. */
function touchesOf(touches: ListTouches) {
  const hints = new Hints();
  touches.tell(hints);
  return [...hints.customers].flatMap(([id, by]) =>
    [...by].map(([what, since]) => [id, what, (since - T) / HOUR]),
  );
}

describe("what lists have told", () => {
  it("is kept by what has told it, with its moment", () => {
    const touches = none
      .with(T, told([1, "orders.come"], [2, "orders.come"], [1, "subscriptions"]))
      .with(T + HOUR, told([3, "orders"]));
    expect(touchesOf(kept(touches)).toSorted()).toEqual([
      [idOf(1), "orders.come", 0],
      [idOf(1), "subscriptions", 0],
      [idOf(2), "orders.come", 0],
      [idOf(3), "orders", 1],
    ]);
  });

  it("is kept no longer than until all lists are known up to then", () => {
    const touches = none.with(T, told([1, "orders"])).with(T + HOUR, told([2, "orders"]));
    const [first, second] = [
      [idOf(1), "orders", 0],
      [idOf(2), "orders", 1],
    ];
    expect(touchesOf(kept(touches, T - 1))).toEqual([first, second]);
    expect(touchesOf(kept(touches, T))).toEqual([second]);
    expect(touches.fieldsFor(T + HOUR)).toEqual({});
  });

  it("adds nothing to the state where nothing was told", () => {
    expect(none.with(T, told()).fieldsFor(T - HOUR)).toEqual({});
  });

  it("is kept up to a thousand touches; the oldest are forgotten, and that is known", () => {
    const full = none.with(T, many(1)).with(T + HOUR, many(999, 1));
    expect(touchesOf(kept(full))).toHaveLength(1_000);
    expect(kept(full).lacksFor(T - HOUR)).toBe(false);

    const over = kept(full.with(T + 2 * HOUR, many(1, 1_000)));
    expect(touchesOf(over)).toHaveLength(1_000);
    expect(over.lacksFor(T - 1)).toBe(true);
    expect(over.lacksFor(T)).toBe(false);
    expect(kept(over).lacksFor(T - 1)).toBe(true);
    expect(kept(over, T).lacksFor(T - 1)).toBe(false);
  });

  it("by one run alone is not kept if it is too much", () => {
    const touches = kept(none.with(T, told([1, "orders"])).with(T + HOUR, many(1_001)));
    expect(touchesOf(touches)).toEqual([]);
    expect([T, T + HOUR].map((known) => touches.lacksFor(known))).toEqual([true, false]);
  });

  it("of customers whose ids are no UUIDs counts as forgotten", () => {
    const hints = told([1, "orders"]);
    hints.touch("cus_1", "orders");
    const touches = kept(none.with(T, told([2, "orders"])).with(T + HOUR, hints));
    expect(touchesOf(touches)).toEqual([]);
    expect([T, T + HOUR].map((known) => touches.lacksFor(known))).toEqual([true, false]);
  });

  it("is read from a state of an earlier version as nothing, and from a broken one not at all", () => {
    expect(touchesOf(ListTouches.read({ state: stateWith({ sources: {} }) }))).toEqual([]);
    const broken = { touched: [{ at: "yesterday", by: {} }] };
    expect(() => ListTouches.read({ state: stateWith(broken) })).toThrow(UserInputError);
  });
});
