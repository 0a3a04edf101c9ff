import { describe, expect, it } from "vitest";
import { bucketOf, type ExportedRow } from "../../../src/sync/changes/export-buckets.ts";
import { readPiece } from "../../../src/sync/changes/read-export-piece.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import { type ExportedOrder, exportApi, laneFor, orderMember, ordersOf } from "./export-api.ts";

const all = ordersOf(20);
const exported = (orders: readonly ExportedOrder[]): ExportedRow[] =>
  orders.map(({ id, created_at: at }) => ({ id, time: Date.parse(at), hash: 1 }));

/** Reads the orders from the sixth to the tenth out of a list that has these. */
async function read(
  orders: readonly ExportedOrder[],
  { hasRange = true, piece = all.slice(5, 10), hidden = "" } = {},
) {
  const api = await exportApi(orders, { isHidden: ({ id }) => id === hidden });
  const lane = laneFor(api, { pageSize: 4 });
  const { task, ...member } = orderMember(lane);
  const { range: _, ...withoutRange } = task.source;
  const source = hasRange ? task.source : withoutRange;
  const rows = exported(piece);
  const timeAt = (index: number) => Date.parse(all[index]?.created_at ?? "");
  const borders = { rank: 5, from: timeAt(5), to: timeAt(10) };
  const ids: unknown[] = [];
  const isRead = await readPiece(
    { ...member, task: { ...task, source } },
    { known: bucketOf(rows, 0), rows, ...borders },
    (list, row) => ids.push(stringOf(list, row, "id")),
    lane,
  );
  return { isRead, ids, pages: api.requests.map(({ query }) => query.get("page")) };
}

const wanted = all.slice(5, 10).map(({ id }) => id);

describe("the rows of a piece", () => {
  it("are read by their time", async () => {
    const { isRead, ids, pages } = await read(all);
    expect([isRead, ids]).toEqual([true, wanted]);
    // Two pages, the newest before and after, and two ranges of time are counted.
    expect(pages.length).toBeLessThanOrEqual(6);
  });

  it("are read by their rank where the list takes no range of time", async () => {
    const { isRead, ids, pages } = await read(all, { hasRange: false });
    expect([isRead, ids, pages]).toEqual([true, wanted, ["2", "3"]]);
  });

  it("are not all read when the ranks have moved", async () => {
    const { isRead } = await read(all.slice(6), { hasRange: false });
    expect(isRead).toBe(false);
  });

  it("are not all read when one of them does not show", async () => {
    const { isRead, ids } = await read(all, { hidden: "order-7" });
    // What comes more than once is heard of again.
    expect([isRead, new Set(ids).size]).toEqual([false, 4]);
  });

  it("are all read, without a request, when all have gone", async () => {
    expect(await read(all, { piece: [] })).toEqual({ isRead: true, ids: [], pages: [] });
  });
});
