import { defineStream } from "./define.ts";
import { choice, integer, object, reference, resource, text, timestamp } from "./fields.ts";

export const meters = defineStream({
  name: "meters",
  description: "Definitions of what usage is counted and how, archived meters included.",
  scope: "meters:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/meters/",
    order: ["created_at", "name"],
    splits: { is_archived: ["true", "false"] },
  },
  properties: {
    ...resource,
    metadata: object("Key-value pairs that the merchant attached to the meter."),
    name: text("Name shown on invoices."),
    unit: choice(
      ["scalar", "token", "custom"],
      "What one unit is: a plain number, an AI token, or the merchant's own.",
    ),
    custom_label: text("Name of a custom unit."),
    custom_multiplier: integer("How many units a custom unit stands for."),
    filter: object("Which events count: conjunction and clauses."),
    aggregation: object("How events add up: func, such as count, sum or max, and property."),
    organization_id: reference("organizations", "The organization that measures."),
    archived_at: timestamp("When it was archived (UTC); null while in use."),
  },
});
