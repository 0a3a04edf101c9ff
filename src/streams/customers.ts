import { defineStream } from "./define.ts";
import {
  choice,
  flag,
  list,
  object,
  personal,
  reference,
  resource,
  text,
  timestamp,
} from "./fields.ts";

export const customers = defineStream({
  name: "customers",
  description:
    "People and teams that bought or may buy. Deleted ones leave the list, while their orders stay.",
  scope: "customers:read",
  source: {
    kind: "list",
    path: "/v1/customers/",
    order: ["created_at", "email"],
    otherOrders: ["name"],
    changes: {
      createdBy: "created_at",
      customer: { property: "id" },
      rowPath: "/v1/customers/{id}",
      namedBy: { event: "customer_id", webhook: "customer" },
      export: { path: "/v1/customers/export" },
    },
  },
  properties: {
    ...resource,
    metadata: object("Key-value pairs that the merchant attached to the customer."),
    external_id: text("The customer's id in the merchant's own system; unique per organization."),
    email: text("Email address; unique per organization. A team may have none."),
    email_verified: flag("Whether the customer has proven to own the email address."),
    type: choice(
      ["individual", "team"],
      "Whether the customer is one person or has several members.",
    ),
    name: text("Full name or company name."),
    billing_name: text("Name to print on invoices."),
    billing_address: object(
      "Billing address: line1, line2, postal_code, city, state and country (ISO 3166-1 alpha-2).",
    ),
    tax_id: personal(list("Tax number and its kind, as in [number, kind].")),
    locale: text("Preferred language, a BCP 47 tag such as en or fr-CA."),
    organization_id: reference("organizations", "The organization that sells to the customer."),
    default_payment_method_id: reference("payment_methods", "What the customer pays with."),
    deleted_at: timestamp("When the customer was deleted (UTC). Listed customers have null."),
    first_user_event_at: timestamp("When the first usage event of the customer happened (UTC)."),
    avatar_url: text("Address of a picture, made from the email address (Gravatar)."),
  },
});
