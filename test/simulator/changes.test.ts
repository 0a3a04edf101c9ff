import { describe, expect, it } from "vitest";
import { changeKinds, type Simulator } from "../../simulator/index.ts";
import { simulate } from "../support/simulation.ts";
import { ask, type Item, page } from "./client.ts";

const rowOf = (simulator: Simulator, stream: string, id: string): Item =>
  JSON.parse(simulator.rows(stream).find((row) => row.id === id)?.json ?? "{}");

const eventsOf = (simulator: Simulator): Item[] =>
  simulator.rows("events").flatMap(({ original, json }) => (original ? [] : [JSON.parse(json)]));

const deliveriesOf = (simulator: Simulator): Item[] =>
  simulator
    .rows("webhook_deliveries")
    .flatMap(({ original, json }) => (original ? [] : [JSON.parse(json).webhook_event]));

const names = (items: readonly Item[], property: string): unknown[] =>
  items.map((item) => item[property]);

const paths: Readonly<Record<string, string>> = {
  orders: "/v1/orders/",
  subscriptions: "/v1/subscriptions/",
  customers: "/v1/customers/",
  checkouts: "/v1/checkouts/",
};

/** An organization of which one endpoint wants everything, and the others nothing. */
async function subscribed(): Promise<Simulator> {
  const simulator = await simulate({ sizes: { orders: 120, events: 0, webhook_deliveries: 0 } });
  for (const { id } of simulator.rows("webhook_endpoints")) {
    simulator.update("webhook_endpoints", id, { enabled: false });
  }
  simulator.subscribe();
  return simulator;
}

/** What the server tells of a change: names of events, types of deliveries. */
const told: readonly (readonly [kind: string, events: string[], deliveries: string[]])[] = [
  ["order.create", ["order.paid", "balance.order"], ["order.created", "order.paid"]],
  ["order.draft", [], ["order.created"]],
  ["order.import", [], []],
  ["order.finalize", [], []],
  ["order.pay", ["order.paid", "balance.order"], ["order.updated", "order.paid"]],
  ["order.update", [], ["order.updated"]],
  ["order.invoice", [], ["order.updated"]],
  ["order.fee", ["balance.order"], ["order.updated"]],
  ["order.reschedule", [], []],
  ["order.rename_field", [], []],
  ["order.void", ["order.voided"], ["order.updated"]],
  ["order.unvoid", ["order.unvoided"], ["order.updated"]],
  ["order.refund", ["order.refunded"], ["order.updated", "order.refunded"]],
  ["order.unrefund", [], ["order.updated"]],
  ["refund.create", [], ["refund.created"]],
  [
    "refund.succeed",
    ["balance.refund", "order.refunded"],
    ["refund.updated", "order.updated", "order.refunded"],
  ],
  ["refund.fail", [], ["refund.updated"]],
  ["refund.reverse", ["balance.refund_reversal"], ["refund.updated", "order.updated"]],
  ["payment.create", [], []],
  ["payment.succeed", [], []],
  ["payment.relink", [], []],
  ["dispute.open", [], []],
  ["dispute.review", [], []],
  ["dispute.lose", ["balance.dispute"], []],
  [
    "subscription.create",
    ["subscription.created"],
    ["subscription.created", "subscription.active"],
  ],
  ["subscription.import", [], []],
  ["subscription.cycle", ["subscription.cycled"], ["subscription.updated", "subscription.cycled"]],
  [
    "subscription.cancel",
    ["subscription.canceled"],
    ["subscription.updated", "subscription.canceled"],
  ],
  [
    "subscription.uncancel",
    ["subscription.uncanceled"],
    ["subscription.updated", "subscription.uncanceled"],
  ],
  [
    "subscription.revoke",
    ["subscription.revoked"],
    ["subscription.updated", "subscription.revoked"],
  ],
  [
    "subscription.fall_due",
    ["subscription.past_due"],
    ["subscription.updated", "subscription.past_due"],
  ],
  ["subscription.pause", ["subscription.paused"], ["subscription.updated", "subscription.paused"]],
  [
    "subscription.resume",
    ["subscription.resumed"],
    ["subscription.updated", "subscription.resumed"],
  ],
  ["subscription.reinstate", ["subscription.reinstated"], ["subscription.updated"]],
  ["subscription.seats", ["subscription.seats_updated"], ["subscription.updated"]],
  ["subscription.switch", ["subscription.product_updated"], ["subscription.updated"]],
  ["subscription.metadata", [], ["subscription.updated"]],
  ["subscription.meters", [], ["subscription.updated"]],
  ["subscription.meter_clock", [], []],
  ["customer.create", ["customer.created"], ["customer.created"]],
  ["customer.import", [], []],
  ["customer.update", ["customer.updated"], ["customer.updated"]],
  ["customer.delete", ["customer.deleted"], ["customer.deleted"]],
  ["customer.restore", ["customer.updated"], ["customer.updated"]],
  ["customer.count", [], []],
  ["customer.scrub", [], []],
  ["customer.lose_payment_method", [], []],
  ["customer.first_event", [], []],
  ["checkout.create", ["checkout.created"], ["checkout.created"]],
  ["checkout.confirm", [], ["checkout.updated"]],
  ["checkout.succeed", [], ["checkout.updated"]],
  ["checkout.reopen", [], ["checkout.updated"]],
  ["checkout.expire", [], ["checkout.expired"]],
  ["grant.create", ["benefit.granted"], ["benefit_grant.created"]],
  ["grant.update", ["benefit.updated"], ["benefit_grant.updated"]],
  ["grant.cycle", ["benefit.cycled"], ["benefit_grant.cycled"]],
  ["grant.revoke", ["benefit.revoked"], ["benefit_grant.revoked"]],
  ["grant.revoke_by_deletion", [], ["benefit_grant.revoked"]],
  ["product.rename", [], ["product.updated"]],
  ["product.archive", [], ["product.updated"]],
  ["benefit.update", [], ["benefit.updated"]],
  ["benefit.delete", [], ["benefit.updated"]],
  ["discount.update", [], ["discount.updated"]],
  ["discount.delete", [], ["discount.deleted"]],
  ["discount.redeem", [], []],
  ["link.update", [], []],
  ["link.delete", [], []],
  ["meter.create", [], []],
  ["meter.update", [], []],
  ["field.update", [], []],
  ["file.delete", [], []],
  ["member.create", [], ["member.created"]],
  ["member.update", [], ["member.updated"]],
  ["member.sync_email", [], []],
  ["member.delete", [], ["member.deleted"]],
  ["license_key.create", [], []],
  ["license_key.use", [], []],
  ["usage.count", [], []],
  ["payment_method.create", [], []],
  ["payment_method.delete", [], []],
  ["seat.claim", [], ["customer_seat.claimed"]],
];

