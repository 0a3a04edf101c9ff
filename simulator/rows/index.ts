import type { Blueprint } from "../blueprint.ts";
import { benefits } from "./benefits.ts";
import { checkouts } from "./checkouts.ts";
import { customers } from "./customers.ts";
import { discounts } from "./discounts.ts";
import { customFields } from "./fields.ts";
import { files } from "./files.ts";
import { customerMeters, meters } from "./meters.ts";
import { orders } from "./orders.ts";
import { organizations } from "./organizations.ts";
import { products } from "./products.ts";
import { refunds } from "./refunds.ts";
import { subscriptions } from "./subscriptions.ts";

/** Every list of the API. */
export const blueprints: readonly Blueprint[] = [
  benefits,
  checkouts,
  customFields,
  customerMeters,
  customers,
  discounts,
  files,
  meters,
  orders,
  organizations,
  products,
  refunds,
  subscriptions,
];
