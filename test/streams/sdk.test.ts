/**
 * The contract with the API's official SDK, kept by the type checker: a stream declares exactly the
 * properties of the SDK's model, with types that hold their values. What differs is named here with
 * the reason, no less and no more, so that a new SDK with new properties fails `npm run typecheck`.
 */
import type { models } from "@polar-sh/sdk/2026-10";
import { describe, expect, it } from "vitest";
import type { benefitFiles } from "../../src/streams/benefit-files.ts";
import type { benefitGrants } from "../../src/streams/benefit-grants.ts";
import type { benefits } from "../../src/streams/benefits.ts";
import type { checkoutLinks } from "../../src/streams/checkout-links.ts";
import type { checkouts } from "../../src/streams/checkouts.ts";
import type { customFields } from "../../src/streams/custom-fields.ts";
import type { customerMeters } from "../../src/streams/customer-meters.ts";
import type { customerSeats } from "../../src/streams/customer-seats.ts";
import type { customers } from "../../src/streams/customers.ts";
import type { Stream } from "../../src/streams/define.ts";
import type { discounts } from "../../src/streams/discounts.ts";
import type { disputes } from "../../src/streams/disputes.ts";
import type { eventTypes } from "../../src/streams/event-types.ts";
import type { events } from "../../src/streams/events.ts";
import type { files } from "../../src/streams/files.ts";
import { streams } from "../../src/streams/index.ts";
import type { licenseKeyActivations } from "../../src/streams/license-key-activations.ts";
import type { licenseKeys } from "../../src/streams/license-keys.ts";
import type { members } from "../../src/streams/members.ts";
import type { meterQuantities } from "../../src/streams/meter-quantities.ts";
import type { meters } from "../../src/streams/meters.ts";
import type { metricDashboards } from "../../src/streams/metric-dashboards.ts";
import type { metrics } from "../../src/streams/metrics.ts";
import type { orderItems } from "../../src/streams/order-items.ts";
import type { orders } from "../../src/streams/orders.ts";
import type { organizations } from "../../src/streams/organizations.ts";
import type { paymentMethods } from "../../src/streams/payment-methods.ts";
import type { payments } from "../../src/streams/payments.ts";
import type { productPrices } from "../../src/streams/product-prices.ts";
import type { products } from "../../src/streams/products.ts";
import type { refunds } from "../../src/streams/refunds.ts";
import type { subscriptionMeters } from "../../src/streams/subscription-meters.ts";
import type { subscriptions } from "../../src/streams/subscriptions.ts";
import type { webhookDeliveries } from "../../src/streams/webhook-deliveries.ts";
import type { webhookEndpoints } from "../../src/streams/webhook-endpoints.ts";

/** The values that a column of each JSON type holds. */
interface Held {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
  object: object & { readonly length?: never };
  array: readonly unknown[];
}

/** The properties of a model; of all its variants, if it is a union. */
type Names<Model> = Model extends unknown ? keyof Model & string : never;

type Value<Model, Name> = Model extends unknown
  ? Name extends keyof Model
    ? NonNullable<Model[Name]>
    : never
  : never;

type Mistyped<P extends Stream["properties"], Model> = {
  [Name in keyof P & Names<Model>]: [Value<Model, Name>] extends [Held[P[Name]["type"]]]
    ? never
    : Name;
}[keyof P & Names<Model>];

/** Properties that only some variants of a model have, unless the stream says so. */
type NotSometimes<P extends Stream["properties"], Model> = {
  [Name in keyof P & Exclude<Names<Model>, keyof Model>]: P[Name] extends { sometimes: true }
    ? never
    : Name;
}[keyof P & Exclude<Names<Model>, keyof Model>];

/** Requires a reason for each name, and allows no other. */
type Reasons<Kind extends string, Name extends string> = [Name] extends [never]
  ? { readonly [K in Kind]?: never }
  : { readonly [K in Kind]: Readonly<Record<Name, string>> };

type Drift<S extends Stream, Model> = Reasons<
  "notInSdk",
  Exclude<keyof S["properties"] & string, Names<Model>>
> &
  Reasons<"notDeclared", Exclude<Names<Model>, keyof S["properties"]>> &
  Reasons<"otherType", Mistyped<S["properties"], Model> & string> &
  Reasons<"notSometimes", NotSometimes<S["properties"], Model> & string>;

const UNDOCUMENTED = "the server sends it, its documentation lacks it";
const FROM_PARENT = "the parent's id, which the row itself lacks";
const FROM_REQUEST = "the parameter of the request, which the row itself lacks";

