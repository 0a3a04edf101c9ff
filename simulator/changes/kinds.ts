/**
 * Everything that changes in an organization while it runs, with the system events and webhook
 * deliveries that the server makes of it, and none where it makes none.
 */
import type { Key } from "../json.ts";
import type { ChangeKind, Companion, Struck } from "./change.ts";

const DAY = 86_400;
const MONTH = 30 * DAY;

const is =
  (name: string, ...values: readonly Key[]) =>
  (row: Struck): boolean =>
    values.includes(row.key(name));

/** Invoices and receipts are counted in the customer's row. No event tells of it. */
const countInCustomer = (row: Struck): readonly Companion[] => [
  { kind: "customer.count", id: String(row.key("customer_id")) },
];

const isPaid = is("status", "paid");

const orders: readonly ChangeKind[] = [
  {
    name: "order.create",
    list: "orders",
    does: "create",
    set: () => ({ status: "paid", paid: true, refunded_amount: 0, refunded_tax_amount: 0 }),
    // There is no order.created event: an order that was not paid comes without one.
    events: (row) => (isPaid(row) ? ["order.paid", "balance.order"] : []),
    deliveries: (row) => (isPaid(row) ? ["order.created", "order.paid"] : ["order.created"]),
    also: countInCustomer,
  },
  {
    name: "order.draft",
    list: "orders",
    does: "create",
    set: () => ({ status: "draft", paid: false, invoice_number: null }),
    deliveries: ["order.created"],
    also: countInCustomer,
  },
  {
    name: "order.import",
    list: "orders",
    does: "create",
    daysAgo: 100,
    set: () => ({ status: "paid", paid: true, refunded_amount: 0, refunded_tax_amount: 0 }),
    also: countInCustomer,
  },
  {
    name: "order.finalize",
    list: "orders",
    does: "update",
    set: (row) => ({ status: "pending", next_payment_attempt_at: row.at(2 * DAY) }),
    fits: is("status", "draft"),
  },
  {
    name: "order.pay",
    list: "orders",
    does: "update",
    set: () => ({ status: "paid", paid: true, next_payment_attempt_at: null }),
    events: ["order.paid", "balance.order"],
    deliveries: ["order.updated", "order.paid"],
    also: countInCustomer,
    fits: is("status", "pending"),
  },
  {
    name: "order.update",
    list: "orders",
    does: "update",
    set: (row) => ({ billing_name: `Billed ${row.at()}` }),
    deliveries: ["order.updated"],
  },
  {
    name: "order.invoice",
    list: "orders",
    does: "update",
    set: () => ({ is_invoice_generated: true }),
    deliveries: ["order.updated"],
    fits: is("is_invoice_generated", false),
  },
  {
    name: "order.fee",
    list: "orders",
    does: "update",
    set: (row) => ({
      platform_fee_amount: Number(row.key("platform_fee_amount") ?? 0) + 1,
      platform_fee_currency: "usd",
    }),
    events: ["balance.order"],
    deliveries: ["order.updated"],
    fits: isPaid,
  },
  {
    name: "order.reschedule",
    list: "orders",
    does: "update",
    set: (row) => ({ next_payment_attempt_at: row.at(5 * DAY) }),
    fits: is("status", "pending"),
  },
  {
    name: "order.rename_field",
    list: "orders",
    does: "update",
    set: (row) => ({ custom_field_data: { [`cf-${row.at().slice(11, 19)}`]: "ñ" } }),
  },
  {
    name: "order.void",
    list: "orders",
    does: "update",
    set: () => ({ status: "void", paid: false }),
    events: ["order.voided"],
    deliveries: ["order.updated"],
    fits: is("status", "pending"),
  },
  {
    name: "order.unvoid",
    list: "orders",
    does: "update",
    set: () => ({ status: "pending" }),
    events: ["order.unvoided"],
    deliveries: ["order.updated"],
    fits: is("status", "void"),
  },
  {
    name: "order.refund",
    list: "orders",
    does: "update",
    set: (row) => ({
      status: "refunded",
      refunded_amount: Number(row.key("net_amount")),
      refundable_amount: 0,
    }),
    events: ["order.refunded"],
    deliveries: ["order.updated", "order.refunded"],
    fits: isPaid,
  },
  {
    name: "order.unrefund",
    list: "orders",
    does: "update",
    set: (row) => ({
      status: "paid",
      refunded_amount: 0,
      refundable_amount: Number(row.key("net_amount")),
    }),
    deliveries: ["order.updated"],
    fits: is("status", "refunded"),
  },
];

