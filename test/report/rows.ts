/** Rows of the report, of which a test says only what it is about. */
import type { Order, Subscription } from "../../scripts/report/rows.ts";

let made = 0;

export function subscription(given: Partial<Subscription> = {}): Subscription {
  made++;
  return {
    id: `subscription ${made}`,
    customer_id: `customer of subscription ${made}`,
    amount: 1_000n,
    currency: "usd",
    recurring_interval: "month",
    recurring_interval_count: 1,
    status: "active",
    current_period_start: null,
    started_at: Date.UTC(2026, 0, 15),
    ended_at: null,
    trial_end: null,
    past_due_at: null,
    paused_at: null,
    ...given,
  };
}

export function order(given: Partial<Order> = {}): Order {
  made++;
  return {
    id: `order ${made}`,
    created_at: Date.UTC(2026, 0, 15),
    paid: true,
    net_amount: 1_000n,
    refunded_amount: 0n,
    currency: "usd",
    product_id: null,
    ...given,
  };
}
