import type { Blueprint } from "../blueprint.ts";
import { benefits } from "./benefits.ts";
import { checkouts } from "./checkouts.ts";
import { customerSeats, paymentMethods } from "./children.ts";
import { customers } from "./customers.ts";
import { metricDashboards } from "./dashboards.ts";
import { discounts } from "./discounts.ts";
import { eventNames, events, eventTypes } from "./events.ts";
import { customFields } from "./fields.ts";
import { files } from "./files.ts";
import { benefitGrants } from "./grants.ts";
import { licenseKeys } from "./licenses.ts";
import { checkoutLinks } from "./links.ts";
import { members } from "./members.ts";
import { customerMeters, meters } from "./meters.ts";
import { orders } from "./orders.ts";
import { organizations } from "./organizations.ts";
import { disputes, payments } from "./payments.ts";
import { products } from "./products.ts";
import { refunds } from "./refunds.ts";
import { subscriptions } from "./subscriptions.ts";
import { webhookDeliveries, webhookEndpoints } from "./webhooks.ts";

/** Every list of the API. */
export const blueprints: readonly Blueprint[] = [
  benefitGrants,
  benefits,
  checkoutLinks,
  checkouts,
  customFields,
  customerMeters,
  customerSeats,
  customers,
  discounts,
  disputes,
  eventNames,
  eventTypes,
  events,
  files,
  licenseKeys,
  members,
  meters,
  metricDashboards,
  orders,
  organizations,
  paymentMethods,
  payments,
  products,
  refunds,
  subscriptions,
  webhookDeliveries,
  webhookEndpoints,
];
