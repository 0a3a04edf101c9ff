/**
 * What the models of `dbt/` must say of a business, computed from the simulator's rows without SQL, by
 * the definitions of docs/models.md. Amounts are BigInt: some have more digits than a float keeps.
 */
import type { Simulator } from "../../simulator/index.ts";
import { type Figures, inUnits, sum } from "./figures/amounts.ts";
import { amountsOf, ordersOf, refundRate, revenueByProduct } from "./figures/orders.ts";
import {
  churn,
  cohortRetention,
  customerMonths,
  customerMrrByMonth,
  type History,
  monthsOf,
  mrrByMonth,
} from "./figures/subscriptions.ts";

function customerLifetime(simulator: Simulator, history: History): Figures[] {
  const months = customerMonths(history);
  const orders = ordersOf(simulator);
  const customers = new Set(
    simulator.rows("customers").flatMap((row) => (row.hidden ? [] : row.id)),
  );
  const last = monthsOf(history).at(-1)?.month;
  const pairs = new Set([...months, ...orders].map((each) => `${each.customer} ${each.currency}`));
  return [...pairs].map((pair) => {
    const [customer = "", currency = ""] = pair.split(" ");
    const isOwn = (each: { customer: string; currency: string }) =>
      each.customer === customer && each.currency === currency;
    const bought = orders.filter(isOwn);
    const subscribed = months.filter((row) => isOwn(row) && row.mrr > 0n);
    const mrr = sum(subscribed.filter((row) => row.month.month === last).map((row) => row.mrr));
    const days = bought.map(({ at }) => at.slice(0, 10)).sort();
    return {
      customer_id: customer,
      currency,
      is_deleted: String(!customers.has(customer)),
      orders: String(bought.length),
      first_order_on: days[0] ?? null,
      last_order_on: days.at(-1) ?? null,
      ...amountsOf(bought, currency),
      revenue: inUnits(sum(bought.map(({ net, refunded }) => net - refunded)), currency),
      first_mrr_month: subscribed[0]?.month.month ?? null,
      months_with_mrr: String(subscribed.length),
      mrr: inUnits(mrr, currency),
      state: mrr > 0n ? "subscriber" : subscribed.length > 0 ? "lapsed" : "buyer",
    };
  });
}

/** By the name of the model. */
export const figures: Readonly<
  Record<string, (simulator: Simulator, history: History) => Figures[]>
> = {
  customer_mrr_by_month: (_, history) => customerMrrByMonth(history),
  mrr_by_month: (_, history) => mrrByMonth(history),
  churn: (_, history) => churn(history),
  cohort_retention: (_, history) => cohortRetention(history),
  revenue_by_product: revenueByProduct,
  refund_rate: refundRate,
  customer_lifetime: customerLifetime,
};
