import { defineStream } from "./define.ts";
import {
  choice,
  flag,
  fromParent,
  object,
  reference,
  resource,
  sometimes,
  text,
} from "./fields.ts";

export const paymentMethods = defineStream({
  name: "payment_methods",
  description: "Cards and the like that customers saved, one request per customer.",
  scope: "customers:read",
  optional: true,
  primaryKey: ["customer_id", "id"],
  source: {
    kind: "children",
    parents: [{ stream: "customers", path: "/v1/customers/{id}/payment-methods" }],
    rowsAt: "items",
    paged: true,
  },
  properties: {
    customer_id: fromParent("id", reference("customers", "Whose payment method.")),
    ...resource,
    processor: choice(["stripe"], "Who keeps the payment method."),
    type: text("Kind of payment method, such as card or link."),
    method_metadata: sometimes(
      object("Of a card: brand, last4, exp_month, exp_year, wallet; else null."),
    ),
    is_default: flag("Whether the customer pays with it by default."),
  },
});
