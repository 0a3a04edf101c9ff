/**
 * A subscription business with what the models of `dbt/` have to tell apart: several currencies, all
 * billing intervals, trials, upgrades, pauses, customers who leave and come back, refunds. It is read
 * three times, with changes in between.
 */
import type { Properties, Simulator } from "../../simulator/index.ts";
import { startSimulator } from "../../simulator/index.ts";

export interface Business {
  readonly simulator: Simulator;
  /** The subscriptions that have a story, by what they are for. */
  readonly ids: ReadonlyMap<string, string>;
}

/** When it is read. */
export const reads = [
  "2026-08-20T12:00:00.000Z",
  "2026-10-05T12:00:00.000Z",
  "2026-11-20T12:00:00.000Z",
] as const;

const sizes = { customers: 120, orders: 260, subscriptions: 90, refunds: 30, checkouts: 20 };
const currencies = ["usd", "usd", "usd", "eur", "jpy"] as const;

/** What a subscription is unless its story says otherwise: 10 dollars a month, from the start of 2026. */
const plain: Properties = {
  status: "active",
  amount: 1_000,
  currency: "usd",
  recurring_interval: "month",
  recurring_interval_count: 1,
  created_at: "2026-01-10T08:00:00Z",
  started_at: "2026-01-10T08:00:00Z",
  current_period_start: "2026-08-10T08:00:00Z",
  modified_at: null,
  cancel_at_period_end: false,
  trial_start: null,
  trial_end: null,
  canceled_at: null,
  ends_at: null,
  ended_at: null,
  past_due_at: null,
  paused_at: null,
  resumes_at: null,
};

/** How each of them stands when it is read for the first time. */
const stories: Readonly<Record<string, Properties>> = {
  yearly: { amount: 19_900, recurring_interval: "year" },
  weekly: { amount: 300, recurring_interval: "week" },
  daily: { amount: 100, recurring_interval: "day", currency: "jpy" },
  quarterly: { amount: 10_000, recurring_interval_count: 3, currency: "eur" },
  free: { amount: 0 },
  "in trial": { status: "trialing", trial_end: "2026-09-20T08:00:00Z" },
  "left in its trial": {
    status: "canceled",
    trial_end: "2026-01-24T08:00:00Z",
    ended_at: "2026-01-20T08:00:00Z",
  },
  "left, and": { status: "canceled", ended_at: "2026-03-10T08:00:00Z" },
  "came back": { started_at: "2026-06-15T08:00:00Z", created_at: "2026-06-15T08:00:00Z" },
  "within a month": { status: "canceled", ended_at: "2026-01-25T08:00:00Z" },
  "given up on": { status: "unpaid", past_due_at: "2026-05-10T08:00:00Z" },
  upgraded: {},
  downgraded: { amount: 5_000 },
  canceled: {},
  "leaving at the end": { cancel_at_period_end: true, ends_at: "2026-10-10T08:00:00Z" },
  paused: {},
  "in another currency": {},
  "without a trace": {},
};

/** Starts it as it is at the first of the {@link reads}. Whoever does has to close the simulator. */
export async function startBusiness(): Promise<Business> {
  const simulator = await startSimulator({ sizes, date: "none" });
  for (const list of ["subscriptions", "orders"]) {
    simulator.persistentIds(list).forEach((id, at) => {
      const currency = currencies[at % currencies.length];
      if (currency !== undefined && currency !== "usd") simulator.update(list, id, { currency });
    });
  }
  const ids = new Map<string, string>();
  const customers = simulator.persistentIds("customers");
  for (const [at, [name, story]] of Object.entries(stories).entries()) {
    // Who came back is who had left.
    const customer = customers[name === "came back" ? at - 1 : at] ?? "";
    const given = { ...plain, ...story };
    ids.set(name, simulator.insert("subscriptions", given, { customer }));
  }
  // They have no other subscriptions, so that each story can be told by itself.
  const told = new Set(customers.slice(0, ids.size));
  for (const { id, json } of simulator.rows("subscriptions")) {
    const { customer_id: customer } = JSON.parse(json);
    if (told.has(customer) && ![...ids.values()].includes(id))
      simulator.remove("subscriptions", id);
  }
  return { simulator, ids };
}

/** What has happened before each of the further {@link reads}. */
export const changes: readonly ((business: Business) => void)[] = [
  ({ simulator, ids }) => {
    const change = (name: string, properties: Properties) =>
      simulator.update("subscriptions", ids.get(name) ?? "", properties);
    change("in trial", { status: "active", modified_at: "2026-09-20T08:00:00Z" });
    change("upgraded", { amount: 3_000, modified_at: "2026-09-10T08:00:00Z" });
    change("downgraded", { amount: 2_000, modified_at: "2026-09-15T08:00:00Z" });
    change("canceled", {
      status: "canceled",
      canceled_at: "2026-09-30T23:00:00Z",
      ended_at: "2026-09-30T23:00:00Z",
      modified_at: "2026-10-02T08:00:00Z",
    });
    change("paused", {
      status: "paused",
      paused_at: "2026-09-12T08:00:00Z",
      modified_at: "2026-10-01T08:00:00Z",
    });
    change("without a trace", { amount: 1_500 });
    const customer = simulator.persistentIds("customers").at(-1) ?? "";
    simulator.insert(
      "subscriptions",
      { ...plain, started_at: "2026-09-01T00:00:00Z", created_at: "2026-09-01T00:00:00Z" },
      { customer },
    );
  },
  ({ simulator, ids }) => {
    const change = (name: string, properties: Properties) =>
      simulator.update("subscriptions", ids.get(name) ?? "", properties);
    change("leaving at the end", {
      status: "canceled",
      ended_at: "2026-10-10T08:00:00Z",
      modified_at: "2026-10-10T08:00:01Z",
    });
    change("paused", { status: "active", paused_at: null, modified_at: "2026-11-02T08:00:00Z" });
    change("in another currency", { currency: "eur", modified_at: "2026-11-03T08:00:00Z" });
    simulator.change("customer.delete", { id: simulator.persistentIds("customers")[0] ?? "" });
  },
];
