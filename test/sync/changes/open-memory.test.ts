import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Changes } from "../../../src/streams/define.ts";
import { idHash } from "../../../src/sync/changes/known-ids.ts";
import { OpenMemory, OpenRowsOfSweep } from "../../../src/sync/changes/open-memory.ts";
import { streamNamed } from "../../support/organization.ts";
import { rowsFrom } from "../rows.ts";

const changes: Changes = {
  createdBy: "created_at",
  customer: { property: "customer_id", parameter: "customer_id" },
};

const uuid = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;

function remembered(rows: readonly object[], of: Changes = changes) {
  const memory = new OpenMemory(of);
  const parsed = rowsFrom(rows);
  for (const row of rows.keys()) memory.note(parsed, row);
  return OpenMemory.read(memory.text);
}

describe("the memory of open rows", () => {
  it("keeps each row's customer", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.uuid(), fc.uuid()), { maxLength: 20 }), (pairs) => {
        const rows = pairs.map(([id, customer_id]) => ({ id, customer_id }));
        expect(remembered(rows)).toEqual([
          ...new Map(
            pairs.map(([id, customer]) => [id, { hash: idHash(id), id: customer }]),
          ).values(),
        ]);
      }),
    );
  });

  it("keeps the row itself where it names no customer", () => {
    const self = { hash: idHash(uuid(1)), id: uuid(1) };
    expect(remembered([{ id: uuid(1), customer_id: null }])).toEqual([self]);
    const { customer: _, ...nobodys } = changes;
    expect(remembered([{ id: uuid(1), customer_id: uuid(2) }], nobodys)).toEqual([self]);
  });

  it("leaves out what has no UUID", () => {
    expect(remembered([{ id: uuid(1), customer_id: "c1" }, { customer_id: uuid(2) }])).toEqual([]);
  });

  it("keeps the last 400", () => {
    const rows = Array.from({ length: 402 }, (_, at) => ({ id: uuid(at), customer_id: uuid(0) }));
    const kept = remembered(rows);
    expect(kept).toHaveLength(400);
    expect(kept[0]?.hash).toBe(idHash(uuid(2)));
  });
});

describe("the open rows of a sweep", () => {
  const sweep = (open: Changes["open"], rows: readonly object[]) => {
    const observer = new OpenRowsOfSweep(streamNamed("orders"), { ...changes, open: open ?? [] });
    const parsed = rowsFrom(rows);
    for (const row of rows.keys()) observer.add(parsed, row);
    return observer.text === undefined ? undefined : OpenMemory.read(observer.text);
  };
  const row = (at: number, status: string) => ({ id: uuid(at), customer_id: uuid(9), status });

  it("are those that a filter would bring", () => {
    const rows = [row(1, "draft"), row(2, "paid"), row(3, "pending")];
    const open = [{ query: { status: ["draft", "pending"] } }, { withinHours: 25 }];
    expect(sweep(open, rows)?.map(({ hash }) => hash)).toEqual([idHash(uuid(1)), idHash(uuid(3))]);
    expect(sweep([{ query: { status: "paid" } }], rows)).toHaveLength(1);
  });

  it("are not known where a filter is no column, and no columns say the same", () => {
    const query = { succeeded: "false" };
    const rows = [row(1, "pending"), row(2, "succeeded")];
    expect(sweep([{ query }], rows)).toBeUndefined();
    expect(sweep([{ query, columns: { status: "pending" } }], rows)).toHaveLength(1);
  });

  it("are none where none is open", () => {
    expect(sweep([{ query: { status: "draft" } }], [row(1, "paid")])).toEqual([]);
  });
});
