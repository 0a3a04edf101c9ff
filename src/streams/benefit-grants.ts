import { defineStream } from "./define.ts";
import {
  flag,
  object,
  reference,
  resource,
  secret,
  timestamp,
  undocumented,
  withoutSecret,
} from "./fields.ts";

export const benefitGrants = defineStream({
  name: "benefit_grants",
  description: "Which customer has, or had, which benefit.",
  scope: "benefits:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/benefit-grants/",
    order: ["created_at"],
    otherOrders: ["granted_at", "revoked_at"],
    splits: { is_granted: ["true", "false"] },
    changes: {
      createdBy: "created_at",
      customer: { property: "customer_id", parameter: "customer_id", comesFirst: true },
      namedBy: { event: "benefit_grant_id", webhook: "benefit_grant" },
      embeds: { property: "customer", stream: "customers" },
    },
  },
  properties: {
    ...resource,
    granted_at: timestamp("When the benefit was granted (UTC)."),
    is_granted: flag("Whether the customer has the benefit now."),
    revoked_at: timestamp("When the benefit was taken back (UTC)."),
    is_revoked: flag("Whether the benefit was taken back."),
    subscription_id: reference("subscriptions", "The subscription that grants it."),
    order_id: reference("orders", "The order that grants it, for one-time products."),
    customer_id: reference("customers", "Who has it. The customer may have been deleted."),
    member_id: reference("members", "The member of the customer who has it."),
    benefit_id: reference("benefits", "What is granted."),
    error: object("Why granting failed: type, message and timestamp; null when it went well."),
    customer: object("The customer as of the fetch, as in customers."),
    member: object("The member as of the fetch, as in members."),
    benefit: withoutSecret(
      ["properties", "guild_token"],
      object("The benefit as of the fetch, as in benefits."),
    ),
    properties: secret(object("What the grant made: keys, invitations, accounts, by type.")),
    user_id: undocumented(reference("customers", "Older name of customer_id.")),
  },
});
