import { describe, expect, it } from "vitest";
import type { ListSource } from "../../../src/streams/define.ts";
import { readFirstPage } from "../../../src/sync/lists/read-list.ts";
import { readOnce, readPart } from "../../../src/sync/lists/read-once.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import { listApi, minutely } from "../list-api.ts";
import { contextFor, laneOf } from "../syncs.ts";

const source: ListSource = { kind: "list", path: "/v1/rows/", order: ["created_at"] };
const all = minutely(7).map(({ id }) => id);

/** Reads seven rows, three a page; a count of each answer may differ. */
async function read(
  rowsAt: Parameters<typeof listApi>[0],
  { countOf, given = false }: { countOf?: Parameters<typeof listApi>[1]; given?: boolean } = {},
) {
  const api = await listApi(rowsAt, countOf);
  const lane = laneOf(contextFor(api, {}, { pageSize: 3 }));
  const ids: unknown[] = [];
  const firstPage = given
    ? await readFirstPage({ source: { ...source, order: [] } }, lane)
    : undefined;
  const reading = readOnce(
    { source, key: ["id"], onRow: (rows, row) => ids.push(stringOf(rows, row, "id")), firstPage },
    lane,
  );
  let next = await reading.next();
  while (!next.done) next = await reading.next();
  return { ids, addsUp: next.value, requests: api.requests.length };
}

describe("a list that is read page by page", () => {
  it("adds up when all that is counted has come", async () => {
    expect(await read(() => minutely(7))).toEqual({ ids: all, addsUp: true, requests: 3 });
  });

  it("begins with a page that is there already", async () => {
    const { ids, addsUp, requests } = await read(() => minutely(7), { given: true });
    expect({ ids, addsUp, requests }).toEqual({ ids: all, addsUp: true, requests: 3 });
  });

  it("does not add up when a row came twice in the place of another", async () => {
    const rows = minutely(7);
    const tied = rows.map((row, at) => (at === 3 ? (rows[2] ?? row) : row));
    const { ids, addsUp } = await read(() => tied);
    expect(ids).toEqual(all.filter((id) => id !== "row-003"));
    expect(addsUp).toBe(false);
  });

  it("does not add up when the count has changed on the way, though the last is reached", async () => {
    const { ids, addsUp } = await read((request) => minutely(request === 1 ? 6 : 7));
    expect(ids).toEqual(all);
    expect(addsUp).toBe(false);
  });

  it("does not add up without a count", async () => {
    const { addsUp, requests } = await read(() => minutely(7), { countOf: () => undefined });
    expect([addsUp, requests]).toEqual([false, 1]);
  });
});

describe("a part of a list", () => {
  async function part(
    rowsAt: Parameters<typeof listApi>[0],
    countOf?: Parameters<typeof listApi>[1],
  ) {
    const api = await listApi(rowsAt, countOf);
    const lane = laneOf(contextFor(api, {}, { pageSize: 3 }));
    const ids = new Set<unknown>();
    const onRow: Parameters<typeof readPart>[1]["onRow"] = (rows, row) =>
      ids.add(stringOf(rows, row, "id"));
    const reading = readPart("rows", { source, key: ["id"], onRow }, lane);
    let next = await reading.next();
    while (!next.done) next = await reading.next();
    return { ids: [...ids], problem: next.value, requests: api.requests.length };
  }

  it("is read once, if that adds up", async () => {
    expect(await part(() => minutely(7))).toEqual({ ids: all, problem: undefined, requests: 3 });
  });

  it("is swept when it does not", async () => {
    const { ids, problem, requests } = await part((request) => minutely(request === 1 ? 6 : 7));
    expect([ids, problem]).toEqual([all, undefined]);
    expect(requests).toBeGreaterThan(3);
  });

  it("is told when not even that finds all", async () => {
    const { problem } = await part(
      () => minutely(7),
      (rows) => rows.length + 1,
    );
    expect(problem).toContain("7 rows of rows were found but the API counts 8");
  });
});
