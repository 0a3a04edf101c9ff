import { describe, expect, it } from "vitest";
import { bordersOf, firstIndex, sizeOf } from "../../../src/sync/changes/first-export-index.ts";
import {
  exportApi,
  exportSource,
  laneFor,
  orderAt,
  orderMember,
  ordersOf,
  SWEPT,
} from "./export-api.ts";

async function indexOf(count: number, { total = count, hasRange = true } = {}) {
  const api = await exportApi([...ordersOf(count), orderAt("later", 0)]);
  const lane = laneFor(api);
  const { source } = orderMember(lane).task;
  const exported = { ...exportSource, ...(!hasRange && { range: undefined }) };
  const borders = () => bordersOf(source, exported, total, lane);
  const index = await firstIndex(exported, { total, borders }, SWEPT, lane);
  const exports = api.requests.filter(({ path }) => path.endsWith("/export"));
  return {
    index,
    exports: exports.map(({ query }) => [query.has("created_after"), query.has("created_before")]),
  };
}

describe("the first index of an export", () => {
  it("knows all that there was before the sweep began, and nothing later", async () => {
    const { index, exports } = await indexOf(200);
    const buckets = index?.buckets.map(({ count, asOf }) => [count, asOf]);
    expect(buckets).toEqual([90, 90, 20].map((rows) => [rows, SWEPT]));
    expect(index).toMatchObject({ until: SWEPT, next: 0 });
    expect(exports).toEqual([[false, true]]);
  });

  it("asks for twelve and a half thousand rows at once", async () => {
    const { index, exports } = await indexOf(25_500);
    expect(index?.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(25_500);
    expect(exports).toEqual([
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it("is not made where the export takes no range and is too large", async () => {
    expect((await indexOf(10, { total: 50_001, hasRange: false })).index).toBeUndefined();
    // What came since the sweep began is left out, though the export has it.
    const { index } = await indexOf(10, { total: 50_000, hasRange: false });
    expect(index?.buckets).toMatchObject([{ count: 10 }]);
    expect((await indexOf(10, { total: 50_001 })).index).toBeDefined();
  });
});

describe("the size of an export that is known", () => {
  it("has borders with twelve and a half thousand rows between each two, at the most", () => {
    const buckets = Array.from({ length: 300 }, (_, start) => ({
      start,
      count: 90,
      digest: 0,
      asOf: 0,
    }));
    const index = { columns: "", until: 0, next: 0, buckets };
    const { total, borders } = sizeOf(index);
    expect(total).toBe(27_000);
    return expect(borders()).resolves.toEqual([138, 276]);
  });
});
