/**
 * The figures of examples/sql, computed from the simulator's rows without SQL. Amounts are BigInt,
 * and come as text, as they come from PostgreSQL.
 */
import { z } from "zod";
import type { Simulator } from "../../simulator/index.ts";
import { propertiesOf } from "../../simulator/json.ts";

type Row = Readonly<Record<string, unknown>>;
type Compute = (simulator: Simulator, lastSync: string) => Row[];

const time = z
  .string()
  .nullable()
  .transform((text) => (text === null ? undefined : Date.parse(text)));

const subscription = z.object({
  customer_id: z.string(),
  amount: z.number(),
  currency: z.string(),
  recurring_interval: z.enum(["month", "year"]),
  recurring_interval_count: z.literal(1),
  status: z.string(),
  started_at: time,
  ended_at: time,
  trial_end: time,
  paused_at: time,
});

type Subscription = z.infer<typeof subscription> & { started_at: number };

const subscriptionsOf = (simulator: Simulator): Subscription[] =>
  listed(simulator, "subscriptions").flatMap((json) => {
    const row = subscription.parse(JSON.parse(json));
    return row.started_at === undefined ? [] : [{ ...row, started_at: row.started_at }];
  });

/** An order with its amounts as they stand in the JSON: some have more digits than a float keeps. */
const ordersOf = (simulator: Simulator) =>
  listed(simulator, "orders").map((json) => {
    const properties = propertiesOf(json);
    const text = (name: string) => properties.get(name)?.text ?? "";
    return {
      month: text("created_at").slice(1, 8),
      currency: JSON.parse(text("currency")),
      paid: text("paid") === "true",
      customer: text("customer_id"),
      product: z
        .string()
        .nullable()
        .parse(JSON.parse(text("product_id"))),
      net: BigInt(text("net_amount")),
      refunded: BigInt(text("refunded_amount")),
      fee: BigInt(text("platform_fee_amount")),
    };
  });

const listed = (simulator: Simulator, stream: string): string[] =>
  simulator
    .rows(stream)
    .filter(({ hidden }) => !hidden)
    .map(({ json }) => json);

const livesAt = ({ started_at, ended_at }: Subscription, moment: number): boolean =>
  started_at < moment && (ended_at === undefined || ended_at >= moment);

/** The months from the first to the last, each with its beginning and the next one's. */
function monthsFrom(first: number, last: number) {
  const months: { month: string; begin: number; end: number }[] = [];
  const at = new Date(first);
  for (let count = 0; ; count++) {
    const begin = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + count);
    const end = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + count + 1);
    if (begin > last) return months;
    months.push({ month: new Date(begin).toISOString().slice(0, 7), begin, end });
  }
}

const firstStart = (subscriptions: readonly Subscription[]): number =>
  Math.min(...subscriptions.map((each) => each.started_at));

const percent = (part: number, whole: number): string =>
  (Math.round((1000 * part) / whole) / 10).toFixed(1);

const sum = (values: readonly bigint[]): bigint => values.reduce((all, one) => all + one, 0n);

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

const mrrByMonth: Compute = (simulator, lastSync) => {
  const subscriptions = subscriptionsOf(simulator);
  const last = Date.parse(lastSync);
  return monthsFrom(firstStart(subscriptions), last).flatMap(({ month, end }) => {
    const monthEnd = Math.min(end, last);
    const counted = subscriptions.filter(
      (each) =>
        livesAt(each, monthEnd) &&
        (each.trial_end === undefined || each.trial_end < monthEnd) &&
        (each.status !== "paused" || (each.paused_at ?? 0) >= monthEnd),
    );
    return grouped(counted, ({ currency }) => currency).map(([currency, rows]) => {
      const monthly = rows.map(({ amount, recurring_interval }) =>
        BigInt(recurring_interval === "year" ? Math.round(amount / 12) : amount),
      );
      return { month, currency, subscriptions: String(rows.length), mrr: String(sum(monthly)) };
    });
  });
};

const churnByMonth: Compute = (simulator, lastSync) => {
  const subscriptions = subscriptionsOf(simulator);
  const months = monthsFrom(firstStart(subscriptions), Date.parse(lastSync));
  return months.flatMap(({ month, begin, end }) => {
    const alive = subscriptions.filter((each) => livesAt(each, begin));
    const ended = alive.filter(({ ended_at }) => (ended_at ?? Infinity) < end);
    if (alive.length === 0) return [];
    return {
      month,
      at_start: String(alive.length),
      ended: String(ended.length),
      churn_percent: percent(ended.length, alive.length),
    };
  });
};

const refundRateByMonth: Compute = (simulator) => {
  const paid = ordersOf(simulator).filter((order) => order.paid);
  return grouped(paid, ({ month, currency }) => `${month} ${currency}`).map(([key, orders]) => {
    const [month, currency] = key.split(" ");
    const all = sum(orders.map(({ net }) => net));
    const refunded = sum(orders.map((order) => order.refunded));
    // In hundredths of a percent, rounded half up.
    const rate = (20_000n * refunded + all) / (2n * all);
    return {
      month,
      currency,
      orders: String(orders.length),
      paid: String(all),
      refunded: String(refunded),
      refunded_percent: `${rate / 100n}.${String(rate % 100n).padStart(2, "0")}`,
    };
  });
};

const revenueByProduct: Compute = (simulator) => {
  const product = z.object({ id: z.string(), name: z.string() });
  const products = listed(simulator, "products").map((json) => product.parse(JSON.parse(json)));
  const paid = ordersOf(simulator).filter((order) => order.paid);
  return grouped(paid, (order) => `${order.product} ${order.currency}`)
    .map(([key, orders]) => {
      const [id, currency] = key.split(" ");
      return {
        product: products.find((each) => each.id === id)?.name ?? "(no product)",
        currency,
        orders: String(orders.length),
        customers: String(new Set(orders.map(({ customer }) => customer)).size),
        revenue: sum(orders.map(({ net, refunded }) => net - refunded)),
        fees: String(sum(orders.map(({ fee }) => fee))),
      };
    })
    .sort((a, b) => (a.revenue > b.revenue ? -1 : 1))
    .map((row) => ({ ...row, revenue: String(row.revenue) }));
};

const cohortRetention: Compute = (simulator, lastSync) => {
  const subscriptions = subscriptionsOf(simulator);
  const last = Date.parse(lastSync);
  const customers = grouped(subscriptions, ({ customer_id }) => customer_id);
  const months = monthsFrom(firstStart(subscriptions), last);
  return months.flatMap(({ month, begin, end }, first) => {
    const cohort = customers.filter(([, own]) => {
      const start = firstStart(own);
      return start >= begin && start < end;
    });
    if (cohort.length === 0) return [];
    const ends = months.slice(first, first + 12).filter((later) => later.end <= last);
    return ends.map((later, monthsLater) => {
      const retained = cohort.filter(([, own]) => own.some((each) => livesAt(each, later.end)));
      return {
        cohort: month,
        months_later: monthsLater,
        customers: String(cohort.length),
        retained: String(retained.length),
        retained_percent: percent(retained.length, cohort.length),
      };
    });
  });
};

/** By the name of the query. */
export const figures: Readonly<Record<string, Compute>> = {
  mrr_by_month: mrrByMonth,
  churn_by_month: churnByMonth,
  refund_rate_by_month: refundRateByMonth,
  revenue_by_product: revenueByProduct,
  cohort_retention: cohortRetention,
};
