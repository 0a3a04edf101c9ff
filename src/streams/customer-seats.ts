import { defineStream } from "./define.ts";
import { choice, fromParent, object, reference, resource, text, timestamp } from "./fields.ts";

export const customerSeats = defineStream({
  name: "customer_seats",
  description:
    "Seats of seat-based subscriptions and orders, one request each. Also reads both of these.",
  scope: "customer_seats:read",
  optional: true,
  // A seat belongs to a subscription or to an order: one of their columns is null, hence parent_id.
  primaryKey: ["parent_id", "id"],
  source: {
    kind: "children",
    parents: [
      {
        stream: "subscriptions",
        path: "/v1/customer-seats",
        parameter: "subscription_id",
        parentHas: "seats",
      },
      { stream: "orders", path: "/v1/customer-seats", parameter: "order_id", parentHas: "seats" },
    ],
    rowsAt: "seats",
    paged: false,
  },
  properties: {
    parent_id: fromParent("id", text("The subscription or order by which the seat was found.")),
    ...resource,
    subscription_id: reference("subscriptions", "The subscription that pays for the seat."),
    order_id: reference("orders", "The order that paid for the seat, if bought once."),
    status: choice(
      ["pending", "claimed", "revoked"],
      "Whether the invitation waits, was accepted, or was taken back.",
    ),
    customer_id: reference("customers", "The customer who sits on it."),
    member_id: reference("members", "The member who sits on it."),
    member: object("The member as of the fetch, as in members."),
    email: text("Email address that was invited."),
    customer_email: text("Email address of the customer or member on the seat."),
    invitation_token_expires_at: timestamp("Until when the invitation can be accepted (UTC)."),
    claimed_at: timestamp("When the invitation was accepted (UTC)."),
    revoked_at: timestamp("When the seat was taken back (UTC)."),
    seat_metadata: object("Key-value pairs that the merchant attached to the seat."),
  },
});