const refunds: readonly ChangeKind[] = [
  {
    name: "refund.create",
    list: "refunds",
    does: "create",
    set: () => ({ status: "pending" }),
    deliveries: ["refund.created"],
  },
  {
    name: "refund.succeed",
    list: "refunds",
    does: "update",
    set: () => ({ status: "succeeded" }),
    events: ["balance.refund"],
    deliveries: ["refund.updated"],
    also: (row) => [{ kind: "order.refund", id: String(row.key("order_id")) }],
    fits: is("status", "pending"),
  },
  {
    name: "refund.fail",
    list: "refunds",
    does: "update",
    set: () => ({ status: "failed" }),
    deliveries: ["refund.updated"],
    fits: is("status", "pending"),
  },
  {
    name: "refund.reverse",
    list: "refunds",
    does: "update",
    set: () => ({ status: "failed" }),
    events: ["balance.refund_reversal"],
    deliveries: ["refund.updated"],
    also: (row) => [{ kind: "order.unrefund", id: String(row.key("order_id")) }],
    fits: is("status", "succeeded"),
  },
];

const payments: readonly ChangeKind[] = [
  {
    name: "payment.create",
    list: "payments",
    does: "create",
    set: () => ({ status: "pending", decline_reason: null, decline_message: null }),
  },
  {
    name: "payment.succeed",
    list: "payments",
    does: "update",
    set: () => ({ status: "succeeded" }),
    fits: is("status", "pending"),
  },
  {
    name: "payment.relink",
    list: "payments",
    does: "update",
    set: (row) => ({ processor_metadata: { relinked: row.at() } }),
  },
  {
    name: "dispute.open",
    list: "disputes",
    does: "create",
    set: () => ({ status: "needs_response", resolved: false, closed: false }),
  },
  {
    name: "dispute.review",
    list: "disputes",
    does: "update",
    set: () => ({ status: "under_review" }),
    fits: is("status", "needs_response"),
  },
  {
    name: "dispute.lose",
    list: "disputes",
    does: "update",
    set: () => ({ status: "lost", resolved: true, closed: true }),
    events: ["balance.dispute"],
    fits: is("status", "needs_response", "under_review"),
  },
];

/** Changes of a subscription that have an event of their own, and what else is delivered. */
const told = (
  name: string,
  event: string,
  deliveries: readonly string[],
  set: NonNullable<ChangeKind["set"]>,
  fits?: NonNullable<ChangeKind["fits"]>,
): ChangeKind => ({
  name,
  list: "subscriptions",
  does: "update",
  set,
  events: [event],
  deliveries: ["subscription.updated", ...deliveries],
  ...(fits ? { fits } : {}),
});

const isActive = is("status", "active");

const started = (row: Struck) => ({
  status: "active",
  canceled_at: null,
  ended_at: null,
  ends_at: null,
  started_at: row.at(),
  current_period_start: row.at(),
  current_period_end: row.at(MONTH),
});

const subscriptions: readonly ChangeKind[] = [
  {
    name: "subscription.create",
    list: "subscriptions",
    does: "create",
    set: started,
    events: ["subscription.created"],
    deliveries: ["subscription.created", "subscription.active"],
  },
  {
    name: "subscription.import",
    list: "subscriptions",
    does: "create",
    daysAgo: 100,
    set: started,
  },
  told(
    "subscription.cycle",
    "subscription.cycled",
    ["subscription.cycled"],
    (row) => ({ current_period_start: row.at(), current_period_end: row.at(MONTH) }),
    isActive,
  ),
  told(
    "subscription.cancel",
    "subscription.canceled",
    ["subscription.canceled"],
    (row) => ({ cancel_at_period_end: true, canceled_at: row.at(), ends_at: row.at(MONTH) }),
    isActive,
  ),
  told(
    "subscription.uncancel",
    "subscription.uncanceled",
    ["subscription.uncanceled"],
    () => ({ cancel_at_period_end: false, canceled_at: null, ends_at: null }),
    is("cancel_at_period_end", true),
  ),
  told(
    "subscription.revoke",
    "subscription.revoked",
    ["subscription.revoked"],
    (row) => ({ status: "canceled", canceled_at: row.at(), ended_at: row.at() }),
    isActive,
  ),
  told(
    "subscription.fall_due",
    "subscription.past_due",
    ["subscription.past_due"],
    (row) => ({ status: "past_due", past_due_at: row.at() }),
    isActive,
  ),
  told(
    "subscription.pause",
    "subscription.paused",
    ["subscription.paused"],
    (row) => ({ status: "paused", paused_at: row.at(), resumes_at: row.at(MONTH) }),
    isActive,
  ),
  told(
    "subscription.resume",
    "subscription.resumed",
    ["subscription.resumed"],
    () => ({ status: "active", paused_at: null, resumes_at: null }),
    is("status", "paused"),
  ),
  told(
    "subscription.reinstate",
    "subscription.reinstated",
    [],
    () => ({ status: "active", canceled_at: null, ended_at: null, ends_at: null }),
    is("status", "canceled"),
  ),
  told(
    "subscription.seats",
    "subscription.seats_updated",
    [],
    (row) => ({ seats: Number(row.key("seats")) + 1 }),
    (row) => row.key("seats") !== null,
  ),
  told("subscription.switch", "subscription.product_updated", [], (row) => ({
    amount: Number(row.key("amount")) + 100,
  })),
  {
    name: "subscription.metadata",
    list: "subscriptions",
    does: "update",
    set: (row) => ({ metadata: { changed: row.at() } }),
    deliveries: ["subscription.updated"],
  },
  {
    name: "subscription.meters",
    list: "subscriptions",
    does: "update",
    unmodified: true,
    set: (row) => ({ custom_field_data: { metered: row.at() } }),
    deliveries: ["subscription.updated"],
  },
  {
    name: "subscription.meter_clock",
    list: "subscriptions",
    does: "update",
    set: (row) => ({ current_meter_period_start: row.at(), current_meter_period_end: row.at(DAY) }),
    fits: isActive,
  },
];

