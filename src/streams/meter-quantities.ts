import { defineStream } from "./define.ts";
import { decimal, fromParent, fromRequest, reference, text, timestamp } from "./fields.ts";

export const meterQuantities = defineStream({
  name: "meter_quantities",
  description: "Usage on each meter, day by day, over all customers.",
  scope: "meters:read",
  optional: true,
  primaryKey: ["meter_id", "timezone", "timestamp"],
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
    timezone: fromRequest("timezone", text("Time zone in which the days begin (IANA name).")),
    timestamp: timestamp("Start of the day: midnight in its time zone."),
    quantity: decimal("Units of the day, as the meter adds them up."),
  },
});
