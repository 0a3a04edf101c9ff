import { type Blueprint, byChoice, byId, byText } from "../blueprint.ts";
import { pick } from "../random.ts";
import type { Ref } from "../ref.ts";
import { modifiedAt } from "./common.ts";

const disputeStatuses = [
  "prevented",
  "early_warning",
  "needs_response",
  "under_review",
  "lost",
  "won",
] as const;

const costOf = (order: Ref): { amount: number; tax: number } => ({
  amount: Number(order.fact("net_amount")),
  tax: Number(order.fact("tax_amount")),
});

export const payments: Blueprint = {
  name: "payments",
  path: "/v1/payments/",
  scopes: ["payments:read"],
  sorting: ["created_at", "status", "amount", "method"],
  order: ["-created_at"],
  filters: [
    byId("checkout_id"),
    byId("order_id"),
    byId("customer_id"),
    byChoice("status", ["pending", "succeeded", "failed"]),
    byText("method"),
    byText("customer_email"),
  ],
  size: 408,
  single: true,
  build: (row) => {
    const { world } = row;
    const order = row.link("order", () => row.one("orders", 210));
    const customer = order.via("customer_id", "customers");
    const { amount, tax } = costOf(order);
    const status = pick(
      ["succeeded", "succeeded", "succeeded", "failed", "pending"],
      row.random(211),
    );
    const isCard = !row.oneIn(8, 212);
    return {
      properties: {
        created_at: row.at(),
        modified_at: modifiedAt(row),
        id: row.id,
        processor: "stripe",
        status,
        amount: BigInt(amount) + BigInt(tax),
        currency: "usd",
        method: isCard ? "card" : "kr_card",
        trigger: row.oneIn(3, 213) ? "subscription_cycle" : null,
        decline_reason: status === "failed" ? "insufficient_funds" : null,
        decline_message: status === "failed" ? "Your card has insufficient fünds." : null,
        organization_id: world.organizationId,
        checkout_id: order.property("checkout_id"),
        order_id: order.id,
        processor_metadata: {},
        method_metadata: isCard
          ? { brand: "visa", last4: "4242" }
          : { brand: "kookmin", last4: null },
      },
      keys: {
        customer_id: customer.id,
        customer_email: customer.key("email"),
      },
    };
  },
};

export const disputes: Blueprint = {
  name: "disputes",
  path: "/v1/disputes/",
  scopes: ["disputes:read", "disputes:write"],
  sorting: ["created_at", "amount"],
  order: ["-created_at"],
  filters: [byId("order_id"), byChoice("status", disputeStatuses)],
  size: 16,
  single: true,
  build: (row) => {
    const payment = row.link("payment", () => row.one("payments", 220));
    const order = payment.via("order_id", "orders");
    const { amount, tax } = costOf(order);
    const status = pick(disputeStatuses, row.random(221));
    const isClosed = status === "won" || status === "lost";
    return {
      properties: {
        created_at: row.at(),
        modified_at: modifiedAt(row),
        id: row.id,
        status,
        resolved: isClosed,
        closed: isClosed,
        amount,
        tax_amount: tax,
        currency: "usd",
        reason: row.oneIn(2, 222) ? "fraudulent" : null,
        evidence_due_by: status === "needs_response" ? row.at(7 * 86_400) : null,
        past_due: false,
        order_id: order.id,
        payment_id: payment.id,
        customer: order.via("customer_id", "customers").embed(),
        case_id: row.oneIn(3, 223) ? `case_${row.index}` : null,
      },
    };
  },
};
