import { defineStream } from "./define.ts";
import { fromItem, fromParent, position, reference } from "./fields.ts";

export const discountProducts = defineStream({
  name: "discount_products",
  description: "Which discount is for which products. Discounts for all products have no rows.",
  scope: "discounts:read",
  optional: true,
  primaryKey: ["discount_id", "product_id"],
  source: { kind: "nested", parent: "discounts", array: "products", linksOnly: true },
  properties: {
    discount_id: fromParent("id", reference("discounts", "The discount.")),
    product_id: fromItem("id", reference("products", "The product that it is for.")),
    position: position("Place in the list of products, from 0."),
  },
});
