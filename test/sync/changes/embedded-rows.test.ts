import { expect, test } from "vitest";
import { EmbeddedRows } from "../../../src/sync/changes/embedded-rows.ts";
import { TableWriter } from "../../../src/sync/records/table-writer.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextWith, select } from "../contexts.ts";
import { rowsFrom } from "../rows.ts";
import { columnOf, takeAll } from "../syncs.ts";

test("customers inside of orders are written once each, if they are wanted", async () => {
  const customers = streamNamed("customers");
  const table = new TableWriter(customers, [select(customers)], contextWith());
  let seen = 0;
  const embedded = new EmbeddedRows(table, [{ add: () => void seen++, finish: () => undefined }]);
  const customer = (id: string) => ({ id, metadata: { id: "other", deep: [{ id: "x" }] } });
  const orders = rowsFrom([
    { id: "o1", customer: customer("c1") },
    { id: "o2", customer: customer("c1") },
    { id: "o3", customer: customer("c2") },
    { id: "o4", customer: null },
    { id: "o5" },
    { id: "o6", customer: customer("c3") },
  ]);
  const origin = { receivedAt: 0, placeOf: () => "somewhere" };
  for (let row = 0; row < orders.count; row++) {
    embedded.add(orders, row, "customer", new Set(["c1", "c3"]), origin);
  }

  const { taken } = await takeAll(
    (async function* () {
      yield* table.take();
      return [];
    })(),
  );
  expect(columnOf(taken, "id")).toEqual(["c1", "c3"]);
  expect(columnOf(taken, "metadata")).toEqual([customer("c1").metadata, customer("c3").metadata]);
  expect([...embedded.ids]).toEqual(["c1", "c3"]);
  // Who asks about customers sees these, too.
  expect(seen).toBe(2);
});
