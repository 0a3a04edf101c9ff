import { defineStream } from "./define.ts";
import { fromItem, fromParent, position, reference } from "./fields.ts";

export const checkoutProducts = defineStream({
  name: "checkout_products",
  description: "Which products each checkout offers, in the order shown.",
  scope: "checkouts:read",
  optional: true,
  primaryKey: ["checkout_id", "product_id"],
  source: { kind: "nested", parent: "checkouts", array: "products", linksOnly: true },
  properties: {
    checkout_id: fromParent("id", reference("checkouts", "The checkout.")),
    product_id: fromItem("id", reference("products", "The product on offer.")),
    position: position("Place in the list of products, from 0."),
  },
});
