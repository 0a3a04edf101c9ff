/** Lists that are asked for by a row of another list. */

import { type Blueprint, byId, type RowMaker } from "../blueprint.ts";
import type { Properties } from "../json.ts";
import { pick } from "../random.ts";
import { embedOrNull, idOrNull } from "../ref.ts";
import type { Rows } from "../world.ts";
import { idOf, metadata, modifiedAt } from "./common.ts";

export const paymentMethods: Blueprint = {
  name: "payment_methods",
  path: "/v1/customers/*/payment-methods",
  scopes: ["customers:read", "customers:write"],
  sorting: [],
  order: ["-created_at"],
  filters: [byId("customer_id")],
  parent: { table: "customers", key: "customer_id" },
  size: 120,
  single: false,
  build: (row) => {
    const isCard = !row.oneIn(4, 270);
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: modifiedAt(row),
        processor: "stripe",
        customer_id: row.link("customer", () => row.one("customers", 271)).id,
        type: isCard ? "card" : "link",
        ...(isCard
          ? {
              method_metadata: {
                brand: "visa",
                last4: "4242",
                exp_month: 12,
                exp_year: 2030,
                wallet: null,
              },
            }
          : {}),
        is_default: row.oneIn(3, 272),
      },
    };
  },
};

const known = new WeakMap<Rows, readonly number[]>();

/** Rows with seats, among the first ones of a table. */
function seated(table: Rows): readonly number[] {
  let rows = known.get(table);
  if (rows === undefined) {
    const first = Array.from({ length: Math.min(table.listed, 500) }, (_, index) => index);
    rows = first.filter((index) => table.key(index, "seats") !== null);
    known.set(table, rows);
  }
  return rows;
}

/** The subscription or order that a seat belongs to. */
function parentOf(row: RowMaker): Properties {
  const name = row.oneIn(2, 280) ? "subscriptions" : "orders";
  const parents = seated(row.world.table(name));
  const id = parents.length === 0 ? null : idOf(row.world, name, pick(parents, row.random(281)));
  return {
    subscription_id: name === "subscriptions" ? id : null,
    order_id: name === "orders" ? id : null,
  };
}

/** Seats of seat-based subscriptions and orders, the revoked ones included, in no order. */
export const customerSeats: Blueprint = {
  name: "customer_seats",
  path: "/v1/customer-seats",
  scopes: ["customer_seats:read"],
  sorting: [],
  order: [],
  filters: [byId("subscription_id"), byId("order_id")],
  unpaged: true,
  size: 120,
  single: false,
  build: (row) => {
    const status = pick(["pending", "claimed", "claimed", "revoked"], row.random(282));
    const member = row.one("members", 283);
    const email = `invitee${row.index}@example.com`;
    const isPending = status === "pending";
    return {
      properties: {
        created_at: row.at(),
        modified_at: modifiedAt(row),
        id: row.id,
        ...parentOf(row),
        status,
        customer_id: status === "revoked" ? null : member.property("customer_id"),
        member_id: idOrNull(isPending ? null : member),
        member: embedOrNull(isPending ? null : member),
        email,
        customer_email: email,
        invitation_token_expires_at: isPending ? "2026-08-21T12:00:00Z" : null,
        claimed_at: status === "claimed" ? row.at() : null,
        revoked_at: status === "revoked" ? row.at() : null,
        seat_metadata: row.oneIn(3, 284) ? null : metadata(row, 285),
      },
    };
  },
};
