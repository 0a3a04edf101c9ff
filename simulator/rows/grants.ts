import { type Blueprint, byFlag, byId, byText, type RowMaker } from "../blueprint.ts";
import type { Json } from "../json.ts";
import { type BenefitType, benefitType } from "./benefits.ts";
import { idOf, keyOf, modifiedAt, rowOf } from "./common.ts";

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
    const customer = row.someEver("customers", 181);
    const benefit = row.some("benefits", 182);
    const isRevoked = row.oneIn(4, 183);
    const isOrdered = row.oneIn(2, 184);
    return {
      properties: {
        created_at: row.at(),
        modified_at: isRevoked ? row.at(86_400) : modifiedAt(row),
        id: row.id,
        granted_at: row.at(),
        is_granted: !isRevoked,
        revoked_at: isRevoked ? row.at(86_400) : null,
        is_revoked: isRevoked,
        subscription_id: isOrdered
          ? null
          : idOf(world, "subscriptions", row.some("subscriptions", 185)),
        order_id: isOrdered ? idOf(world, "orders", row.some("orders", 186)) : null,
        customer_id: idOf(world, "customers", customer),
        member_id: null,
        benefit_id: idOf(world, "benefits", benefit),
        error: row.oneIn(40, 187)
          ? {
              message: "Ünexpected",
              type: "BenefitPreconditionError",
              timestamp: "2026-05-01T00:00:00Z",
            }
          : null,
        customer: rowOf(world, "customers", customer),
        member: null,
        benefit: rowOf(world, "benefits", benefit),
        properties: propertiesOfType(row, benefitType(benefit)),
        user_id: idOf(world, "customers", customer),
      },
      keys: { external_customer_id: keyOf(world, "customers", customer, "external_id") },
    };
  },
};
