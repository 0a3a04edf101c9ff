import { describe, expect, it } from "vitest";
import { areDifferent, sortKeysOf } from "../../../src/sync/sweep/sort-keys.ts";
import { rowsFrom } from "../rows.ts";

const rows = rowsFrom([
  { id: "a", created_at: "2026-08-01T12:00:00Z", amount: 5, customer: { id: "c" }, tags: [] },
]);

describe("the sort keys of a row", () => {
  it("are the texts of its values, in whichever direction the list is sorted", () => {
    expect(sortKeysOf(rows, 0, ["created_at", "-amount"])).toEqual(['"2026-08-01T12:00:00Z"', "5"]);
  });

  it("are unknown where the row shows none, or something else by that name", () => {
    expect(sortKeysOf(rows, 0, ["status", "customer", "-tags"])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("rows are certainly not tied", () => {
  it.each([
    ["when any key differs", ["1", "a"], ["1", "b"], true],
    ["but not when all keys are equal", ["1", "a"], ["1", "a"], false],
    ["but not when one of them does not show the key that differs", ["1"], [undefined], false],
    ["when one key is unknown and another differs", [undefined, "a"], ["1", "b"], true],
    ["but not when a row is missing", ["1"], undefined, false],
    ["but not in a list without an order", [], [], false],
  ])("%s", (_, one, other, isSo) => {
    expect(areDifferent(one, other)).toBe(isSo);
    expect(areDifferent(other, one)).toBe(isSo);
  });
});
