import { describe, expect, it } from "vitest";
import { readOfCustomers, readSingleRows } from "../../../src/sync/changes/touched-rows.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import { openClient } from "../../polar/clients.ts";
import { type FakeAnswer, type FakeRequest, fakeApi, listAnswer } from "../../support/fake-api.ts";
import { streamNamed } from "../../support/organization.ts";
import { HoldingReader } from "../holding-reader.ts";
import { contextFor, endOf, laneOf, taskOf } from "../syncs.ts";

const rowOf = (id: string) => ({ id, created_at: "2026-08-01T12:00:00Z", customer_id: id });

async function ordersOf(answer: (request: FakeRequest) => FakeAnswer) {
  const api = await fakeApi(answer);
  const stream = streamNamed("orders");
  if (stream.source.kind !== "list") throw new Error("orders are a list");
  const reader = new HoldingReader(openClient(api.url, { maxRetries: 0 }).client);
  const lane = laneOf(contextFor(api, {}, { reader }));
  const task = taskOf(stream, stream.source, undefined, lane);
  const ids: unknown[] = [];
  const onRow: Parameters<typeof readSingleRows>[2] = (rows, row) =>
    ids.push(stringOf(rows, row, "id"));
  return { task, ids, onRow, reader, requests: api.requests };
}

describe("the rows of touched customers", () => {
  const customers = Array.from({ length: 150 }, (_, at) => `c${at}`);

  it("are read for all of them, in even batches", async () => {
    const { task, ids, onRow, requests } = await ordersOf(({ query }) =>
      listAnswer(query.getAll("customer_id").map(rowOf)),
    );
    expect(await endOf(readOfCustomers(task, customers, undefined, onRow))).toBeUndefined();
    expect(ids).toEqual(customers);
    const batches = requests.map(({ query }) => query.getAll("customer_id").length);
    expect(Math.max(...batches) - Math.min(...batches)).toBeLessThanOrEqual(1);
  });

  it("are incomplete when those of the first can't be read whole, though the others can", async () => {
    const { task, onRow } = await ordersOf(({ query }) => {
      const rows = query.getAll("customer_id").map(rowOf);
      return listAnswer(rows, rows.length + (query.getAll("customer_id").includes("c0") ? 1 : 0));
    });
    expect(await endOf(readOfCustomers(task, customers, undefined, onRow))).toContain(
      "the API counts",
    );
  });
});

describe("single rows", () => {
  const gone = { status: 404, body: '{"error":"ResourceNotFound","detail":"Not found"}' };

  it("are asked for at no other path, whatever is in their ids", async () => {
    const { task, onRow, requests } = await ordersOf(() => gone);
    await endOf(readSingleRows(task, ["../one?page=7#"], onRow));
    expect(requests.map(({ path }) => path)).toEqual(["/v1/orders/..%2Fone%3Fpage%3D7%23"]);
  });

  it("are read one by one, but for those that are gone, and given back", async () => {
    const { task, ids, onRow, reader } = await ordersOf(({ path }) => {
      if (path.endsWith("/two")) return gone;
      const isNone = path.endsWith("/four");
      return { body: isNone ? "[]" : JSON.stringify(rowOf(path.split("/").at(-1) ?? "")) };
    });
    await endOf(readSingleRows(task, ["one", "two", "four", "three"], onRow));
    expect(ids).toEqual(["one", "three"]);
    expect(reader.held).toBe(0);
  });
});
