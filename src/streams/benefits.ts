import { defineStream } from "./define.ts";
import {
  choice,
  flag,
  object,
  reference,
  resource,
  sometimes,
  text,
  undocumented,
  withoutSecret,
} from "./fields.ts";

const types = [
  "custom",
  "discord",
  "github_repository",
  "downloadables",
  "license_keys",
  "meter_credit",
  "feature_flag",
  "slack_shared_channel",
];

export const benefits = defineStream({
  name: "benefits",
  description: "What products grant to their buyers. Deleted benefits leave the list.",
  scope: "benefits:read",
  source: {
    kind: "list",
    path: "/v1/benefits/",
    order: ["created_at", "description", "type"],
    splits: { type: types },
  },
  properties: {
    ...resource,
    type: choice(types, "What is granted."),
    description: text("Name of the benefit, shown to customers."),
    selectable: flag("Whether the merchant can add it to products."),
    deletable: flag("Whether the merchant can delete it."),
    is_deleted: flag("Whether it was deleted."),
    organization_id: reference("organizations", "The organization that grants it."),
    metadata: object("Key-value pairs that the merchant attached to the benefit."),
    visibility: choice(["draft", "private", "public"], "Who sees the benefit."),
    properties: withoutSecret(
      ["guild_token"],
      object("Settings of its type, such as the note, the repository, or the meter and units."),
    ),
    visibility_configurable: flag("Whether the merchant can change the visibility."),
    is_tax_applicable: sometimes(
      undocumented(flag("Whether the benefit is taxed, for custom ones.")),
    ),
  },
});
