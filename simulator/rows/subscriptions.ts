import {
  type Blueprint,
  byChoice,
  byFlag,
  byId,
  byText,
  byTime,
  earlier,
  later,
  type RowMaker,
} from "../blueprint.ts";
import { float, type Json, type Properties } from "../json.ts";
import { pick } from "../random.ts";
import { embedOrNull, idOrNull } from "../ref.ts";
import { idOf, metadata, modifiedAt, only, refTo, rowOf } from "./common.ts";
import { userWithGithub } from "./customers.ts";
import { appliedDiscount } from "./discounts.ts";
import {
  firstPrice,
  firstPriceId,
  productKind,
  productLike,
  productPrices,
  subscribedProduct,
} from "./products.ts";

const MONTH = 30 * 86_400;

const statuses = [
  "active",
  "active",
  "active",
  "canceled",
  "past_due",
  "trialing",
  "unpaid",
  "paused",
] as const;
const reasons = [
  "customer_service",
  "low_quality",
  "missing_features",
  "switched_service",
  "too_complex",
  "too_expensive",
  "unused",
  "other",
] as const;

/** What a subscription is about, by its template. */
function factsOf(row: RowMaker) {
  const { world } = row;
  const product = row.link("product", () =>
    refTo(world, "products", productLike(row.random(90) % 50, true)),
  );
  const kind = productKind(product.like);
  const seats = kind.seats ? 1 + (row.random(91) % 6) : null;
  return {
    product,
    seats,
    customer: row.link("customer", () => row.oneEver("customers", 92)),
    discount: row.linkIfAny("discount", () =>
      row.oneIn(8, 93) ? refTo(world, "discounts", row.some("discounts", 94)) : null,
    ),
    checkout: row.linkIfAny("checkout", () => (row.oneIn(4, 95) ? row.one("checkouts", 96) : null)),
    status: row.hidden ? "incomplete" : pick(statuses, row.random(97)),
    amount: kind.amount * (seats ?? 1),
    interval: kind.interval ?? "month",
  };
}

/** The columns of a subscription that an order also contains. */
function core(row: RowMaker): Properties {
  const { product, seats, customer, discount, checkout, status, amount, interval } = factsOf(row);
  const canceled = status === "canceled";
  const leaving = status === "active" && row.oneIn(6, 98);
  const length = interval === "year" ? 12 * MONTH : MONTH;
  const trial = status === "trialing";
  return {
    created_at: row.at(),
    modified_at: modifiedAt(row),
    id: row.id,
    amount,
    currency: "usd",
    recurring_interval: interval,
    recurring_interval_count: 1,
    status,
    current_period_start: row.at(),
    current_period_end: row.at(length),
    current_meter_period_start: null,
    current_meter_period_end: null,
    trial_start: trial ? row.at() : null,
    trial_end: trial ? row.at(14 * 86_400) : null,
    cancel_at_period_end: leaving,
    canceled_at: canceled || leaving ? row.at(86_400) : null,
    started_at: row.hidden ? null : row.at(),
    ends_at: canceled || leaving ? row.at(length) : null,
    ended_at: canceled ? row.at(length) : null,
    past_due_at: status === "past_due" ? row.at(length) : null,
    pause_at_period_end: false,
    paused_at: status === "paused" ? row.at(86_400) : null,
    resumes_at: status === "paused" ? row.at(length) : null,
    customer_id: customer.id,
    product_id: product.id,
    discount_id: idOrNull(discount),
    checkout_id: idOrNull(checkout),
    seats,
    units: null,
    customer_cancellation_reason: canceled ? pick(reasons, row.random(99)) : null,
    customer_cancellation_comment: canceled && row.oneIn(2, 100) ? "Trop chër 😢" : null,
    price_id: product.embed(firstPriceId),
  };
}

/** A subscription as it stands inside an order. */
export const orderedSubscription = only(
  "metadata",
  "created_at",
  "modified_at",
  "id",
  "amount",
  "currency",
  "recurring_interval",
  "recurring_interval_count",
  "status",
  "current_period_start",
  "current_period_end",
  "current_meter_period_start",
  "current_meter_period_end",
  "trial_start",
  "trial_end",
  "cancel_at_period_end",
  "canceled_at",
  "started_at",
  "ends_at",
  "ended_at",
  "past_due_at",
  "pause_at_period_end",
  "paused_at",
  "resumes_at",
  "customer_id",
  "product_id",
  "discount_id",
  "checkout_id",
  "seats",
  "units",
  "customer_cancellation_reason",
  "customer_cancellation_comment",
  "price_id",
  "user_id",
);

const meterOf = (row: RowMaker): Json => ({
  created_at: row.at(),
  modified_at: null,
  id: row.innerId(0),
  consumed_units: float(row.random(103) % 2 === 0 ? 0 : 12.5),
  credited_units: 5,
  amount: row.random(104) % 500,
  meter_id: idOf(row.world, "meters", 0),
  meter: rowOf(row.world, "meters", 0),
});

/** Neither the list nor GET shows a subscription that has not started. */
export const subscriptions: Blueprint = {
  name: "subscriptions",
  path: "/v1/subscriptions/",
  scopes: ["subscriptions:read", "subscriptions:write"],
  sorting: [
    "customer",
    "status",
    "started_at",
    "current_period_end",
    "ended_at",
    "ends_at",
    "amount",
    "product",
    "discount",
  ],
  order: ["-started_at"],
  filters: [
    byId("product_id"),
    byId("customer_id"),
    byText("external_customer_id"),
    byId("discount_id"),
    byFlag("active"),
    byChoice("status", [
      "incomplete",
      "incomplete_expired",
      "trialing",
      "active",
      "past_due",
      "canceled",
      "unpaid",
      "paused",
    ]),
    byFlag("cancel_at_period_end"),
    byChoice("customer_cancellation_reason", reasons),
    byTime("canceled_at_after", "canceled_at", (key, bound) => key >= bound),
    byTime("canceled_at_before", "canceled_at", (key, bound) => key <= bound),
    byTime("started_after", "started_at", later),
    byTime("started_before", "started_at", earlier),
  ],
  size: 220,
  hidden: (size) => Math.ceil(size / 20),
  single: true,
  build: (row) => {
    const { product, customer, discount } = factsOf(row);
    const metered = productKind(product.like).name === "Fixed + metered";
    return {
      properties: {
        ...core(row),
        metadata: metadata(row, 101),
        custom_field_data: row.oneIn(6, 102) ? { "cf-text": "ñ", "cf-number": 42 } : {},
        customer: customer.embed(),
        user_id: customer.id,
        user: customer.embed(userWithGithub),
        product: product.embed(subscribedProduct),
        discount: embedOrNull(discount, appliedDiscount),
        price: product.embed(firstPrice),
        prices: product.embed(productPrices),
        meters: metered ? [meterOf(row)] : [],
        pending_update: null,
      },
      keys: {
        customer: customer.key("name"),
        external_customer_id: customer.key("external_id"),
        product: product.key("name"),
        discount: discount?.key("name") ?? null,
      },
      derive: ({ status }) => ({
        active: ["active", "trialing", "past_due"].includes(String(status)),
      }),
    };
  },
};
