/** The system events that changes make: whom they name, and what time they say. */
import type { Data } from "../data.ts";
import type { Key, Properties } from "../json.ts";
import type { Struck } from "./change.ts";

interface SystemEvent {
  readonly given: Properties;
  readonly customer: string | null;
  /** The time that it says, in microseconds; null for that of its writing. */
  readonly created: number | null;
}

/** Events that say when their row was created, however late they are written. */
const backdated = new Set([
  "balance.order",
  "balance.credit_order",
  "customer.created",
  "subscription.created",
]);

/** Whether an event is written by a background job. */
export const isDelayed = (name: string): boolean => name.startsWith("customer.");

/** The ids and amounts that an event has of its row. */
function metadataOf(name: string, list: string, row: Struck): Properties {
  const key = (property: string): Key => row.key(property);
  switch (list) {
    case "orders":
      return {
        order_id: row.id,
        ...(name === "order.paid" && key("subscription_id") !== null
          ? { subscription_id: key("subscription_id") }
          : {}),
        amount: key("net_amount"),
        currency: key("currency"),
        net_amount: key("net_amount"),
        tax_amount: key("tax_amount"),
      };
    case "refunds":
      return { refund_id: row.id, order_id: key("order_id"), amount: key("amount") };
    case "disputes":
      return { dispute_id: row.id, order_id: key("order_id"), amount: key("amount") };
    case "subscriptions":
      return {
        subscription_id: row.id,
        product_id: key("product_id"),
        amount: key("amount"),
        currency: key("currency"),
      };
    case "checkouts":
      return { checkout_id: row.id, checkout_status: key("status") };
    case "customers":
      return {
        customer_id: row.id,
        customer_email: key("email"),
        customer_name: key("name"),
        customer_external_id: key("external_id"),
      };
    case "benefit_grants":
      return { benefit_id: key("benefit_id"), benefit_grant_id: row.id };
    default:
      return {};
  }
}

/** Whose row it is. checkout.created names nobody. */
function customerOf(data: Data, list: string, row: Struck): string | null {
  if (list === "customers") return row.id;
  if (list === "checkouts") return null;
  const own = row.key("customer_id");
  const customer = own ?? data.keyOf("orders", row.key("order_id"), "customer_id");
  return typeof customer === "string" ? customer : null;
}

const labelOf = (name: string): string =>
  name.replace(/(^|[._])(\w)/g, (_, before, letter) => `${before && " "}${letter.toUpperCase()}`);

export function systemEvent(data: Data, name: string, list: string, row: Struck): SystemEvent {
  const created = row.key("created_at");
  const customer = customerOf(data, list, row);
  return {
    given: {
      ...(customer === null ? { external_customer_id: null } : {}),
      label: labelOf(name),
      source: "system",
      name,
      metadata: metadataOf(name, list, row),
    },
    customer,
    created: backdated.has(name) && typeof created === "number" ? created : null,
  };
}
