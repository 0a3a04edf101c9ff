import { defineStream } from "./define.ts";
import {
  choice,
  flag,
  integer,
  interval,
  list,
  object,
  reference,
  resource,
  sometimes,
  text,
  withoutSecret,
} from "./fields.ts";

export const products = defineStream({
  name: "products",
  description: "What the organization sells, once or by subscription, archived products included.",
  scope: "products:read",
  source: {
    kind: "list",
    path: "/v1/products/",
    order: ["created_at", "name"],
    otherOrders: ["price_amount_type", "price_amount"],
    splits: {
      is_archived: ["true", "false"],
      is_recurring: ["true", "false"],
      visibility: ["draft", "private", "public"],
    },
  },
  properties: {
    ...resource,
    trial_interval: interval("Unit of the free trial's length; null without a trial."),
    trial_interval_count: integer("Length of the free trial, counted in trial_interval."),
    name: text("Name shown to customers."),
    description: text("Text shown to customers, in Markdown."),
    visibility: choice(
      ["draft", "private", "public"],
      "Who can find the product: nobody yet, those with a link, or everybody.",
    ),
    recurring_interval: interval("Unit of the billing period; null for a one-time product."),
    recurring_interval_count: integer("Length of the billing period in recurring_interval."),
    meter_interval: interval(
      "Unit of the usage billing period, where it differs from the main one.",
    ),
    meter_interval_count: integer("Length of the usage billing period in meter_interval."),
    is_recurring: flag("Whether the product is sold by subscription."),
    is_archived: flag("Whether the product is no longer sold."),
    organization_id: reference("organizations", "The organization that sells the product."),
    metadata: object("Key-value pairs that the merchant attached to the product."),
    prices: list("The product's prices; see product_prices."),
    benefits: withoutSecret(
      ["properties", "guild_token"],
      list("What buyers get, in the order shown; see product_benefits."),
    ),
    medias: list("Pictures of the product, as in files."),
    attached_custom_fields: list("Questions asked at checkout: custom_field_id, order, required."),
    is_deletable: sometimes(
      flag("Whether the product can still be deleted, since nothing refers to it."),
    ),
  },
});
