import { describe, expect, it } from "vitest";
import { UserInputError } from "../../../src/shared/errors.ts";
import { State } from "../../../src/singer/state.ts";
import {
  childBookmark,
  parentsAtFields,
  readChildBookmark,
} from "../../../src/sync/bookmarks/child-bookmark.ts";

const MOMENT = Date.parse("2026-08-01T12:00:00Z");
const one = { stream: "customers", id: "one" };
const other = { stream: "customers", id: "other" };

/** What the next run reads. */
const read = (state: State) =>
  readChildBookmark("children", { state: State.parse(state.toJson(), "state.json") });

describe("the bookmark of a stream that is read parent by parent", () => {
  it("comes back as it was written", () => {
    const state = State.empty();
    state.setBookmark("children", childBookmark(7, one, [other]));
    state.setBookmark("children", parentsAtFields(new Map([["customers", MOMENT]])));
    expect(read(state)).toEqual({
      version: 7,
      after: one,
      failed: [other],
      parentsAt: new Map([["customers", MOMENT]]),
    });
  });

  it("forgets the parents that have been read since", () => {
    const state = State.empty();
    state.setBookmark("children", childBookmark(7, one, [other]));
    state.setBookmark("children", parentsAtFields(new Map([["customers", MOMENT]])));
    state.setBookmark("children", childBookmark(8, undefined, []));
    state.setBookmark("children", parentsAtFields(new Map()));
    expect(read(state)).toEqual({
      version: 8,
      after: undefined,
      failed: [],
      parentsAt: new Map(),
    });
    expect(state.toJson()).not.toContain("parents_at");
  });

  it("keeps where the parents stood while a sync is under way", () => {
    const state = State.empty();
    state.setBookmark("children", parentsAtFields(new Map([["customers", MOMENT]])));
    state.setBookmark("children", childBookmark(7, one, []));
    expect(read(state).parentsAt).toEqual(new Map([["customers", MOMENT]]));
  });

  it.each([
    { after: "one" },
    { failed: [{ stream: "customers" }] },
    { parents_at: { customers: "yesterday" } },
  ])("is refused when it is none of ours: %j", (bookmark) => {
    const text = JSON.stringify({ bookmarks: { children: bookmark } });
    const state = State.parse(text, "state.json");
    expect(() => readChildBookmark("children", { state })).toThrow(UserInputError);
  });
});
