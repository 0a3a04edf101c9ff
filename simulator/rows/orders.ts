import {
  type Blueprint,
  byChoice,
  byId,
  byText,
  byTime,
  earlier,
  later,
  type RowMaker,
} from "../blueprint.ts";
import type { Json } from "../json.ts";
import { pick } from "../random.ts";
import { embedOrNull, idOrNull, type Ref } from "../ref.ts";
import type { Rows } from "../world.ts";
import { address, metadata, modifiedAt, name, numbered, refTo } from "./common.ts";
import { userWithGithub } from "./customers.ts";
import { appliedDiscount } from "./discounts.ts";
import { firstPrice, firstPriceId, orderedProduct, productKind, productLike } from "./products.ts";
import { orderedSubscription } from "./subscriptions.ts";

const statuses = [
  ...Array<string>(14).fill("paid"),
  "pending",
  "pending",
  "refunded",
  "partially_refunded",
  "void",
];

/** Some orders are drafts, and two of those stand at the end of each run of equal created_at. */
function isDraft(index: number, table: Rows): boolean {
  const run = table.placeInRun(index);
  return run === null ? index % 60 === 17 : run.position >= run.length - 2;
}

// Numbers must not follow created_at: they are handed out when an invoice is made. Multiplying by
// an odd number shuffles any block of 1,024 rows, and leaves each number unique.
const invoiceOf = (index: number): number =>
  (index & ~1023) | (Math.imul(index & 1023, 389) & 1023);

const invoiceNumber = numbered("TAP-TEST-", "", 7, invoiceOf);

function amountsOf(row: RowMaker, status: string, base: number) {
  const isHuge = row.index % 211 === 7 && !row.world.ordinaryAmounts;
  const subtotal = isHuge ? 9007199254740993n : BigInt(base);
  const discount = row.oneIn(9, 130) && base > 0 ? 300n : 0n;
  const net = subtotal > discount ? subtotal - discount : 0n;
  const tax = row.oneIn(2, 132) ? net / 5n : 0n;
  const refunded = status === "refunded" ? net : status === "partially_refunded" ? net / 3n : 0n;
  const refundedTax = net === 0n ? 0n : (tax * refunded) / net;
  return { subtotal, discount, net, tax, refunded, refundedTax };
}

/** A quarter of the orders have a second item, some of those a third one. */
function itemsOf(row: RowMaker, label: string, amount: bigint, tax: bigint, price: Json): Json {
  const item = (position: number, properties: { readonly [name: string]: Json }): Json => ({
    created_at: row.at(),
    modified_at: null,
    id: row.innerId(position),
    ...properties,
  });
  const items = [
    item(0, { label, amount, tax_amount: tax, proration: false, product_price_id: price }),
  ];
  const setup = { amount: 1000, tax_amount: 0, proration: false, product_price_id: null };
  const credit = { amount: -1000, tax_amount: 0, proration: true, product_price_id: null };
  if (row.oneIn(4, 133)) items.push(item(1, { label: "Setup — frais", ...setup }));
  if (row.oneIn(12, 133)) items.push(item(2, { label: "", ...credit }));
  return items;
}