/** Changes that make rows for another one to strike. */
const before: Partial<Record<string, string>> = {
  "subscription.resume": "subscription.pause",
  "customer.scrub": "customer.delete",
  "subscription.uncancel": "subscription.cancel",
  "refund.succeed": "refund.create",
  "refund.fail": "refund.create",
  "dispute.lose": "dispute.open",
  "dispute.review": "dispute.open",
};

describe("each change makes the events and deliveries that the server makes of it", () => {
  it.each(told)("%s", async (kind, events, deliveries) => {
    const simulator = await subscribed();
    const prepared = before[kind];
    const id = prepared === undefined ? undefined : simulator.change(prepared);
    simulator.clock.advance(60);
    const [knownEvents, knownDeliveries] = [eventsOf(simulator), deliveriesOf(simulator)];
    simulator.change(kind, id === undefined ? {} : { id });
    simulator.clock.advance(60);
    expect(names(eventsOf(simulator).slice(knownEvents.length), "name").sort()).toEqual(
      [...events].sort(),
    );
    expect(names(deliveriesOf(simulator).slice(knownDeliveries.length), "type")).toEqual(
      deliveries,
    );
  });

  it("and no kind is left out here", () => {
    const silent = ["event.ingest", "event.ingest_late"];
    expect([...told.map(([kind]) => kind), ...silent].sort()).toEqual(
      [...changeKinds.keys()].sort(),
    );
  });
});

