import { defineStream } from "./define.ts";
import { fromItem, fromParent, position, reference } from "./fields.ts";

export const productBenefits = defineStream({
  name: "product_benefits",
  description: "Which product grants which benefits, in the order shown.",
  scope: "products:read",
  optional: true,
  primaryKey: ["product_id", "benefit_id"],
  source: { kind: "nested", parent: "products", array: "benefits", linksOnly: true },
  properties: {
    product_id: fromParent("id", reference("products", "The product that grants.")),
    benefit_id: fromItem("id", reference("benefits", "What is granted.")),
    position: position("Place in the list of benefits, from 0."),
  },
});
