import { defineStream } from "./define.ts";
import { choice, decimal, fromParent, fromRequest, reference, text, timestamp } from "./fields.ts";

/** An amount that may have fractions of a cent. */
const money = (description: string) => decimal(`${description} In cents.`);

/** A part of a whole. */
const share = (description: string) => decimal(`${description} As a fraction: 0.25 is 25 %.`);

export const metrics = defineStream({
  name: "metrics",
  description:
    "Figures of an organization by hour, day, week, month or year; past ones change. Also reads organizations.",
  scope: "metrics:read",
  optional: true,
  primaryKey: ["organization_id", "interval", "timezone", "timestamp"],
  source: {
    kind: "periods",
    path: "/v1/metrics/",
    parent: "organizations",
    parameter: "organization_id",
    parentSetting: "organization_id",
    rowsAt: "periods",
    startParameter: "start_date",
    endParameter: "end_date",
    borders: "date",
    interval: "setting",
    earliest: "2023-01-01",
  },
  properties: {
    organization_id: fromParent("id", reference("organizations", "Whose figures.")),
    interval: fromRequest(
      "interval",
      choice(["hour", "day", "week", "month", "year"], "Length of the period."),
    ),
    timezone: fromRequest("timezone", text("Time zone in which the periods begin (IANA name).")),
    timestamp: timestamp("Start of the period: midnight in its time zone, or a full hour."),
    active_subscriptions: decimal("Subscriptions that were active."),
    committed_subscriptions: decimal("Active subscriptions that were not about to be canceled."),
    monthly_recurring_revenue: money(
      "Monthly recurring revenue (MRR) of the active subscriptions.",
    ),
    trial_monthly_recurring_revenue: money(
      "MRR that trials would bring, those about to be canceled included.",
    ),
    committed_monthly_recurring_revenue: money(
      "MRR of the subscriptions that were not about to be canceled.",
    ),
    trial_committed_monthly_recurring_revenue: money(
      "MRR that trials would bring, without those about to be canceled.",
    ),
    average_revenue_per_user: money("MRR per active customer."),
    checkouts: decimal("Checkouts begun."),
    succeeded_checkouts: decimal("Checkouts begun that ended with a payment."),
    churned_subscriptions: decimal("Subscriptions that ended."),
    churn_rate: share("Subscriptions that ended, of those that were active."),
    seats_total: decimal("Seats sold."),
    seats_claimed: decimal("Seats that somebody sits on."),
    seats_pending: decimal("Seats whose invitation waits."),
    seat_customers: decimal("Customers with seats."),
    new_seat_customers: decimal("Customers who got their first seats."),
    churned_seat_customers: decimal("Customers who lost their last seats."),
    orders: decimal("Orders paid."),
    revenue: money("Revenue of the orders, before Polar's fees."),
    net_revenue: money("Revenue of the orders, after Polar's fees."),
    cumulative_revenue: money("Revenue from the beginning until the end of the period."),
    net_cumulative_revenue: money(
      "Revenue after fees from the beginning until the end of the period.",
    ),
    costs: money("Costs recorded by events."),
    cumulative_costs: money("Costs from the beginning until the end of the period."),
    average_order_value: money("Revenue per order, before Polar's fees."),
    net_average_order_value: money("Revenue per order, after Polar's fees."),
    cost_per_user: money("Costs per active customer."),
    active_user_by_event: decimal("Customers with at least one event."),
    one_time_products: decimal("Sales of one-time products."),
    one_time_products_revenue: money("Revenue of one-time products, before Polar's fees."),
    one_time_products_net_revenue: money("Revenue of one-time products, after Polar's fees."),
    new_subscriptions: decimal("Subscriptions begun."),
    new_subscriptions_revenue: money("Revenue of subscriptions begun, before Polar's fees."),
    new_subscriptions_net_revenue: money("Revenue of subscriptions begun, after Polar's fees."),
    renewed_subscriptions: decimal("Subscriptions renewed."),
    renewed_subscriptions_revenue: money("Revenue of renewals, before Polar's fees."),
    renewed_subscriptions_net_revenue: money("Revenue of renewals, after Polar's fees."),
    canceled_subscriptions: decimal(
      "Subscriptions canceled, at once or for the end of their period.",
    ),
    canceled_subscriptions_customer_service: decimal("Cancellations for the customer service."),
    canceled_subscriptions_low_quality: decimal("Cancellations for low quality."),
    canceled_subscriptions_missing_features: decimal("Cancellations for missing features."),
    canceled_subscriptions_switched_service: decimal("Cancellations for another service."),
    canceled_subscriptions_too_complex: decimal("Cancellations for being too complex."),
    canceled_subscriptions_too_expensive: decimal("Cancellations for the price."),
    canceled_subscriptions_unused: decimal("Cancellations for lack of use."),
    canceled_subscriptions_other: decimal("Cancellations for another reason or none."),
    annual_recurring_revenue: money("Annual recurring revenue (ARR): twelve times the MRR."),
    committed_annual_recurring_revenue: money(
      "ARR without the subscriptions about to be canceled.",
    ),
    checkouts_conversion: share("Checkouts that ended with a payment, of those begun."),
    ltv: money("Lifetime value: what a customer is expected to bring in all."),
    gross_margin: money("Revenue less costs, from the beginning."),
    gross_margin_percentage: share("Gross margin, of the revenue."),
    cashflow: money("Revenue less costs of the period."),
    average_seats_per_customer: decimal("Seats per customer with seats."),
    seat_utilization_rate: share("Seats that somebody sits on, of those sold."),
  },
});
