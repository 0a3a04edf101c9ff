import { describe, expect, it } from "vitest";
import { streams } from "../../../src/streams/index.ts";
import { Hints } from "../../../src/sync/changes/hints.ts";
import { tellings } from "../../../src/sync/changes/tellings.ts";
import { rowsFrom } from "../rows.ts";

const lists = streams.filter(({ source }) => source.kind === "list");

function told(by: keyof typeof tellings, row: object) {
  const hints = new Hints();
  tellings[by](rowsFrom([row]), 0, lists, hints);
  const rows = [...hints.rows].map(([stream, ids]) => [stream, ...ids]);
  return { customers: [...hints.customers.keys()], rows };
}

const webhook = (type: string, data: unknown) => ({
  webhook_event: { type, payload: JSON.stringify({ type, data }) },
});

describe("a system event", () => {
  it.each<[string, object, ReturnType<typeof told>]>([
    [
      "names its customer, and nobody else",
      { customer_id: "c1", metadata: { order_id: "o1" } },
      { customers: ["c1"], rows: [] },
    ],
    [
      "or its row",
      { customer_id: null, metadata: { checkout_id: "h1" } },
      { customers: [], rows: [["checkouts", "h1"]] },
    ],
    [
      "or nothing",
      { customer_id: null, metadata: { checkout_id: 7 } },
      { customers: [], rows: [] },
    ],
    ["without metadata", { metadata: null }, { customers: [], rows: [] }],
  ])("%s", (_, event, expected) => {
    expect(told("event", event)).toEqual(expected);
  });
});

describe("a webhook", () => {
  it.each<[string, object, ReturnType<typeof told>]>([
    [
      "names its customer",
      webhook("order.updated", { id: "o1", customer_id: "c1" }),
      { customers: ["c1"], rows: [] },
    ],
    ["or is about one", webhook("customer.updated", { id: "c1" }), { customers: ["c1"], rows: [] }],
    [
      "or names its row",
      webhook("checkout.expired", { id: "h1", customer_id: null }),
      { customers: [], rows: [["checkouts", "h1"]] },
    ],
    ["of no list", webhook("organization.updated", { id: "x" }), { customers: [], rows: [] }],
    ["without an id", webhook("order.updated", {}), { customers: [], rows: [] }],
    [
      "whose payload is gone",
      { webhook_event: { type: "order.paid", payload: null } },
      { customers: [], rows: [] },
    ],
    [
      "whose payload is no JSON",
      { webhook_event: { type: "order.paid", payload: "{" } },
      { customers: [], rows: [] },
    ],
    [
      "that went to a chat",
      { webhook_event: { type: "order.paid", payload: '{"content":"paid"}' } },
      { customers: [], rows: [] },
    ],
    ["that is something else", { webhook_event: [] }, { customers: [], rows: [] }],
  ])("%s", (_, delivery, expected) => {
    expect(told("webhook", delivery)).toEqual(expected);
  });
});
