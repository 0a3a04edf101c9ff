import { defineStream } from "./define.ts";
import { cents, choice, currency, flag, object, reference, resource } from "./fields.ts";

export const refunds = defineStream({
  name: "refunds",
  description: "Money given back for orders, pending and failed refunds included.",
  scope: "refunds:read",
  source: {
    kind: "list",
    path: "/v1/refunds/",
    order: ["created_at", "amount"],
    splits: { succeeded: ["true", "false"] },
    changes: {
      createdBy: "created_at",
      customer: { property: "customer_id", parameter: "customer_id", comesFirst: true },
      namedBy: { event: "refund_id", webhook: "refund" },
      // A refund that changes is new, or open before or after: see `open`. None tells of another.
      untouchedBy: [
        "balance",
        "benefit",
        "benefit_grant",
        "benefit_grants",
        "checkout",
        "checkouts",
        "customer",
        "customers",
        "customer_seat",
        "member",
        "members",
        "meter",
        "order",
        "orders",
        "payments",
        "refunds.come",
        "subscription",
        "subscriptions",
      ],
      open: [
        { query: { succeeded: "false" }, columns: { status: ["pending", "failed", "canceled"] } },
      ],
    },
  },
  properties: {
    ...resource,
    metadata: object("Key-value pairs that the merchant attached to the refund."),
    status: choice(
      ["pending", "succeeded", "failed", "canceled"],
      "State of the refund. A succeeded one can still fail at the bank.",
    ),
    reason: choice(
      [
        "duplicate",
        "fraudulent",
        "customer_request",
        "service_disruption",
        "satisfaction_guarantee",
        "dispute_prevention",
        "other",
      ],
      "Why the money was given back.",
    ),
    amount: cents("Refunded amount without tax."),
    tax_amount: cents("Refunded sales tax."),
    currency: currency(),
    organization_id: reference("organizations", "The organization that refunded."),
    order_id: reference("orders", "The order that was refunded."),
    subscription_id: reference("subscriptions", "The subscription that the order belongs to."),
    customer_id: reference("customers", "Who got the money. The customer may have been deleted."),
    revoke_benefits: flag("Whether the customer lost the order's benefits with it."),
    dispute: object("The dispute that the refund settles, as in disputes."),
  },
});
