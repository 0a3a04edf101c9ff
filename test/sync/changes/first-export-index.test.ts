import { describe, expect, it } from "vitest";
import { firstIndex } from "../../../src/sync/changes/first-export-index.ts";
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
  const index = await firstIndex(
    source,
    { ...exportSource, ...(!hasRange && { range: undefined }) },
    { total, begunAt: SWEPT },
    lane,
  );
  const exports = api.requests.filter(({ path }) => path.endsWith("/export"));
  return {
    index,
    exports: exports.map(({ query }) => [query.has("created_after"), query.has("created_before")]),
  };
}

describe("the first index of an export", () => {
  it("knows all that there was before the sweep began, and nothing later", async () => {
    const { index, exports } = await indexOf(200);
    const buckets = index?.buckets.map(({ count }) => count);
    expect(buckets).toEqual([90, 90, 20]);
    expect(index).toMatchObject({ until: SWEPT, settled: SWEPT, next: 0 });
    expect(exports).toEqual([[false, true]]);
  });

  it("asks for ten thousand rows at once", async () => {
    const { index, exports } = await indexOf(20_500);
    expect(index?.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(20_500);
    expect(exports).toEqual([
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it("is not made where the export takes no range and is too large", async () => {
    expect((await indexOf(10, { total: 50_001, hasRange: false })).index).toBeUndefined();
    expect((await indexOf(10, { total: 50_000, hasRange: false })).index).toBeDefined();
    expect((await indexOf(10, { total: 50_001 })).index).toBeDefined();
  });
});
