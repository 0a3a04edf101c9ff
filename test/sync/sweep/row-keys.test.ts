import { describe, expect, it } from "vitest";
import { IdSet } from "../../../src/sync/sweep/id-set.ts";
import { addKey } from "../../../src/sync/sweep/row-keys.ts";
import { rowsOf } from "../rows.ts";

/** What adding each row's key gives. */
function addAll(primaryKey: readonly string[], text: string): (boolean | undefined)[] {
  const ids = new IdSet();
  const rows = rowsOf(text);
  return Array.from({ length: rows.count }, (_, row) => addKey(ids, primaryKey, rows, row));
}

describe("addKey", () => {
  it("tells new keys from known ones", () => {
    expect(addAll(["id"], '[{"id":"a"},{"id":"b"},{"id":"a"},{"x":1,"id":"b"}]')).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("takes numbers, too", () => {
    expect(addAll(["n"], '[{"n":1},{"n":-1},{"n":0.5},{"n":1}]')).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it("takes the empty string", () => {
    expect(addAll(["id"], '[{"id":""},{"id":""}]')).toEqual([true, false]);
  });

  it.each([
    "{}",
    '{"id":null}',
    '{"id":true}',
    '{"id":false}',
    '{"id":{}}',
    '{"id":["a"]}',
    '{"ID":"a"}',
  ])("has no use for %s", (row) => {
    expect(addAll(["id"], `[${row}]`)).toEqual([undefined]);
    expect(
      addAll(["id", "x"], `[${row.replace(/\}$/, row === "{}" ? '"x":1}' : ',"x":1}')}]`),
    ).toEqual([undefined]);
    expect(
      addAll(["x", "id"], `[${row.replace(/\}$/, row === "{}" ? '"x":1}' : ',"x":1}')}]`),
    ).toEqual([undefined]);
  });

  it("takes the last of equal properties, as JSON.parse does", () => {
    expect(addAll(["id"], '[{"id":"a","id":"b"},{"id":"b"},{"id":"a"}]')).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("takes every part of a composite key, in the key's order", () => {
    const rows = '[{"a":"1","b":"2"},{"b":"2","a":"1"},{"a":"2","b":"1"},{"a":"1","b":"1"}]';
    expect(addAll(["a", "b"], rows)).toEqual([true, false, true, true]);
  });

  it("keeps the parts of a composite key apart", () => {
    const rows =
      '[{"a":"x,y","b":"z"},{"a":"x","b":"y,z"},{"a":"x\\",\\"y","b":"z"},{"a":1,"b":"1"},{"a":"1","b":1}]';
    expect(addAll(["a", "b"], rows)).toEqual([true, true, true, true, true]);
  });

  it("keeps the parts apart that are numbers, too", () => {
    const rows = '[{"a":1,"b":23},{"a":12,"b":3},{"a":1,"b":23}]';
    expect(addAll(["a", "b"], rows)).toEqual([true, true, false]);
  });

  it("has no use for rows of a stream without a key", () => {
    expect(addAll([], '[{"id":"a"}]')).toEqual([undefined]);
  });
});
