import { type Blueprint, byChoice, byFlag, byId, byTime, earlier, later } from "../blueprint.ts";
import { pick } from "../random.ts";
import { hexDigits, modifiedAt, refTo } from "./common.ts";

/** What an endpoint can subscribe to. */
export const deliveredTypes = [
  "checkout.created",
  "checkout.updated",
  "checkout.expired",
  "customer.created",
  "customer.updated",
  "customer.deleted",
  "customer.state_changed",
  "customer_seat.assigned",
  "customer_seat.claimed",
  "customer_seat.revoked",
  "member.created",
  "member.updated",
  "member.deleted",
  "order.created",
  "order.updated",
  "order.paid",
  "order.refunded",
  "subscription.created",
  "subscription.updated",
  "subscription.active",
  "subscription.canceled",
  "subscription.uncanceled",
  "subscription.cycled",
  "subscription.revoked",
  "subscription.past_due",
  "subscription.paused",
  "subscription.resumed",
  "refund.created",
  "refund.updated",
  "product.created",
  "product.updated",
  "discount.created",
  "discount.updated",
  "discount.deleted",
  "benefit.created",
  "benefit.updated",
  "benefit_grant.created",
  "benefit_grant.cycled",
  "benefit_grant.updated",
  "benefit_grant.revoked",
  "organization.updated",
] as const;

const formats = ["raw", "discord", "slack"] as const;

export const webhookEndpoints: Blueprint = {
  name: "webhook_endpoints",
  path: "/v1/webhooks/endpoints",
  scopes: ["webhooks:read", "webhooks:write"],
  sorting: [],
  order: ["-created_at"],
  filters: [],
  size: 3,
  single: true,
  variant: (index) => String(index % formats.length),
  since: { api_version: "later", uses_standard_webhook_signature: "later" },
  build: (row) => {
    const format = pick(formats, row.index);
    return {
      properties: {
        created_at: row.at(),
        modified_at: modifiedAt(row),
        id: row.id,
        url: `https://hooks.example.com/${format}`,
        name: pick([null, "", "Släck"], row.index),
        format,
        secret: `polar_whs_${hexDigits(row, 240, 16)}`,
        organization_id: row.world.organizationId,
        events: format === "slack" ? [] : ["order.created", "customer.created"],
        enabled: format !== "slack",
        api_version: "2026-04",
        uses_standard_webhook_signature: true,
      },
    };
  },
};

/** Deliveries have no key to sort by. */
export const webhookDeliveries: Blueprint = {
  name: "webhook_deliveries",
  path: "/v1/webhooks/deliveries",
  scopes: ["webhooks:read", "webhooks:write"],
  sorting: [],
  order: ["-created_at"],
  filters: [
    byId("endpoint_id"),
    byTime("start_timestamp", "created_at", later, true),
    byTime("end_timestamp", "created_at", earlier, true),
    byFlag("succeeded"),
    byChoice("event_type", deliveredTypes),
  ],
  size: 150,
  single: false,
  build: (row) => {
    const succeeded = !row.oneIn(3, 250);
    const status = succeeded ? 200 : row.oneIn(2, 251) ? 500 : null;
    return {
      properties: {
        created_at: row.at(),
        modified_at: null,
        id: row.id,
        succeeded,
        http_code: status,
        response:
          status === null
            ? "Connection timeout"
            : row.oneIn(2, 252)
              ? '{"ok":true}'
              : "<html>\n<b>é</b></html>",
        webhook_event: {
          created_at: row.at(),
          modified_at: null,
          id: row.innerId(0),
          last_http_code: status,
          succeeded,
          skipped: false,
          payload: `{"type": "order.created", "data": {"i": ${row.index}, "s": "${"\\u00fc".repeat(50)}"}}`,
          type: "customer.created",
          is_archived: false,
        },
      },
      derive: ({ webhook_event }) => ({ event_type: String(Object(webhook_event).type) }),
      keys: {
        endpoint_id: row.link("endpoint", () =>
          refTo(row.world, "webhook_endpoints", row.some("webhook_endpoints", 253)),
        ).id,
      },
    };
  },
};
