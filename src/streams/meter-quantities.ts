import { defineStream } from "./define.ts";
import { decimal, fromParent, reference, timestamp } from "./fields.ts";

export const meterQuantities = defineStream({
  name: "meter_quantities",
  description: "Usage on each meter, day by day, over all customers.",
  scope: "meters:read",
  optional: true,
  primaryKey: ["meter_id", "timestamp"],
  source: {
    kind: "periods",
    path: "/v1/meters/{id}/quantities",
    parent: "meters",
    rowsAt: "quantities",
    startParameter: "start_timestamp",
    endParameter: "end_timestamp",
    borders: "date-time",
    interval: "day",
    earliest: "2023-01-01",
  },
  properties: {
    meter_id: fromParent("id", reference("meters", "What is measured.")),
    timestamp: timestamp("Start of the day (UTC)."),
    quantity: decimal("Units of the day, as the meter adds them up."),
  },
});
