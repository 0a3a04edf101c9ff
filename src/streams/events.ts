import { defineStream } from "./define.ts";
import { choice, integer, object, reference, text, timestamp } from "./fields.ts";

const sources = ["system", "user"];

export const events = defineStream({
  name: "events",
  description: "Usage events of customers and Polar's own record of what happened.",
  scope: "events:read",
  optional: true,
  source: {
    kind: "windows",
    path: "/v1/events/",
    order: ["timestamp"],
    timestamp: "timestamp",
    startParameter: "start_timestamp",
    endParameter: "end_timestamp",
    // Usually an event shows up within seconds; under trouble it may take hours.
    lookbackMinutes: 120,
    splits: { source: sources },
    mayRepeatRows: true,
    tells: {
      query: { source: "system" },
      as: "event",
      embeds: { property: "customer", stream: "customers" },
    },
  },
  properties: {
    id: text("Unique identifier (UUID)."),
    timestamp: timestamp("When it happened (UTC); may lie long before it came in."),
    organization_id: reference("organizations", "The organization of the event."),
    customer_id: reference("customers", "Whom it is about. The customer may have been deleted."),
    customer: object("The customer as of the fetch, as in customers."),
    external_customer_id: text("The customer's id in the merchant's own system."),
    member_id: reference("members", "The member of the customer who acted."),
    external_member_id: text("The member's id in the merchant's own system."),
    child_count: integer("Number of events directly below this one."),
    parent_id: reference("events", "The event that this one is part of."),
    label: text("Name of the event's type, for people."),
    source: choice(sources, "Whether Polar or the merchant made the event."),
    name: text("Name of the event's type, such as order.paid; see event_types.name."),
    metadata: object("What happened: ids, amounts, and whatever the merchant sent."),
  },
});
