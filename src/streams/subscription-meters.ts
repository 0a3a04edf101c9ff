import { defineStream } from "./define.ts";
import { cents, decimal, fromParent, integer, object, reference, resource } from "./fields.ts";

export const subscriptionMeters = defineStream({
  name: "subscription_meters",
  description: "Usage of each subscription's meters in the present period.",
  scope: "subscriptions:read",
  optional: true,
  primaryKey: ["subscription_id", "id"],
  source: { kind: "nested", parent: "subscriptions", array: "meters" },
  properties: {
    subscription_id: fromParent("id", reference("subscriptions", "The subscription billed.")),
    ...resource,
    consumed_units: decimal("Units used in the present period."),
    credited_units: integer("Units granted for the present period."),
    amount: cents("What the usage costs so far."),
    meter_id: reference("meters", "What is measured."),
    meter: object("The meter as of the fetch, as in meters."),
  },
});
