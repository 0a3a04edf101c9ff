import { defineStream } from "./define.ts";
import {
  cents,
  choice,
  currency,
  integer,
  list,
  object,
  reference,
  resource,
  sometimes,
  text,
  timestamp,
} from "./fields.ts";

export const discounts = defineStream({
  name: "discounts",
  description: "Price reductions, by code or applied by the merchant. Deleted ones leave the list.",
  scope: "discounts:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/discounts/",
    order: ["created_at", "name", "code"],
    otherOrders: ["ends_at", "redemptions_count"],
  },
  properties: {
    ...resource,
    duration: choice(
      ["once", "forever", "repeating"],
      "How long it applies to a subscription: repeating lasts duration_in_months.",
    ),
    type: choice(["fixed", "percentage"], "Whether it takes off an amount or a share."),
    amount: sometimes(cents("What a fixed discount takes off.")),
    currency: sometimes(currency("Currency of the amount of a fixed discount.")),
    amounts: sometimes(object("What a fixed discount takes off in each currency, in cents.")),
    metadata: object("Key-value pairs that the merchant attached to the discount."),
    name: text("Name shown to customers."),
    code: text("Code to enter at checkout; null if only the merchant applies it."),
    starts_at: timestamp("From when it can be used (UTC)."),
    ends_at: timestamp("Until when it can be used (UTC)."),
    max_redemptions: integer("How often it can be used in all; null for no limit."),
    max_redemptions_per_customer: integer("How often a customer can use it; null for no limit."),
    redemptions_count: integer("How often it was used."),
    organization_id: reference("organizations", "The organization that offers it."),
    products: list("The products it is for, empty for all; see discount_products."),
    duration_in_months: sometimes(integer("How many months a repeating discount applies.")),
    basis_points: sometimes(
      integer("What a percentage discount takes off, in 1/100 of a percent."),
    ),
  },
});
