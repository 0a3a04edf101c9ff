import { defineStream } from "./define.ts";
import { choice, object, reference, resource, text } from "./fields.ts";

const types = ["text", "number", "date", "checkbox", "select"];

export const customFields = defineStream({
  name: "custom_fields",
  description: "Questions that a checkout can ask. Deleted fields leave the list.",
  scope: "custom_fields:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/custom-fields/",
    order: ["created_at", "slug"],
    otherOrders: ["name", "type"],
    splits: { type: types },
  },
  properties: {
    ...resource,
    metadata: object("Key-value pairs that the merchant attached to the field."),
    type: choice(types, "Kind of answer."),
    slug: text("Key of the answers in custom_field_data; unique per organization."),
    name: text("Name of the field, for the merchant."),
    organization_id: reference("organizations", "The organization that asks."),
    properties: object("Label, help text, limits and options, by type."),
  },
});
