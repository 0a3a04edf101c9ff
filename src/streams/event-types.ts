import { defineStream } from "./define.ts";
import { choice, integer, reference, text, timestamp } from "./fields.ts";

const sources = ["system", "user"];

export const eventTypes = defineStream({
  name: "event_types",
  description: "Each name under which events came in, with counts.",
  scope: "events:read",
  optional: true,
  // Types of Polar's own events may have no id; one row stands for all events of a name and source.
  primaryKey: ["organization_id", "source", "name"],
  source: {
    kind: "list",
    path: "/v1/event-types/",
    order: ["first_seen", "name"],
    otherOrders: ["label", "last_seen", "occurrences"],
    splits: { source: sources },
  },
  properties: {
    id: text("Unique identifier (UUID); null for types that Polar defines."),
    created_at: timestamp("When the type was created (UTC); null for types that Polar defines."),
    modified_at: timestamp("When the type last changed (UTC); null until the first change."),
    name: text("Name of the events, such as order.paid."),
    label: text("Name for people."),
    label_property_selector: text("Path in the events' metadata that makes the label."),
    organization_id: reference("organizations", "The organization of the events."),
    source: choice(sources, "Whether Polar or the merchant makes the events."),
    occurrences: integer("Number of events."),
    first_seen: timestamp("Time of the earliest event (UTC)."),
    last_seen: timestamp("Time of the latest event (UTC)."),
  },
});
