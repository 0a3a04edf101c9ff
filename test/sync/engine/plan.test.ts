import { describe, expect, it } from "vitest";
import { UserInputError } from "../../../src/shared/errors.ts";
import { State } from "../../../src/singer/state.ts";
import { streams } from "../../../src/streams/index.ts";
import { planLanes } from "../../../src/sync/engine/plan.ts";
import { contextWith, select } from "../contexts.ts";

const named = (names: readonly string[]) =>
  streams.filter(({ name }) => names.includes(name)).map((stream) => select(stream));

const lanesOf = (names: readonly string[], state = State.empty()) =>
  planLanes(streams, named(names), contextWith({ state })).map((plan) => plan.streams);

describe("the plan", () => {
  it("has one lane for a list and for what stands inside of its rows", () => {
    expect(lanesOf(["products", "product_prices", "product_benefits"])).toEqual([
      ["products", "product_prices", "product_benefits"],
    ]);
  });

  it("reads a list for what stands inside of its rows alone", () => {
    expect(lanesOf(["order_items"])).toEqual([["order_items"]]);
  });

  it("brings every selected stream in exactly one lane, lists first", () => {
    const all = streams.map(({ name }) => name);
    const lanes = lanesOf(all);
    expect(lanes.flat().toSorted()).toEqual(all.toSorted());
    const kinds = lanes.map(([first]) => streams.find(({ name }) => name === first)?.source.kind);
    const others = kinds.findIndex((kind) => kind !== "list");
    expect(kinds.slice(others)).not.toContain("list");
  });

  it("is empty where nothing is selected", () => {
    expect(lanesOf([])).toEqual([]);
  });

  it("asks nothing of the API before a lane is opened", () => {
    const context = contextWith();
    planLanes(streams, named(streams.map(({ name }) => name)), context);
    expect(context.logged).toEqual([]);
  });
});

describe("a bookmark that is nonsense", () => {
  const withBookmark = (stream: string, bookmark: unknown) =>
    State.parse(JSON.stringify({ bookmarks: { [stream]: bookmark } }), "state.json");
  const lists = streams.filter(({ source }) => source.kind === "list" || source.kind === "nested");

  it.each(lists.map(({ name }) => name))("of %s is a mistake that names its path", (name) => {
    const plan = () => lanesOf([name], withBookmark(name, { version: "soon" }));
    expect(plan).toThrow(UserInputError);
    expect(plan).toThrow(`state.json: bookmarks.${name}.version: `);
  });

  it("of a stream that is not selected does no harm", () => {
    expect(lanesOf(["orders"], withBookmark("customers", { version: "soon" }))).toEqual([
      ["orders"],
    ]);
  });

  it("is not one that only holds what we do not know", () => {
    expect(lanesOf(["orders"], withBookmark("orders", { theirs: [1] }))).toEqual([["orders"]]);
  });
});
