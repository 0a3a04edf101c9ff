import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowDigest } from "../../../src/sync/sweep/row-digest.ts";
import { rowsFrom } from "../rows.ts";

function digestOf(objects: readonly object[], primaryKey: readonly string[] = ["id"]): string {
  const rows = rowsFrom(objects);
  const digest = new RowDigest();
  for (let row = 0; row < rows.count; row++) digest.add(primaryKey, rows, row);
  return digest.text;
}

const ids = fc.uniqueArray(fc.oneof(fc.uuid(), fc.string(), fc.integer()), { maxLength: 100 });

describe("RowDigest", () => {
  it("is the same for the same keys in any order, whatever else the rows hold", () => {
    fc.assert(
      fc.property(
        ids.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        fc.string(),
        ([list, shuffled], other) => {
          const changed = shuffled.map((id) => ({ name: other, id, more: [other] }));
          expect(digestOf(changed)).toBe(digestOf(list.map((id) => ({ id }))));
        },
      ),
    );
  });

  it("differs when one key differs, is missing or stands there twice", () => {
    fc.assert(
      fc.property(
        ids.filter(({ length }) => length > 0),
        fc.nat(),
        fc.uuid(),
        (list, at, other) => {
          fc.pre(!list.includes(other));
          const rows = list.map((id) => ({ id }));
          const index = at % rows.length;
          const digest = digestOf(rows);
          expect(digestOf(rows.with(index, { id: other }))).not.toBe(digest);
          expect(digestOf(rows.toSpliced(index, 1))).not.toBe(digest);
          expect(digestOf([...rows, ...rows.slice(index, index + 1)])).not.toBe(digest);
        },
      ),
    );
  });

  it("differs for each of 20,000 pages", () => {
    const seen = new Set<string>();
    for (let page = 0; page < 20_000; page++) {
      const digest = new RowDigest();
      const rows = rowsFrom([{ id: page }, { id: page + 1 }]);
      for (const row of [0, 1]) digest.add(["id"], rows, row);
      seen.add(digest.text);
    }
    expect(seen.size).toBe(20_000);
  });

  it("looks at every part of the key, and at nothing else", () => {
    const key = ["a", "b"];
    const digest = digestOf([{ a: 1, b: 2, c: 3 }], key);
    expect(digestOf([{ c: 4, b: 2, a: 1 }], key)).toBe(digest);
    expect(digestOf([{ a: 1, b: 3, c: 3 }], key)).not.toBe(digest);
    expect(digestOf([{ a: 2, b: 2, c: 3 }], key)).not.toBe(digest);
  });

  it("is the same from run to run", () => {
    expect(digestOf([{ id: "a" }, { id: "b" }])).toBe("2-354b0f0f5e197089");
    expect(digestOf([])).toBe("0-0000000000000000");
  });
});
