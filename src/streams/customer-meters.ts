import { defineStream } from "./define.ts";
import { decimal, integer, object, reference, resource } from "./fields.ts";

export const customerMeters = defineStream({
  name: "customer_meters",
  description:
    "Usage and credit of each customer on each meter. Those of archived meters need meters:read, too.",
  scope: "customer_meters:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/customer-meters/",
    order: ["created_at", "customer_id", "meter_id"],
    otherOrders: [
      "modified_at",
      "customer_name",
      "meter_name",
      "consumed_units",
      "credited_units",
      "balance",
    ],
    hiddenUnless: {
      parameter: "meter_id",
      parent: "meters",
      parentQuery: { is_archived: "true" },
    },
  },
  properties: {
    ...resource,
    customer_id: reference("customers", "Whose usage. The customer may have been deleted."),
    meter_id: reference("meters", "What is measured."),
    consumed_units: decimal("Units used in the present period."),
    credited_units: integer("Units granted for the present period."),
    balance: decimal("Units left: credited less consumed."),
    customer: object("The customer as of the fetch, as in customers."),
    meter: object("The meter as of the fetch, as in meters."),
  },
});
