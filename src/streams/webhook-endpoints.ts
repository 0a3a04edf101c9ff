import { defineStream } from "./define.ts";
import { choice, flag, list, reference, resource, secret, sometimes, text } from "./fields.ts";

export const webhookEndpoints = defineStream({
  name: "webhook_endpoints",
  description: "Addresses that Polar notifies. Deleted endpoints leave the list.",
  scope: "webhooks:read",
  optional: true,
  source: { kind: "list", path: "/v1/webhooks/endpoints", order: [] },
  properties: {
    ...resource,
    // A Discord or Slack address is all that it takes to post there.
    url: secret(text("Address that is called.")),
    name: text("Name of the endpoint, for the merchant."),
    format: choice(["raw", "discord", "slack"], "Shape of the messages: raw is Polar's JSON."),
    secret: secret(text("Key that signs the messages.")),
    organization_id: reference("organizations", "The organization whose events are sent."),
    events: list("Names of the events that are sent."),
    enabled: flag("Whether messages are sent; Polar turns off endpoints that keep failing."),
    api_version: sometimes(text("API version of the messages, such as 2026-10.")),
    uses_standard_webhook_signature: sometimes(
      flag("Whether the signature is a Standard Webhooks one."),
    ),
  },
});
