import { describe, expect, it } from "vitest";
import type { ListSource } from "../../../src/streams/define.ts";
import {
  countRows,
  itemKey,
  type ListReading,
  readFirstPage,
  readList,
  readOldestRow,
} from "../../../src/sync/lists/read-list.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import { streamNamed } from "../../support/organization.ts";
import { listApi, minutely } from "../list-api.ts";
import { valuesOf } from "../pages.ts";
import { contextFor, endOf, laneOf } from "../syncs.ts";

const source: ListSource = { kind: "list", path: "/v1/rows/", order: ["created_at"] };

async function open(...options: Parameters<typeof listApi>) {
  const api = await listApi(...options);
  return { api, lane: laneOf(contextFor(api, {}, { pageSize: 3 })) };
}

describe("a list", () => {
  it("begins with the page of its newest rows", async () => {
    const { lane } = await open(() => minutely(7));
    const page = await readFirstPage({ source }, lane);
    expect(valuesOf(page, "id")).toEqual(["row-006", "row-005", "row-004"]);
    page.release();
  });

  it("is read on from that page, which is asked for once", async () => {
    const { api, lane } = await open(() => minutely(7));
    const firstPage = await readFirstPage({ source }, lane);
    const ids: unknown[] = [];
    const onRow: ListReading["onRow"] = (rows, row) => ids.push(stringOf(rows, row, "id"));
    const { outcome } = await endOf(readList({ source, key: ["id"], onRow, firstPage }, lane));
    expect([ids, outcome]).toEqual([minutely(7).map(({ id }) => id), "whole"]);
    // Three pages, and the newest before and after.
    expect(api.requests).toHaveLength(5);
  });

  it("shows its oldest row alone", async () => {
    const { api, lane } = await open(() => minutely(7));
    const page = await readOldestRow({ source }, lane);
    expect(valuesOf(page, "id")).toEqual(["row-000"]);
    page.release();
    expect(api.requests.map(({ query }) => query.get("limit"))).toEqual(["1"]);
  });
});

describe("the number of rows", () => {
  it("is asked for with a page of one row", async () => {
    const { api, lane } = await open(() => minutely(7));
    expect(await countRows(source, lane)).toBe(7);
    expect(api.requests).toHaveLength(1);
  });

  it("is asked for three times where a page comes without it", async () => {
    const from =
      (page: number) =>
      (rows: readonly object[], { query }: { query: URLSearchParams }) =>
        Number(query.get("page")) < page ? undefined : rows.length;
    const third = await open(() => minutely(7), from(3));
    expect(await countRows(source, third.lane)).toBe(7);
    const fourth = await open(() => minutely(7), from(4));
    expect(await countRows(source, fourth.lane)).toBeUndefined();
    expect(fourth.api.requests).toHaveLength(3);
  });
});

it.each([
  ["orders", ["id"]],
  ["payment_methods", ["id"]],
  ["checkout_products", ["id"]],
  ["metrics", ["timestamp"]],
])("an item of %s is told by its %j, whatever else is in the key", (name, key) => {
  expect(itemKey(streamNamed(name))).toEqual(key);
});
