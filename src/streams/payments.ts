import { defineStream } from "./define.ts";
import { cents, choice, currency, object, reference, resource, sometimes, text } from "./fields.ts";

const statuses = ["pending", "succeeded", "failed"];

export const payments = defineStream({
  name: "payments",
  description: "Attempts to pay, failed ones included.",
  scope: "payments:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/payments/",
    order: ["created_at", "amount"],
    otherOrders: ["status", "method"],
    splits: { status: statuses },
    changes: {
      createdBy: "created_at",
      customer: { parameter: "customer_id" },
      rowPath: "/v1/payments/{id}",
      open: [{ query: { status: "pending" } }],
    },
  },
  properties: {
    ...resource,
    processor: choice(["stripe"], "Who processed the payment."),
    status: choice(statuses, "How the attempt ended."),
    amount: cents("Amount to pay, with tax."),
    currency: currency(),
    method: text("Kind of payment method, such as card or link."),
    trigger: choice(
      [
        "purchase",
        "subscription_cycle",
        "retry_dunning",
        "retry_customer",
        "retry_payment_method_update",
        "retry_admin",
      ],
      "What set it off: a sale, a renewal, or a retry by Polar, by the customer or by staff.",
    ),
    decline_reason: text("Code of the reason for a failure."),
    decline_message: text("Reason for a failure, in words."),
    organization_id: reference("organizations", "The organization that is paid."),
    checkout_id: reference("checkouts", "The checkout that is paid for."),
    order_id: reference("orders", "The order that is paid for."),
    processor_metadata: object("What the payment processor adds."),
    method_metadata: sometimes(object("Of a card: brand and last4; null for other methods.")),
  },
});
