import { type Blueprint, byFlag, byId, byText } from "../blueprint.ts";
import { pick } from "../random.ts";
import { metadata, modifiedAt } from "./common.ts";

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
    const order = row.link("order", () => row.one("orders", 160));
    const customer = order.via("customer_id", "customers");
    const status = pick(statuses, row.random(161));
    return {
      properties: {
        created_at: row.at(),
        modified_at: modifiedAt(row),
        id: row.id,
        metadata: metadata(row, 162),
        status,
        reason: pick(reasons, row.random(163)),
        amount: Number(order.fact("net_amount")),
        tax_amount: 0,
        currency: "usd",
        organization_id: world.organizationId,
        order_id: order.id,
        subscription_id: order.property("subscription_id"),
        customer_id: customer.id,
        revoke_benefits: row.oneIn(2, 164),
        dispute: null,
      },
      keys: { external_customer_id: customer.key("external_id") },
      derive: (properties) => ({ succeeded: properties.status === "succeeded" }),
    };
  },
};