export const orders: Blueprint = {
  name: "orders",
  path: "/v1/orders/",
  scopes: ["orders:read"],
  sorting: [
    "created_at",
    "status",
    "invoice_number",
    "amount",
    "net_amount",
    "customer",
    "product",
    "discount",
    "subscription",
  ],
  order: ["-created_at"],
  filters: [
    byId("product_id"),
    byChoice("product_billing_type", ["one_time", "recurring"]),
    byId("discount_id"),
    byId("customer_id"),
    byText("external_customer_id"),
    byId("checkout_id"),
    byId("subscription_id"),
    byChoice("status", ["draft", "pending", "paid", "refunded", "partially_refunded", "void"]),
    byTime("created_after", "created_at", later),
    byTime("created_before", "created_at", earlier),
  ],
  size: 450,
  single: true,
  variant: (index, table) => (isDraft(index, table) ? "draft" : ""),
  build: (row) => {
    const { world } = row;
    const isSubscribed = row.oneIn(8, 134);
    const subscription = row.linkIfAny("subscription", () =>
      isSubscribed ? row.one("subscriptions", 135) : null,
    );
    const bought = subscription === null ? purchase(row) : renewal(row, subscription);
    const { customer, product } = bought;
    const kind = productKind(product.like);
    const seats = kind.seats ? Math.max(bought.seats, 1) : null;
    const draft = isDraft(row.index, world.table("orders"));
    const status = draft ? "draft" : pick(statuses, row.random(136));
    const money = amountsOf(row, status, kind.amount * (seats ?? 1));
    const paid = ["paid", "refunded", "partially_refunded"].includes(status);
    const discount = row.linkIfAny("discount", () =>
      money.discount > 0n ? refTo(world, "discounts", row.some("discounts", 137)) : null,
    );
    const checkout = row.linkIfAny("checkout", () =>
      row.oneIn(4, 144) ? row.one("checkouts", 145) : null,
    );
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: modifiedAt(row),
        status,
        paid,
        subtotal_amount: money.subtotal,
        discount_amount: money.discount,
        net_amount: money.net,
        tax_amount: money.tax,
        total_amount: money.net + money.tax,
        applied_balance_amount: 0,
        due_amount: money.net + money.tax,
        refunded_amount: money.refunded,
        refunded_tax_amount: money.refundedTax,
        currency: "usd",
        billing_reason:
          subscription === null
            ? "purchase"
            : row.oneIn(2, 138)
              ? "subscription_create"
              : "subscription_cycle",
        billing_name: row.oneIn(4, 139) ? null : name(row, 140),
        billing_address: address(row, 141),
        invoice_number: draft ? null : invoiceNumber,
        is_invoice_generated: row.oneIn(2, 142),
        receipt_number: paid && row.oneIn(9, 143) ? `RCPT-a941-${row.index}` : null,
        seats,
        units: null,
        customer_id: customer.id,
        product_id: product.id,
        product_price_id: product.embed(firstPriceId),
        discount_id: idOrNull(discount),
        subscription_id: idOrNull(subscription),
        checkout_id: idOrNull(checkout),
        next_payment_attempt_at: status === "pending" ? row.at(2 * 86_400) : null,
        metadata: metadata(row, 146),
        custom_field_data: row.oneIn(5, 147) ? { "cf-text": "ñ", "cf-checkbox": true } : {},
        platform_fee_amount: paid ? money.net / 20n : 0,
        platform_fee_currency: paid ? "usd" : null,
        customer: customer.embed(),
        user_id: customer.id,
        user: customer.embed(userWithGithub),
        product: product.embed(orderedProduct),
        product_price: product.embed(firstPrice),
        discount: embedOrNull(discount, appliedDiscount),
        subscription: embedOrNull(subscription, orderedSubscription),
        items: itemsOf(row, kind.name, money.subtotal, money.tax, product.embed(firstPriceId)),
        // A rename of the product rewrites history.
        description: product.property("name"),
        amount: money.net,
        from_balance_amount: 0,
        refundable_amount: money.net - money.refunded,
        refundable_tax_amount: money.tax - money.refundedTax,
      },
      keys: {
        product_billing_type: kind.interval === null ? "one_time" : "recurring",
        external_customer_id: customer.key("external_id"),
        customer: customer.key("name"),
        product: product.key("name"),
        discount: discount?.key("name") ?? null,
        subscription: subscription?.id ?? null,
      },
    };
  },
};

interface Sale {
  readonly customer: Ref;
  readonly product: Ref;
  readonly seats: number;
}

/** A one-time sale: to whom, and what. */
const purchase = (row: RowMaker): Sale => ({
  customer: row.link("customer", () => row.oneEver("customers", 148)),
  product: row.link("product", () =>
    refTo(row.world, "products", productLike(row.random(149) % 50, false)),
  ),
  seats: 1 + (row.random(150) % 5),
});

/** What a subscription sold, when the order was made. */
const renewal = (row: RowMaker, subscription: Ref): Sale => ({
  customer: row.link("customer", () => subscription.via("customer_id", "customers")),
  product: row.link("product", () =>
    refTo(row.world, "products", subscription.via("product_id", "products").like),
  ),
  seats: Number(subscription.fact("seats")),
});