const customers: readonly ChangeKind[] = [
  {
    name: "customer.create",
    list: "customers",
    does: "create",
    set: (row) => ({ name: `New ${row.at()}`, modified_at: null, deleted_at: null }),
    events: ["customer.created"],
    deliveries: ["customer.created"],
  },
  { name: "customer.import", list: "customers", does: "create" },
  {
    name: "customer.update",
    list: "customers",
    does: "update",
    set: (row) => ({ name: `Renamed ${row.at()}` }),
    events: ["customer.updated"],
    deliveries: ["customer.updated"],
  },
  {
    name: "customer.delete",
    list: "customers",
    does: "delete",
    set: (row) => ({ deleted_at: row.at() }),
    events: ["customer.deleted"],
    deliveries: ["customer.deleted"],
  },
  {
    name: "customer.restore",
    list: "customers",
    does: "restore",
    set: () => ({ deleted_at: null }),
    events: ["customer.updated"],
    deliveries: ["customer.updated"],
  },
  { name: "customer.count", list: "customers", does: "update" },
  {
    name: "customer.scrub",
    list: "customers",
    does: "update",
    set: (row) => ({ email: `${row.id}@redacted.invalid`, name: null, billing_name: null }),
    ofHidden: true,
    fits: (row) => row.key("deleted_at") !== null,
  },
  {
    name: "customer.lose_payment_method",
    list: "customers",
    does: "update",
    set: () => ({ default_payment_method_id: null }),
    fits: (row) => row.key("default_payment_method_id") !== null,
  },
  {
    name: "customer.first_event",
    list: "customers",
    does: "update",
    unmodified: true,
    set: (row) => ({ first_user_event_at: row.at() }),
    fits: is("first_user_event_at", null),
  },
];

const checkouts: readonly ChangeKind[] = [
  {
    name: "checkout.create",
    list: "checkouts",
    does: "create",
    set: (row) => ({ status: "open", expires_at: row.at(DAY), tax_amount: null }),
    events: ["checkout.created"],
    deliveries: ["checkout.created"],
  },
  {
    name: "checkout.confirm",
    list: "checkouts",
    does: "update",
    set: () => ({ status: "confirmed" }),
    deliveries: ["checkout.updated"],
    fits: is("status", "open"),
  },
  {
    name: "checkout.succeed",
    list: "checkouts",
    does: "update",
    set: () => ({ status: "succeeded" }),
    deliveries: ["checkout.updated"],
    fits: is("status", "confirmed"),
  },
  {
    name: "checkout.reopen",
    list: "checkouts",
    does: "update",
    set: () => ({ status: "open" }),
    deliveries: ["checkout.updated"],
    fits: is("status", "confirmed"),
  },
  {
    name: "checkout.expire",
    list: "checkouts",
    does: "update",
    // Many are expired by one statement, which sets nothing else.
    unmodified: true,
    set: () => ({ status: "expired" }),
    deliveries: ["checkout.expired"],
    fits: is("status", "open"),
  },
];

