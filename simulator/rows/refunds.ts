import { type Blueprint, byFlag, byId, byText } from "../blueprint.ts";
import { pick } from "../random.ts";
import { idOf, keyOf, metadata, modifiedAt } from "./common.ts";
import { orderFacts } from "./orders.ts";

const statuses = ["succeeded", "succeeded", "succeeded", "pending", "failed", "canceled"] as const;
const reasons = ["customer_request", "duplicate", "fraudulent", "other"] as const;

export const refunds: Blueprint = {
  name: "refunds",
  path: "/v1/refunds/",
  scopes: ["refunds:read", "refunds:write"],
  sorting: ["created_at", "amount"],
  order: ["-created_at"],
  filters: [
    byId("id"),
    byId("order_id"),
    byId("subscription_id"),
    byId("customer_id"),
    byText("external_customer_id"),
    byFlag("succeeded"),
  ],
  size: 60,
  single: false,
  build: (row) => {
    const { world } = row;
    const order = row.some("orders", 160);
    const { customer, customerId, subscriptionId, amount } = orderFacts(world, order);
    const status = pick(statuses, row.random(161));
    return {
      properties: {
        created_at: row.at(),
        modified_at: modifiedAt(row),
        id: row.id,
        metadata: metadata(row, 162),
        status,
        reason: pick(reasons, row.random(163)),
        amount,
        tax_amount: 0,
        currency: "usd",
        organization_id: world.organizationId,
        order_id: idOf(world, "orders", order),
        subscription_id: subscriptionId,
        customer_id: customerId,
        revoke_benefits: row.oneIn(2, 164),
        dispute: null,
      },
      keys: {
        succeeded: status === "succeeded",
        external_customer_id: keyOf(world, "customers", customer, "external_id"),
      },
    };
  },
};