describe("system events", () => {
  it.each([
    ["order.create", "order.paid", "orders", "order_id"],
    ["subscription.cancel", "subscription.canceled", "subscriptions", "subscription_id"],
    ["checkout.create", "checkout.created", "checkouts", "checkout_id"],
    ["customer.update", "customer.updated", "customers", "customer_id"],
    ["grant.create", "benefit.granted", "benefit_grants", "benefit_grant_id"],
    ["refund.succeed", "balance.refund", "refunds", "refund_id"],
    ["dispute.lose", "balance.dispute", "disputes", "dispute_id"],
  ])("%s names its row", async (kind, name, stream, key) => {
    const simulator = await subscribed();
    const prepared = before[kind];
    const options = prepared === undefined ? {} : { id: simulator.change(prepared) };
    const id = simulator.change(kind, options);
    simulator.clock.advance(60);
    const event = eventsOf(simulator).find((item) => item.name === name);
    expect(event).toMatchObject({ source: "system", metadata: { [key]: id } });
    const row = rowOf(simulator, stream, id);
    const order = rowOf(simulator, "orders", String(row.order_id));
    const customer = stream === "customers" ? id : (row.customer_id ?? order.customer_id);
    expect(event?.customer_id).toBe(name === "checkout.created" ? null : customer);
  });

  it("of customers come a moment after their change, the others with it", async () => {
    const simulator = await subscribed();
    const at = simulator.clock.now;
    simulator.change("customer.update");
    simulator.change("order.create");
    expect(names(eventsOf(simulator), "name")).toEqual(["order.paid", "balance.order"]);
    simulator.clock.advance(3);
    const late = eventsOf(simulator).at(-1);
    expect(late?.name).toBe("customer.updated");
    expect(Date.parse(String(late?.timestamp)) - at.getTime()).toBeGreaterThanOrEqual(2_000);
  });

  it("say when their row was created, if the server backdates them", async () => {
    const simulator = await subscribed();
    const order = simulator.change("order.pay");
    const customer = simulator.change("customer.create");
    simulator.clock.advance(60);
    const [paid, balance, created] = eventsOf(simulator);
    expect(balance?.timestamp).toBe(rowOf(simulator, "orders", order).created_at);
    expect(paid?.timestamp).not.toBe(balance?.timestamp);
    expect(created?.timestamp).toBe(rowOf(simulator, "customers", customer).created_at);
  });

  it("can be asked for by time, source, names and customers", async () => {
    const simulator = await subscribed();
    const since = encodeURIComponent(simulator.clock.now.toISOString());
    simulator.change("event.ingest_late");
    simulator.change("event.ingest");
    const order = simulator.change("order.create");
    const { customer_id } = rowOf(simulator, "orders", order);
    const count = async (query: string): Promise<number> =>
      (await page(simulator, `/v1/events/?start_timestamp=${since}&${query}`)).total;
    expect(await count("limit=1")).toBe(3);
    expect(await count("source=system&source=user")).toBe(3);
    expect(await count("source=user")).toBe(1);
    expect(await count("name=order.paid&name=balance.order")).toBe(2);
    expect(await count(`source=system&customer_id=${customer_id}`)).toBe(2);
  });
});

describe("deliveries", () => {
  it("hold the row as it was then", async () => {
    const simulator = await subscribed();
    const id = simulator.change("order.update", { given: { billing_name: "First" } });
    simulator.change("order.update", { id, given: { billing_name: "Second" } });
    const payloads = names(deliveriesOf(simulator), "payload").map((text) =>
      JSON.parse(String(text)),
    );
    expect(payloads).toMatchObject([
      { type: "order.updated", data: { id, billing_name: "First" } },
      { type: "order.updated", data: { id, billing_name: "Second" } },
    ]);
    expect(payloads[1]?.data).toEqual(rowOf(simulator, "orders", id));
  });

  it("come only for the types that an enabled endpoint wants", async () => {
    const simulator = await subscribed();
    simulator.subscribe(["order.paid"]);
    simulator.change("order.create");
    expect(names(deliveriesOf(simulator), "type")).toEqual(["order.paid"]);
    const [endpoint] = simulator.rows("webhook_endpoints");
    simulator.update("webhook_endpoints", endpoint?.id ?? "", { enabled: false });
    simulator.change("order.create");
    expect(deliveriesOf(simulator)).toHaveLength(1);
  });

  it("can be asked for by type", async () => {
    const simulator = await subscribed();
    for (const kind of ["order.update", "order.create", "product.rename"]) simulator.change(kind);
    const query = "event_type=order.updated&event_type=product.updated";
    expect((await page(simulator, `/v1/webhooks/deliveries?${query}`)).total).toBe(2);
  });
});