const drift = {
  customers: {} satisfies Drift<typeof customers, models.Customer>,
  products: {} satisfies Drift<typeof products, models.Product>,
  orders: {
    notInSdk: {
      amount: UNDOCUMENTED,
      from_balance_amount: UNDOCUMENTED,
      product_price: UNDOCUMENTED,
      product_price_id: UNDOCUMENTED,
      user: UNDOCUMENTED,
      user_id: UNDOCUMENTED,
    },
  } satisfies Drift<typeof orders, models.Order>,
  subscriptions: {
    notInSdk: {
      price: UNDOCUMENTED,
      price_id: UNDOCUMENTED,
      user: UNDOCUMENTED,
      user_id: UNDOCUMENTED,
    },
  } satisfies Drift<typeof subscriptions, models.Subscription>,
  refunds: {} satisfies Drift<typeof refunds, models.Refund>,
  checkouts: {
    notInSdk: {
      customer_billing_address_fields: UNDOCUMENTED,
      customer_external_id: UNDOCUMENTED,
      subtotal_amount: UNDOCUMENTED,
    },
  } satisfies Drift<typeof checkouts, models.Checkout>,
  benefits: {
    notInSdk: { is_tax_applicable: UNDOCUMENTED },
  } satisfies Drift<typeof benefits, models.Benefit>,
  organizations: {
    notInSdk: {
      embed_hosts_enforced: "gone from the SDK, while servers in use still send it",
      bio: UNDOCUMENTED,
      blog: UNDOCUMENTED,
      company: UNDOCUMENTED,
      default_upfront_split_to_contributors: UNDOCUMENTED,
      location: UNDOCUMENTED,
      notification_settings: UNDOCUMENTED,
      pledge_badge_show_amount: UNDOCUMENTED,
      pledge_minimum_amount: UNDOCUMENTED,
      twitter_username: UNDOCUMENTED,
    },
  } satisfies Drift<typeof organizations, models.Organization>,
  product_prices: {
    notInSdk: { price_per_seat: UNDOCUMENTED },
  } satisfies Drift<typeof productPrices, models.ProductPrice | models.LegacyRecurringProductPrice>,
  order_items: {
    notInSdk: { order_id: FROM_PARENT },
  } satisfies Drift<typeof orderItems, models.OrderItemSchema>,
  subscription_meters: {
    notInSdk: { subscription_id: FROM_PARENT },
  } satisfies Drift<typeof subscriptionMeters, models.SubscriptionMeter>,
  checkout_links: {
    notInSdk: {
      product: UNDOCUMENTED,
      product_id: UNDOCUMENTED,
      product_price: UNDOCUMENTED,
      product_price_id: UNDOCUMENTED,
    },
  } satisfies Drift<typeof checkoutLinks, models.CheckoutLink>,
  custom_fields: {} satisfies Drift<typeof customFields, models.CustomField>,
  discounts: {} satisfies Drift<typeof discounts, models.Discount>,
  payments: {} satisfies Drift<typeof payments, models.Payment>,
  payment_methods: {} satisfies Drift<typeof paymentMethods, models.PaymentMethod>,
  disputes: {} satisfies Drift<typeof disputes, models.Dispute>,
  members: {} satisfies Drift<typeof members, models.Member>,
  customer_seats: {
    notInSdk: { parent_id: FROM_PARENT },
  } satisfies Drift<typeof customerSeats, models.CustomerSeat>,
  customer_meters: {} satisfies Drift<typeof customerMeters, models.CustomerMeter>,
  meters: {} satisfies Drift<typeof meters, models.Meter>,
  meter_quantities: {
    notInSdk: { meter_id: FROM_PARENT, timezone: FROM_REQUEST },
  } satisfies Drift<typeof meterQuantities, models.MeterQuantity>,
  benefit_grants: {
    notInSdk: { user_id: UNDOCUMENTED },
  } satisfies Drift<typeof benefitGrants, models.BenefitGrant>,
  benefit_files: {
    notInSdk: { benefit_id: FROM_PARENT },
  } satisfies Drift<typeof benefitFiles, models.BenefitDownloadableFile>,
  license_keys: {
    notInSdk: { user: UNDOCUMENTED, user_id: UNDOCUMENTED },
  } satisfies Drift<typeof licenseKeys, models.LicenseKeyRead>,
  license_key_activations: {} satisfies Drift<
    typeof licenseKeyActivations,
    models.LicenseKeyWithActivations["activations"][number]
  >,
  files: {} satisfies Drift<typeof files, models.FileRead>,
  events: {} satisfies Drift<typeof events, models.Event>,
  event_types: {} satisfies Drift<typeof eventTypes, models.EventTypeWithStats>,
  webhook_endpoints: {} satisfies Drift<typeof webhookEndpoints, models.WebhookEndpoint>,
  webhook_deliveries: {} satisfies Drift<typeof webhookDeliveries, models.WebhookDelivery>,
  metrics: {
    notInSdk: { organization_id: FROM_PARENT, interval: FROM_REQUEST, timezone: FROM_REQUEST },
  } satisfies Drift<typeof metrics, models.MetricPeriod>,
  metric_dashboards: {} satisfies Drift<typeof metricDashboards, models.MetricDashboardSchema>,
};

const reasons: Record<string, { notInSdk?: Readonly<Record<string, string>> }> = drift;

it("is kept by every stream with columns of its own", () => {
  const own = streams.filter(({ source }) => source.kind !== "nested" || source.linksOnly !== true);
  expect(Object.keys(drift).sort()).toEqual(own.map(({ name }) => name).sort());
});

describe.each(streams.map((stream) => [stream.name, stream.properties] as const))(
  "%s",
  (name, properties) => {
    it("hides the columns that are named as undocumented, and calls no others so", () => {
      const named = Object.entries(reasons[name]?.notInSdk ?? {});
      const hidden = Object.entries(properties).filter(
        ([, each]) => each.hidden === "undocumented",
      );
      expect(hidden.map(([column]) => column).sort()).toEqual(
        named
          .filter(([, reason]) => reason === UNDOCUMENTED)
          .map(([column]) => column)
          .sort(),
      );
    });
  },
);
