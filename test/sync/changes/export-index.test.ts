import { describe, expect, it } from "vitest";
import { State } from "../../../src/singer/state.ts";
import { cut } from "../../../src/sync/changes/export-buckets.ts";
import { indexFields, keeperOf, readIndex } from "../../../src/sync/changes/export-index.ts";
import { streamNamed } from "../../support/organization.ts";
import { select } from "../contexts.ts";
import { laneFor, orderMember, SWEPT } from "./export-api.ts";
import { rowsOf } from "./exported-rows.ts";

const api = { url: "http://127.0.0.1:1" };
const index = () => ({
  columns: "1x2y",
  until: SWEPT,
  next: SWEPT - 3_600_000,
  buckets: cut(rowsOf(Array.from({ length: 250 }, (_, at) => at * 1_000)), SWEPT - 120_000),
});

const read = (state: State) => {
  const lane = laneFor(api, { state: State.parse(state.toJson(), "state.json") });
  return readIndex(orderMember(lane), lane);
};

describe("what is known of an export", () => {
  it("comes back as it was written, beside what else the bookmark has", () => {
    const state = State.parse('{"bookmarks":{"orders":{"count":250}}}', "state.json");
    state.setBookmark("orders", indexFields(index()));
    expect(read(state)).toEqual(index());
    expect(state.bookmark("orders")).toMatchObject({ count: 250 });
  });

  it("is forgotten where it is known no more", () => {
    const state = State.empty();
    state.setBookmark("orders", indexFields(index()));
    state.setBookmark("orders", indexFields(undefined));
    expect(read(state)).toBeUndefined();
    expect(state.bookmark("orders")).not.toHaveProperty("export_index");
  });

  it.each([{}, { export_index: "none of ours" }, { export_index: { columns: "1x2y" } }])(
    "is nothing in %j",
    (bookmark) => {
      const text = JSON.stringify({ bookmarks: { orders: bookmark } });
      expect(read(State.parse(text, "state.json"))).toBeUndefined();
    },
  );

  it("is kept by the first of the streams that come with the list", () => {
    const { task } = orderMember(laneFor(api));
    expect(keeperOf({ task })).toBe("orders");
    const members = [select(streamNamed("order_items"))];
    expect(keeperOf({ task: { ...task, members } })).toBe("order_items");
  });
});
