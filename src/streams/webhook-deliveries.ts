import { defineStream } from "./define.ts";
import { flag, integer, object, resource, secret, text } from "./fields.ts";

export const webhookDeliveries = defineStream({
  name: "webhook_deliveries",
  description: "Attempts to deliver messages to webhook endpoints.",
  scope: "webhooks:read",
  optional: true,
  source: {
    kind: "windows",
    path: "/v1/webhooks/deliveries",
    order: [],
    timestamp: "created_at",
    startParameter: "start_timestamp",
    endParameter: "end_timestamp",
    earliest: "2020-01-01T00:00:00Z",
    lookbackMinutes: 60,
    tells: { as: "webhook" },
  },
  properties: {
    ...resource,
    succeeded: flag("Whether the endpoint accepted the message."),
    http_code: integer("HTTP status of the answer; null when there was none."),
    response: secret(text("Body of the answer, or why there was none.")),
    webhook_event: secret(object("The message: type, payload, state. Payloads hold secrets.")),
  },
});
