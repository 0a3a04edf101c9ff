import { type Blueprint, byChoice, bySingleId, byText, type RowMaker } from "../blueprint.ts";
import { modifiedAt, name, numbered } from "./common.ts";

const memberEmail = (row: RowMaker) => numbered("m", `.${row.random(170) % 3}@example.com`, 7);

/** Members have no unique key to sort by. */
export const members: Blueprint = {
  name: "members",
  path: "/v1/members/",
  scopes: ["members:read", "members:write"],
  sorting: ["created_at"],
  order: ["-created_at"],
  filters: [
    bySingleId("customer_id"),
    byText("external_customer_id"),
    byChoice("role", ["owner", "billing_manager", "member"]),
  ],
  size: 315,
  single: true,
  build: (row) => {
    const customer = row.link("customer", () => row.one("customers", 171));
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: modifiedAt(row),
        customer_id: customer.id,
        email: memberEmail(row),
        name: row.oneIn(7, 172) ? null : name(row, 173),
        external_id: row.oneIn(6, 174) ? "ext-member" : null,
        role: row.oneIn(4, 175) ? "member" : "owner",
      },
      keys: { external_customer_id: customer.key("external_id") },
    };
  },
};
