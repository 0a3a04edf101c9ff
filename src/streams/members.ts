import { defineStream } from "./define.ts";
import { choice, reference, resource, text } from "./fields.ts";

const roles = ["owner", "billing_manager", "member"];

export const members = defineStream({
  name: "members",
  description: "People who act for a customer. Deleted members leave the list.",
  scope: "members:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/members/",
    order: ["created_at"],
    splits: { role: roles },
    changes: {
      createdBy: "created_at",
      // Of several the API takes only the last one.
      customer: { property: "customer_id", parameter: "customer_id", atOnce: 1 },
      namedBy: { webhook: "member" },
    },
  },
  properties: {
    ...resource,
    customer_id: reference("customers", "For whom the member acts."),
    email: text("Email address; unique per customer."),
    name: text("Name of the member."),
    external_id: text("The member's id in the merchant's own system."),
    role: choice(roles, "What the member may do: a billing_manager can pay, an owner everything."),
  },
});