const grants: readonly ChangeKind[] = [
  {
    name: "grant.create",
    list: "benefit_grants",
    does: "create",
    set: (row) => ({
      granted_at: row.at(),
      is_granted: true,
      revoked_at: null,
      is_revoked: false,
      modified_at: null,
    }),
    events: ["benefit.granted"],
    deliveries: ["benefit_grant.created"],
  },
  {
    name: "grant.update",
    list: "benefit_grants",
    does: "update",
    set: (row) => ({ properties: { note: row.at() } }),
    events: ["benefit.updated"],
    deliveries: ["benefit_grant.updated"],
    fits: is("is_granted", true),
  },
  {
    name: "grant.cycle",
    list: "benefit_grants",
    does: "update",
    events: ["benefit.cycled"],
    deliveries: ["benefit_grant.cycled"],
    fits: is("is_granted", true),
  },
  {
    name: "grant.revoke",
    list: "benefit_grants",
    does: "update",
    set: (row) => ({ is_granted: false, is_revoked: true, revoked_at: row.at() }),
    events: ["benefit.revoked"],
    deliveries: ["benefit_grant.revoked"],
    fits: is("is_granted", true),
  },
  {
    name: "grant.revoke_by_deletion",
    list: "benefit_grants",
    does: "update",
    set: (row) => ({ is_granted: false, is_revoked: true, revoked_at: row.at() }),
    deliveries: ["benefit_grant.revoked"],
    fits: is("is_granted", true),
  },
];

const catalog: readonly ChangeKind[] = [
  {
    name: "product.rename",
    list: "products",
    does: "update",
    set: (row) => ({ name: `Renamed ${row.at()}` }),
    deliveries: ["product.updated"],
  },
  {
    name: "product.archive",
    list: "products",
    does: "update",
    set: () => ({ is_archived: true }),
    deliveries: ["product.updated"],
  },
  {
    name: "benefit.update",
    list: "benefits",
    does: "update",
    set: (row) => ({ description: `Changed ${row.at()}` }),
    deliveries: ["benefit.updated"],
  },
  {
    name: "benefit.delete",
    list: "benefits",
    does: "delete",
    set: () => ({ is_deleted: true }),
    deliveries: ["benefit.updated"],
  },
  {
    name: "discount.update",
    list: "discounts",
    does: "update",
    set: (row) => ({ name: `Changed ${row.at()}` }),
    deliveries: ["discount.updated"],
  },
  { name: "discount.delete", list: "discounts", does: "delete", deliveries: ["discount.deleted"] },
  {
    name: "discount.redeem",
    list: "discounts",
    does: "update",
    unmodified: true,
    set: (row) => ({ redemptions_count: Number(row.key("redemptions_count")) + 1 }),
  },
  {
    name: "link.update",
    list: "checkout_links",
    does: "update",
    set: (row) => ({ label: `Changed ${row.at()}` }),
  },
  { name: "link.delete", list: "checkout_links", does: "delete" },
  {
    name: "meter.update",
    list: "meters",
    does: "update",
    set: (row) => ({ custom_label: row.at() }),
  },
  { name: "meter.create", list: "meters", does: "create" },
  {
    name: "field.update",
    list: "custom_fields",
    does: "update",
    set: (row) => ({ name: `Changed ${row.at()}` }),
  },
  { name: "file.delete", list: "files", does: "delete", unmodified: true },
];

const others: readonly ChangeKind[] = [
  {
    name: "member.create",
    list: "members",
    does: "create",
    deliveries: ["member.created"],
  },
  {
    name: "member.update",
    list: "members",
    does: "update",
    set: (row) => ({ name: `Changed ${row.at()}` }),
    deliveries: ["member.updated"],
  },
  {
    name: "member.sync_email",
    list: "members",
    does: "update",
    set: (row) => ({ email: `synced-${row.id}@example.com` }),
  },
  { name: "member.delete", list: "members", does: "delete", deliveries: ["member.deleted"] },
  {
    name: "license_key.use",
    list: "license_keys",
    does: "update",
    set: (row) => ({
      usage: Number(row.key("usage")) + 1,
      validations: Number(row.key("validations")) + 1,
      last_validated_at: row.at(),
    }),
  },
  { name: "license_key.create", list: "license_keys", does: "create" },
  {
    name: "usage.count",
    list: "customer_meters",
    does: "update",
    set: (row) => ({ credited_units: Number(row.key("credited_units")) + 1 }),
  },
  { name: "payment_method.create", list: "payment_methods", does: "create" },
  { name: "payment_method.delete", list: "payment_methods", does: "delete" },
  {
    name: "seat.claim",
    list: "customer_seats",
    does: "update",
    set: (row) => ({ status: "claimed", claimed_at: row.at() }),
    deliveries: ["customer_seat.claimed"],
    fits: is("status", "pending"),
  },
  { name: "event.ingest", list: "events", does: "create", set: () => ({ source: "user" }) },
  {
    name: "event.ingest_late",
    list: "events",
    does: "create",
    daysAgo: 3,
    set: () => ({ source: "user" }),
  },
];

/** Every kind of change, by its name. */
export const changeKinds: ReadonlyMap<string, ChangeKind> = new Map(
  [
    ...orders,
    ...refunds,
    ...payments,
    ...subscriptions,
    ...customers,
    ...checkouts,
    ...grants,
    ...catalog,
    ...others,
  ].map((kind) => [kind.name, kind]),
);
