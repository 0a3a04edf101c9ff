import { benefitFiles } from "./benefit-files.ts";
import { benefitGrants } from "./benefit-grants.ts";
import { benefits } from "./benefits.ts";
import { checkoutLinks } from "./checkout-links.ts";
import { checkoutProducts } from "./checkout-products.ts";
import { checkouts } from "./checkouts.ts";
import { customFields } from "./custom-fields.ts";
import { customerMeters } from "./customer-meters.ts";
import { customerSeats } from "./customer-seats.ts";
import { customers } from "./customers.ts";
import type { Stream } from "./define.ts";
import { discountProducts } from "./discount-products.ts";
import { discounts } from "./discounts.ts";
import { disputes } from "./disputes.ts";
import { eventTypes } from "./event-types.ts";
import { events } from "./events.ts";
import { files } from "./files.ts";
import { licenseKeyActivations } from "./license-key-activations.ts";
import { licenseKeys } from "./license-keys.ts";
import { members } from "./members.ts";
import { meterQuantities } from "./meter-quantities.ts";
import { meters } from "./meters.ts";
import { metricDashboards } from "./metric-dashboards.ts";
import { metrics } from "./metrics.ts";
import { orderItems } from "./order-items.ts";
import { orders } from "./orders.ts";
import { organizations } from "./organizations.ts";
import { paymentMethods } from "./payment-methods.ts";
import { payments } from "./payments.ts";
import { productBenefits } from "./product-benefits.ts";
import { productPrices } from "./product-prices.ts";
import { products } from "./products.ts";
import { refunds } from "./refunds.ts";
import { subscriptionMeters } from "./subscription-meters.ts";
import { subscriptions } from "./subscriptions.ts";
import { webhookDeliveries } from "./webhook-deliveries.ts";
import { webhookEndpoints } from "./webhook-endpoints.ts";

/** All streams: those selected by default first, then the others by subject. */
export const streams: readonly Stream[] = [
  customers,
  products,
  orders,
  subscriptions,
  refunds,
  checkouts,
  benefits,
  organizations,
  productPrices,
  productBenefits,
  orderItems,
  subscriptionMeters,
  checkoutProducts,
  checkoutLinks,
  customFields,
  discounts,
  discountProducts,
  payments,
  paymentMethods,
  disputes,
  members,
  customerSeats,
  customerMeters,
  meters,
  meterQuantities,
  benefitGrants,
  benefitFiles,
  licenseKeys,
  licenseKeyActivations,
  files,
  events,
  eventTypes,
  webhookEndpoints,
  webhookDeliveries,
  metrics,
  metricDashboards,
];
