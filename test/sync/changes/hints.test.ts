import { expect, test } from "vitest";
import { Hints } from "../../../src/sync/changes/hints.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import { rowsFrom } from "../rows.ts";

test("hints of several sources add up, each once", () => {
  const hints = new Hints();
  hints.touch("c1", "orders");
  hints.addRow("orders", "o1");
  const other = new Hints();
  for (const customer of ["c1", "c2"]) other.touch(customer, "order.paid");
  for (const id of ["o1", "o2"]) other.addRow("orders", id);
  other.addRow("checkouts", "h1");
  other.keep("customers", rowsFrom([{ id: "c1" }, { id: "c2" }]), 1, { receivedAt: 0 });

  hints.addAll(other);

  expect(hints.customers).toEqual(
    new Map([
      [
        "c1",
        new Map([
          ["orders", Number.POSITIVE_INFINITY],
          ["order.paid", Number.POSITIVE_INFINITY],
        ]),
      ],
      ["c2", new Map([["order.paid", Number.POSITIVE_INFINITY]])],
    ]),
  );
  expect(hints.rows).toEqual(
    new Map([
      ["orders", new Set(["o1", "o2"])],
      ["checkouts", new Set(["h1"])],
    ]),
  );
  const kept = [...(hints.kept.get("customers")?.rows() ?? [])];
  expect(kept.map(({ rows, row }) => stringOf(rows, row, "id"))).toEqual(["c2"]);
});

test("a list goes with all that touches a customer, but for what it names", () => {
  const hints = new Hints();
  const touches = ["order.paid", "orders", "subscription.cycled", "subscriptions"];
  for (const by of touches) hints.touch(`by ${by}`, by);
  for (const by of touches) hints.touch("by all", by);

  const changes = { createdBy: "created_at", customer: {} };
  expect(hints.customersOf(changes)).toHaveLength(5);
  expect(hints.customersOf({ ...changes, untouchedBy: ["order", "subscription.cycled"] })).toEqual([
    "by orders",
    "by subscriptions",
    "by all",
  ]);
});

test("a customer who is new has only new rows, where customers come first", () => {
  const hints = new Hints();
  for (const id of ["old", "older", "new"]) hints.touch(id, "customers");
  const other = new Hints();
  other.created.set("new", 20);
  other.created.set("old", 10);
  hints.addAll(other);
  const changes = { createdBy: "created_at", customer: { comesFirst: true as const } };
  expect(hints.customersOf(changes, 0, 20)).toEqual(["old", "older"]);
  expect(hints.customersOf(changes, 0)).toEqual(["old", "older", "new"]);
  expect(hints.customersOf({ ...changes, customer: {} }, 0, 20)).toEqual(["old", "older", "new"]);
});

test("what is known from a moment on is news only to lists that are not known up to then", () => {
  const hints = new Hints();
  hints.touch("now", "orders.come");
  hints.touch("before", "orders.come", 20);
  hints.touch("both", "orders.come", 20);
  const other = new Hints();
  other.touch("both", "orders.come", 30);
  hints.addAll(other);
  hints.touch("both", "orders.come", 10);
  const changes = { createdBy: "created_at", customer: {} };
  expect(hints.customersOf(changes, 19)).toEqual(["now", "before", "both"]);
  expect(hints.customersOf(changes, 20)).toEqual(["now", "both"]);
  expect(hints.customersOf(changes, 30)).toEqual(["now"]);
});
