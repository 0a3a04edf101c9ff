import { describe, expect, it } from "vitest";
import { Census } from "../../../src/sync/sweep/census.ts";
import { rowsFrom } from "../rows.ts";

const rows = rowsFrom([{ id: "a" }, { id: "b" }, { id: "c" }, { name: "no id" }]);
const [a, b, c, keyless] = [0, 1, 2, 3];

/** A census of these rows, each seen in a pass with an age. */
function censusOf(...seen: readonly (readonly [row: number, pass: number, age: number])[]) {
  const census = new Census();
  for (const [row, pass, age] of seen) census.add(["id"], rows, row, pass, age);
  return census;
}

describe("a census", () => {
  it("tells which rows it has not seen before, and which have no key", () => {
    const census = new Census();
    const add = (row: number, pass: number) => census.add(["id"], rows, row, pass, 0);
    expect([add(a, 0), add(b, 0), add(a, 0), add(a, 1), add(keyless, 1)]).toEqual([
      true,
      true,
      false,
      false,
      undefined,
    ]);
  });

  it("counts each row once, by the pass that saw it last", () => {
    const census = censusOf([a, 0, 0], [b, 0, 0], [a, 0, 0], [a, 1, 0], [c, 2, 0]);
    expect([0, 1, 2, 3].map((pass) => census.seenSince(pass))).toEqual([3, 2, 1, 0]);
  });

  it("tells apart how many passes had begun before there was a row", () => {
    const census = censusOf([a, 0, 0], [b, 1, 1], [c, 2, 2]);
    expect([0, 1, 2].map((age) => census.seenSince(0, age))).toEqual([1, 2, 3]);
    expect([0, 1, 2].map((age) => census.seenSince(1, age))).toEqual([0, 1, 2]);
  });

  it("forgets neither the last pass nor the highest age", () => {
    const census = censusOf([a, 15, 15], [b, 15, 0]);
    expect([census.seenSince(15), census.seenSince(15, 14)]).toEqual([2, 1]);
  });
});
