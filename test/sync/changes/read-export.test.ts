import { describe, expect, it } from "vitest";
import { InvalidCsvError } from "../../../src/polar/csv.ts";
import {
  type ExportSource,
  rangeQuery,
  readExport,
} from "../../../src/sync/changes/read-export.ts";
import { startServer } from "../../polar/servers.ts";
import { contextFor, laneOf } from "../syncs.ts";

const timeRange = { after: "created_after", before: "created_before" };
const source = {
  path: "/v1/things/export",
  columns: ["created_at", "status"],
  createdBy: "created_at",
  range: timeRange,
};
const { columns: _, ...withFixedColumns } = source;
const moments = { from: Number.NEGATIVE_INFINITY, to: Date.parse("2026-01-01T00:00:00Z") };

/** Reads an export that has these lines. */
async function read(lines: readonly string[], declared: ExportSource = source) {
  const server = await startServer((response) => {
    response.setHeader("content-type", "text/csv; charset=utf-8");
    response.end(lines.map((line) => `${line}\r\n`).join(""));
  });
  const exported = await readExport(declared, moments, laneOf(contextFor(server)));
  return { exported, requests: server.requests };
}

describe("readExport", () => {
  it("asks for the columns and the range, in CSV", async () => {
    const { requests } = await read(["Created At,Status"]);
    expect(requests.map(({ target }) => target)).toEqual([
      "/v1/things/export?columns=created_at&columns=status&created_before=2026-01-01T00%3A00%3A00.000Z",
    ]);
    expect(requests[0]?.headers.accept).toBe("text/csv");
  });

  it("brings the rows in the order of their times, and no values", async () => {
    const { exported } = await read([
      "Created At,Status",
      "2025-03-01T00:00:00.123456+00:00,paid",
      "2025-02-01T00:00:00+00:00,void",
    ]);
    const hash = expect.any(Number);
    expect(exported.rows).toEqual([
      { time: Date.UTC(2025, 1, 1), hash, id: undefined },
      { time: Date.UTC(2025, 2, 1, 0, 0, 0, 123), hash, id: undefined },
    ]);
    expect(exported.rows[0]?.hash).not.toBe(exported.rows[1]?.hash);
  });

  it("takes the ids, where the server chooses the columns", async () => {
    const lines = ["ID,Created At,Tax ID", "c1,2025-02-01T00:00:00+00:00,"];
    const { exported } = await read(lines, withFixedColumns);
    expect(exported.rows.map(({ id }) => id)).toEqual(["c1"]);
    const more = await read([`${lines[0]},Locale`, `${lines[1]},de`], withFixedColumns);
    expect(more.exported.columns).not.toBe(exported.columns);
  });

  it.each([
    ["other columns", ["Created At,State", "2025-02-01T00:00:00+00:00,paid"]],
    ["columns in another order", ["Status,Created At", "paid,2025-02-01T00:00:00+00:00"]],
    ["what is no time", ["Created At,Status", "yesterday,paid"]],
    ["fewer columns", ["Created At", "2025-02-01T00:00:00+00:00"]],
  ])("refuses %s", async (_, lines) => {
    await expect(read(lines)).rejects.toThrow(InvalidCsvError);
  });
});

describe("rangeQuery", () => {
  it("includes the first millisecond whole, and leaves out the last", () => {
    const from = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    expect(rangeQuery(timeRange, { from, to: from + 1 })).toEqual({
      created_after: "2026-01-02T03:04:05.677999Z",
      created_before: "2026-01-02T03:04:05.679Z",
    });
  });

  it("is nothing where the list takes no range", () => {
    expect(rangeQuery(undefined, { from: 0, to: 1 })).toEqual({});
  });
});
