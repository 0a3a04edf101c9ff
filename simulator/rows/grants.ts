import { type Blueprint, byFlag, byId, byText, type RowMaker } from "../blueprint.ts";
import type { Json } from "../json.ts";
import { idOrNull } from "../ref.ts";
import { type BenefitType, benefitType } from "./benefits.ts";
import { idOf, modifiedAt, refTo } from "./common.ts";

function propertiesOfType(row: RowMaker, type: BenefitType): Json {
  if (type === "license_keys") {
    const key = row.some("license_keys", 180);
    return {
      license_key_id: idOf(row.world, "license_keys", key),
      display_key: `****-${key.toString(16).padStart(6, "0").toUpperCase()}`,
    };
  }
  if (type === "downloadables") return { files: [idOf(row.world, "files", 0)] };
  return {};
}

/** Grants have no unique key to sort by. */
export const benefitGrants: Blueprint = {
  name: "benefit_grants",
  path: "/v1/benefit-grants/",
  scopes: ["benefits:read", "benefits:write"],
  sorting: ["created_at", "granted_at", "revoked_at"],
  order: ["-created_at"],
  filters: [
    byId("customer_id"),
    byText("external_customer_id"),
    byId("member_id"),
    byFlag("is_granted"),
    byId("benefit_id"),
  ],
  size: 676,
  single: false,
  build: (row) => {
    const { world } = row;
    const benefit = row.link("benefit", () => refTo(world, "benefits", row.some("benefits", 182)));
    const isRevoked = row.oneIn(4, 183);
    const isOrdered = row.oneIn(2, 184);
    const order = row.linkIfAny("order", () => (isOrdered ? row.one("orders", 186) : null));
    const subscription = row.linkIfAny("subscription", () =>
      isOrdered ? null : row.one("subscriptions", 185),
    );
    const customer = row.link("customer", () => row.oneEver("customers", 181));
    return {
      properties: {
        created_at: row.at(),
        modified_at: isRevoked ? row.at(86_400) : modifiedAt(row),
        id: row.id,
        granted_at: row.at(),
        is_granted: !isRevoked,
        revoked_at: isRevoked ? row.at(86_400) : null,
        is_revoked: isRevoked,
        subscription_id: idOrNull(subscription),
        order_id: idOrNull(order),
        customer_id: customer.id,
        member_id: null,
        benefit_id: benefit.id,
        error: row.oneIn(40, 187)
          ? {
              message: "Ünexpected",
              type: "BenefitPreconditionError",
              timestamp: "2026-05-01T00:00:00Z",
            }
          : null,
        customer: customer.embed(),
        member: null,
        benefit: benefit.embed(),
        properties: propertiesOfType(row, benefitType(benefit.like)),
        user_id: customer.id,
      },
      keys: { external_customer_id: customer.key("external_id") },
    };
  },
};
