import { describe, expect, it } from "vitest";
import { readNewest } from "../../../src/sync/changes/newest-rows.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import { fakeApi } from "../../support/fake-api.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextFor, laneOf } from "../syncs.ts";

const { source } = streamNamed("orders");
if (source.kind !== "list") throw new Error("orders are a list");
const orders = source;

/** Seven orders, one for each day from the 1st on, two a page. */
async function read(since: number, mostPages: number, query = {}) {
  const api = await fakeApi(({ query: asked }) => {
    const page = Number(asked.get("page"));
    const items = [7, 6, 5, 4, 3, 2, 1]
      .slice((page - 1) * 2, page * 2)
      .map((day) => ({ id: `day ${day}`, created_at: `2026-08-0${day}T00:00:00Z` }));
    return { body: JSON.stringify({ items, pagination: { total_count: 7, max_page: 4 } }) };
  });
  const lane = laneOf(contextFor(api, {}, { pageSize: 2 }));
  const newest = await readNewest(orders, "created_at", { since, mostPages, query }, lane);
  const ids = [...newest.rows()].map(({ rows, row }) => stringOf(rows, row, "id"));
  newest.release();
  return { api, ids, isReached: newest.isReached, count: newest.count };
}

describe("the newest rows of a list", () => {
  it("are read from the newest on, down to a moment", async () => {
    const { api, ids, ...facts } = await read(Date.parse("2026-08-05T00:00:00Z"), 9);
    expect(ids).toEqual(["day 7", "day 6", "day 5"]);
    expect(facts).toEqual({ isReached: true, count: 7 });
    expect(api.requests.map(({ query }) => query.getAll("sorting"))).toEqual([
      ["-created_at", "-invoice_number"],
      ["-created_at", "-invoice_number"],
    ]);
  });

  it("are all, when the list ends before the moment", async () => {
    const { ids, isReached } = await read(Number.NEGATIVE_INFINITY, 9, { status: "draft" });
    expect(ids).toHaveLength(7);
    expect(isReached).toBe(true);
  });

  it("are not all, when that takes too many pages", async () => {
    const { ids, isReached } = await read(Number.NEGATIVE_INFINITY, 3, { status: "draft" });
    expect(ids).toHaveLength(6);
    expect(isReached).toBe(false);
  });

  it("are asked for with further filters", async () => {
    const { api } = await read(0, 1, { status: ["draft", "pending"] });
    expect(api.requests[0]?.query.getAll("status")).toEqual(["draft", "pending"]);
  });
});
