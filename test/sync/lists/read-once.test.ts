import { describe, expect, it } from "vitest";
import type { ListSource } from "../../../src/streams/define.ts";
import { readPart } from "../../../src/sync/lists/read-once.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import { listApi, minutely } from "../list-api.ts";
import { contextFor, endOf, laneOf } from "../syncs.ts";

const source: ListSource = { kind: "list", path: "/v1/rows/", order: ["created_at"] };
const all = minutely(7).map(({ id }) => id);

describe("a part of a list", () => {
  async function part(
    rowsAt: Parameters<typeof listApi>[0],
    countOf?: Parameters<typeof listApi>[1],
  ) {
    const api = await listApi(rowsAt, countOf);
    const lane = laneOf(contextFor(api, {}, { pageSize: 3 }));
    const heard: unknown[] = [];
    const onRow: Parameters<typeof readPart>[1]["onRow"] = (rows, row) =>
      heard.push(stringOf(rows, row, "id"));
    const problem = await endOf(readPart("rows", { source, key: ["id"], onRow }, lane));
    const ids = [...new Set(heard)];
    return { ids, heard: heard.length, problem, requests: api.requests.length };
  }

  it("is read once, if that adds up", async () => {
    const once = { ids: all, heard: 7, problem: undefined, requests: 3 };
    expect(await part(() => minutely(7))).toEqual(once);
  });

  it("is swept when a row came twice in the place of another", async () => {
    const rows = minutely(7);
    const tied = rows.map((row, at) => (at === 3 ? (rows[2] ?? row) : row));
    const { ids, heard, problem, requests } = await part((request) => (request <= 3 ? tied : rows));
    expect([ids.toSorted(), problem]).toEqual([all, undefined]);
    // Six of the first reading, each once, and seven of the sweep.
    expect(heard).toBe(13);
    expect(requests).toBeGreaterThan(3);
  });

  it("is swept without a count, and told", async () => {
    const { problem } = await part(
      () => minutely(7),
      () => undefined,
    );
    expect(problem).toContain("the API gives no count");
  });

  it("is swept when the count has changed on the way, though the last is reached", async () => {
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