describe("rows", () => {
  it.each(["orders", "subscriptions", "customers", "checkouts"])(
    "of %s that are created are listed first and found",
    async (stream) => {
      const simulator = await subscribed();
      const id = simulator.change(`${stream.slice(0, -1)}.create`);
      const { items } = await page(simulator, `${paths[stream]}?limit=1`);
      expect(items[0]?.id).toBe(id);
      const single = await ask(simulator, `${paths[stream]}${id}`);
      expect(JSON.parse(single.text)).toEqual(items[0]);
    },
  );

  it("that are imported stand among the old ones", async () => {
    const simulator = await subscribed();
    const at = new Date("2026-03-01T12:00:00Z");
    const id = simulator.change("order.import", { at });
    const range = "created_after=2026-03-01T12:00:00Z&created_before=2026-03-01T12:00:00.01Z";
    const { items } = await page(simulator, `/v1/orders/?${range}`);
    expect(names(items, "id")).toEqual([id]);
    expect(items[0]).toMatchObject({ modified_at: null });
    const begun = simulator.change("subscription.import", { at });
    const started = range.replaceAll("created", "started");
    const list = await page(simulator, `/v1/subscriptions/?${started}`);
    expect(names(list.items, "id")).toEqual([begun]);
  });

  it("say when they were changed, but for changes that do not tell", async () => {
    const simulator = await subscribed();
    const order = simulator.change("order.update");
    const { modified_at } = rowOf(simulator, "orders", order);
    expect(String(modified_at)).toMatch(/^2026-08-20T12:/);
    const was: Item = JSON.parse(simulator.rows("discounts")[3]?.json ?? "");
    const id = String(was.id);
    simulator.change("discount.redeem", { id });
    const redemptions_count = Number(was.redemptions_count) + 1;
    expect(rowOf(simulator, "discounts", id)).toEqual({ ...was, redemptions_count });
  });

  it("a new order counts in its customer's row", async () => {
    const simulator = await subscribed();
    const customer = simulator.rows("customers")[2]?.id ?? "";
    const order = simulator.change("order.create", { links: { customer } });
    const { created_at } = rowOf(simulator, "orders", order);
    const { modified_at } = rowOf(simulator, "customers", customer);
    expect(String(modified_at) > String(created_at)).toBe(true);
  });

  it("a deleted customer is in no list, but in its orders, and comes back", async () => {
    const simulator = await subscribed();
    const id = simulator.change("customer.create");
    const order = simulator.change("order.create", { links: { customer: id } });
    const total = async (): Promise<number> => (await page(simulator, "/v1/customers/")).total;
    const all = await total();
    simulator.change("customer.delete", { id });
    expect(await total()).toBe(all - 1);
    const gone = await ask(simulator, `/v1/customers/${id}`);
    expect([gone.status, JSON.parse(gone.text).error]).toEqual([404, "ResourceNotFound"]);
    const { items } = await page(simulator, `/v1/orders/?customer_id=${id}`);
    const deleted_at = expect.stringMatching(/^2026-08-20T12:/);
    expect(items).toMatchObject([{ id: order, customer: { id, deleted_at } }]);
    simulator.change("customer.restore", { id });
    expect(await total()).toBe(all);
    expect((await ask(simulator, `/v1/customers/${id}`)).status).toBe(200);
  });

  it("a refund goes from pending to succeeded, and its order with it", async () => {
    const simulator = await subscribed();
    const order = simulator.change("order.create");
    const id = simulator.change("refund.create", { links: { order } });
    const unfinished = async (): Promise<unknown[]> =>
      names((await page(simulator, "/v1/refunds/?succeeded=false&limit=100")).items, "id");
    expect(await unfinished()).toContain(id);
    simulator.change("refund.succeed", { id });
    expect(await unfinished()).not.toContain(id);
    expect(rowOf(simulator, "orders", order)).toMatchObject({ status: "refunded" });
    simulator.change("refund.reverse", { id });
    expect(rowOf(simulator, "orders", order)).toMatchObject({ status: "paid" });
  });

  it("a renamed product changes the description of its orders, which keep their modified_at", async () => {
    const simulator = await subscribed();
    const id = simulator.rows("products")[3]?.id ?? "";
    const order = simulator.change("order.create", { links: { product: id, subscription: null } });
    const was = rowOf(simulator, "orders", order);
    simulator.change("product.rename", { id, given: { name: "Nëw" } });
    expect(rowOf(simulator, "orders", order)).toMatchObject({
      description: "Nëw",
      product: { id, name: "Nëw" },
      modified_at: was.modified_at,
    });
  });

  it("are chosen by the seed", async () => {
    const history = async (): Promise<string[]> => {
      const simulator = await subscribed();
      const kinds = [...changeKinds.keys()];
      return kinds.map((kind) => simulator.tryChange(kind) ?? "none");
    };
    expect(await history()).toEqual(await history());
  });

  it("that no row fits are not changed", async () => {
    const simulator = await simulate({ sizes: { disputes: 0 } });
    expect(simulator.tryChange("dispute.lose")).toBeNull();
    expect(() => simulator.change("dispute.lose")).toThrow("dispute.lose");
    expect(() => simulator.change("order.update", { id: "none" })).toThrow("orders has no row");
    expect(() => simulator.change("order.explode")).toThrow("order.explode");
  });
});

describe("a request may change rows", () => {
  it("before it is answered", async () => {
    const simulator: Simulator = await simulate({
      onRequest: ({ path }) => {
        if (path === "/v1/orders/") simulator.change("order.create");
      },
    });
    const totals: number[] = [];
    for (let n = 0; n < 3; n++) totals.push((await page(simulator, "/v1/orders/")).total);
    expect(totals).toEqual([31, 32, 33]);
  });
});
