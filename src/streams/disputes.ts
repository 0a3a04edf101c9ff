import { defineStream } from "./define.ts";
import {
  cents,
  choice,
  currency,
  flag,
  object,
  reference,
  resource,
  text,
  timestamp,
} from "./fields.ts";

const statuses = ["prevented", "early_warning", "needs_response", "under_review", "lost", "won"];

export const disputes = defineStream({
  name: "disputes",
  description: "Payments that customers contest at their bank.",
  scope: "disputes:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/disputes/",
    order: ["created_at", "amount"],
    splits: { status: statuses },
  },
  properties: {
    ...resource,
    status: choice(
      statuses,
      "Where it stands: early_warning came before the dispute, prevented was refunded in time.",
    ),
    resolved: flag("Whether it was settled by a refund."),
    closed: flag("Whether nothing more will happen."),
    amount: cents("Contested amount without tax."),
    tax_amount: cents("Contested sales tax."),
    currency: currency(),
    reason: text("Why the payment is contested, in the card network's terms."),
    evidence_due_by: timestamp("Until when evidence can be handed in (UTC)."),
    past_due: flag("Whether it is too late for evidence."),
    order_id: reference("orders", "The order that is contested."),
    payment_id: reference("payments", "The payment that is contested."),
    customer: object("The customer as of the fetch, as in customers."),
    case_id: text("Id of the case in which the dispute is handled."),
  },
});
