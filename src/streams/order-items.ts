import { defineStream } from "./define.ts";
import {
  cents,
  flag,
  fromParent,
  reference,
  resource,
  sometimes,
  text,
  timestamp,
} from "./fields.ts";

export const orderItems = defineStream({
  name: "order_items",
  description: "The lines of each order.",
  scope: "orders:read",
  optional: true,
  primaryKey: ["order_id", "id"],
  source: { kind: "nested", parent: "orders", array: "items" },
  properties: {
    order_id: fromParent("id", reference("orders", "The order of the line.")),
    ...resource,
    label: text("What the line is for."),
    amount: cents("Before discounts and taxes; negative for credits."),
    tax_amount: cents("Sales tax of the line."),
    proration: flag("Whether the line settles a change within a billing period."),
    product_price_id: reference("product_prices", "The price that the line is billed at."),
    start_timestamp: sometimes(timestamp("Start of the period that the line covers (UTC).")),
    end_timestamp: sometimes(timestamp("End of the period that the line covers (UTC).")),
  },
});
