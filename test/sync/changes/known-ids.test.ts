import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KnownIds } from "../../../src/sync/changes/known-ids.ts";

const known = (ids: readonly string[]) => {
  const all = new KnownIds();
  for (const id of ids) all.add(id);
  return all;
};

describe("known ids", () => {
  it("are the same after they went through a bookmark", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 50 }), (ids) => {
        const read = KnownIds.of(known(ids).text ?? "");
        expect(ids.every((id) => read.has(id))).toBe(true);
        expect(read.size).toBe(known(ids).size);
      }),
    );
  });

  it("do not take other ids for theirs", () => {
    const ids = Array.from({ length: 2_000 }, (_, at) => `row-${at}`);
    const others = Array.from({ length: 2_000 }, (_, at) => `other-${at}`);
    expect(others.filter((id) => known(ids).has(id))).toEqual([]);
    expect(known(ids).size).toBe(2_000);
  });

  it("take six bytes each at the most, and are given up when there are too many", () => {
    const ids = Array.from({ length: 2_001 }, (_, at) => `row-${at}`);
    expect(known(ids.slice(1)).text?.length).toBeLessThan(12_000);
    expect(known(ids).text).toBeUndefined();
  });

  it("are none where the text is none of theirs", () => {
    expect(KnownIds.of("%%%").size).toBe(0);
  });
});
