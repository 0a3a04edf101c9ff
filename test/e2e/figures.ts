/**
 * What the models of `dbt/` must say of a business, computed from the simulator's rows without SQL, by
 * the definitions of docs/models.md. Amounts are BigInt: some have more digits than a float keeps.
 */
import { z } from "zod";
import type { Simulator } from "../../simulator/index.ts";
import { propertiesOf } from "../../simulator/json.ts";

/** A row of a model, each value as text. */
export type Figures = Readonly<Record<string, string | null>>;

/** What the list of subscriptions showed, each time that it was read. */
export type History = readonly { readonly at: string; readonly rows: readonly string[] }[];

/** The rows that a list shows now, as JSON. */
export const listed = (simulator: Simulator, stream: string): string[] =>
  simulator
    .rows(stream)
    .filter(({ hidden }) => !hidden)
    .map(({ json }) => json);

const time = z
  .string()
  .nullable()
  .transform((text) => (text === null ? undefined : Date.parse(text)));

const subscription = z.object({
  id: z.string(),
  customer_id: z.string(),
  amount: z.number().transform(BigInt),
  currency: z.string(),
  recurring_interval: z.enum(["day", "week", "month", "year"]),
  recurring_interval_count: z.number().transform(BigInt),
  status: z.string(),
  started_at: z.string().transform((text) => Date.parse(text)),
  current_period_start: time,
  modified_at: time,
  ended_at: time,
  trial_end: time,
  past_due_at: time,
  paused_at: time,
});

/** A subscription as it was from some moment on. */
interface State extends z.infer<typeof subscription> {
  readonly from: number;
}

/** All states of each subscription, by id. */
function statesOf(history: History): State[][] {
  const states = new Map<string, State[]>();
  const seen = new Map<string, number>();
  for (const { at, rows } of history) {
    for (const json of rows) {
      const row = subscription.parse(JSON.parse(json));
      const known = states.get(row.id) ?? [];
      const last = known.at(-1);
      if (last !== undefined && !isOther(last, row)) continue;
      states.set(row.id, [
        ...known,
        { ...row, from: beginOf(row, seen.get(row.id), Date.parse(at)) },
      ]);
      seen.set(row.id, Date.parse(at));
    }
  }
  return [...states.values()];
}

const isOther = (a: z.infer<typeof subscription>, b: z.infer<typeof subscription>): boolean =>
  a.status !== b.status ||
  a.amount !== b.amount ||
  a.currency !== b.currency ||
  a.paused_at !== b.paused_at ||
  a.ended_at !== b.ended_at;

/** Between two readings, a change is as old as the row says. */
function beginOf(row: z.infer<typeof subscription>, seen: number | undefined, now: number): number {
  if (seen === undefined) return row.started_at;
  const told = row.ended_at ?? (row.status === "paused" ? row.paused_at : row.modified_at);
  return told !== undefined && told > seen && told < now ? told : now;
}

const paysFrom = ({ started_at, trial_end }: State): number => Math.max(started_at, trial_end ?? 0);

function paysUntil({
  status,
  ended_at,
  paused_at,
  past_due_at,
  current_period_start,
}: State): number {
  const halted = { paused: paused_at, unpaid: past_due_at ?? current_period_start }[status];
  return Math.min(ended_at ?? Infinity, halted ?? Infinity);
}

const PER_YEAR = { year: 1n, month: 12n, week: 52n, day: 365n };

/** In smallest units, rounded half up. */
function monthly({ amount, recurring_interval, recurring_interval_count }: State): bigint {
  const parts = 12n * recurring_interval_count;
  return (2n * amount * PER_YEAR[recurring_interval] + parts) / (2n * parts);
}

interface Month {
  readonly month: string;
  /** Its first moment, and the one up to which things count. */
  readonly begin: number;
  readonly end: number;
  readonly isComplete: boolean;
}

function monthsOf(history: History): Month[] {
  const last = Date.parse(history.at(-1)?.at ?? "");
  const starts = statesOf(history).flatMap((states) => states.map((each) => each.started_at));
  const first = new Date(Math.min(...starts));
  const months: Month[] = [];
  for (let count = 0; ; count++) {
    const begin = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + count);
    const next = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + count + 1);
    if (begin > last) return months;
    const isComplete = next <= last;
    const month = new Date(begin).toISOString().slice(0, 10);
    months.push({ month, begin, end: isComplete ? next : last + 1000, isComplete });
  }
}

interface CustomerMonth {
  readonly month: Month;
  readonly customer: string;
  readonly currency: string;
  readonly subscriptions: number;
  readonly opening: bigint;
  readonly mrr: bigint;
  readonly movement: string;
}

function customerMonths(history: History): CustomerMonth[] {
  const states = statesOf(history);
  const months = monthsOf(history);
  const paying = months.map(({ end }) =>
    states.flatMap((each) => {
      const now = each.findLast(({ from }) => from < end);
      const pays = now && monthly(now) > 0n && paysFrom(now) < end && paysUntil(now) >= end;
      return pays ? [now] : [];
    }),
  );
  const pairs = new Set(paying.flat().map((each) => `${each.customer_id} ${each.currency}`));
  return [...pairs].flatMap((pair) => {
    const [customer = "", currency = ""] = pair.split(" ");
    let opening = 0n;
    let wasThere = false;
    return months.flatMap((month, at) => {
      const own = (paying[at] ?? []).filter(
        (each) => each.customer_id === customer && each.currency === currency,
      );
      const mrr = sum(own.map(monthly));
      const row = { month, customer, currency, subscriptions: own.length, opening, mrr };
      const movement = movementOf(opening, mrr, wasThere);
      opening = mrr;
      wasThere ||= mrr > 0n;
      return row.opening > 0n || mrr > 0n ? [{ ...row, movement }] : [];
    });
  });
}

function movementOf(opening: bigint, mrr: bigint, wasThere: boolean): string {
  if (opening === 0n) return wasThere ? "reactivation" : "new";
  if (mrr === 0n) return "churn";
  if (mrr === opening) return "none";
  return mrr > opening ? "expansion" : "contraction";
}

const sum = (values: readonly bigint[]): bigint => values.reduce((all, one) => all + one, 0n);

/** An amount in units of its currency, with three digits after the point. */
function inUnits(amount: bigint, currency: string): string {
  const thousandths = amount * (currency === "jpy" ? 1000n : 10n);
  const digits = String(thousandths < 0n ? -thousandths : thousandths).padStart(4, "0");
  return `${thousandths < 0n ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

/** Rounded half away from zero, with one digit after the point. */
function percent(part: bigint | number, whole: bigint | number): string {
  const [a, b] = [BigInt(part), BigInt(whole)];
  const tenths = (2000n * (a < 0n ? -a : a) + b) / (2n * b);
  return `${a < 0n && tenths > 0n ? "-" : ""}${tenths / 10n}.${tenths % 10n}`;
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return [...groups];
}

const byMonthAndCurrency = (rows: readonly CustomerMonth[]) =>
  grouped(rows, ({ month, currency }) => `${month.month} ${currency}`).map(([key, own]) => {
    const [month = "", currency = ""] = key.split(" ");
    const isComplete = own.every((each) => each.month.isComplete);
    return { month, currency, own, is_complete: String(isComplete) };
  });

function customerMrrByMonth(_: Simulator, history: History): Figures[] {
  return customerMonths(history).map(
    ({ month, customer, currency, subscriptions, opening, mrr, movement }) => ({
      month: month.month,
      is_complete: String(month.isComplete),
      customer_id: customer,
      currency,
      subscriptions: String(subscriptions),
      opening_mrr: inUnits(opening, currency),
      mrr: inUnits(mrr, currency),
      change_in_mrr: inUnits(mrr - opening, currency),
      movement,
    }),
  );
}

function mrrByMonth(_: Simulator, history: History): Figures[] {
  return byMonthAndCurrency(customerMonths(history)).map(({ own, ...key }) => {
    const total = (amount: (row: CustomerMonth) => bigint) =>
      inUnits(sum(own.map(amount)), key.currency);
    const moved = (movement: string) =>
      total((row) => (row.movement === movement ? row.mrr - row.opening : 0n));
    return {
      ...key,
      opening_mrr: total((row) => row.opening),
      new_mrr: moved("new"),
      expansion_mrr: moved("expansion"),
      contraction_mrr: moved("contraction"),
      churn_mrr: moved("churn"),
      reactivation_mrr: moved("reactivation"),
      closing_mrr: total((row) => row.mrr),
      customers: String(own.filter(({ mrr }) => mrr > 0n).length),
      subscriptions: String(own.reduce((all, { subscriptions }) => all + subscriptions, 0)),
    };
  });
}

function churn(_: Simulator, history: History): Figures[] {
  const atStart = customerMonths(history).filter(({ opening }) => opening > 0n);
  return byMonthAndCurrency(atStart).map(({ own, ...key }) => {
    const gone = own.filter(({ mrr }) => mrr === 0n).length;
    const opening = sum(own.map((row) => row.opening));
    const changes = own.map((row) => row.opening - row.mrr);
    const lost = sum(changes.filter((change) => change > 0n));
    return {
      ...key,
      customers_at_start: String(own.length),
      customers_lost: String(gone),
      customer_churn_percent: percent(gone, own.length),
      opening_mrr: inUnits(opening, key.currency),
      mrr_lost: inUnits(lost, key.currency),
      mrr_churn_percent: percent(lost, opening),
      net_mrr_churn_percent: percent(sum(changes), opening),
    };
  });
}

function cohortRetention(_: Simulator, history: History): Figures[] {
  const latest = statesOf(history).flatMap((states) => states.slice(-1));
  const paid = latest.filter((each) => monthly(each) > 0n && paysUntil(each) > paysFrom(each));
  const months = monthsOf(history);
  const rows = customerMonths(history).filter(({ mrr }) => mrr > 0n);
  const firsts = grouped(paid, (each) => each.customer_id).map(([customer, own]) => {
    const first = Math.min(...own.map(paysFrom));
    return { customer, cohort: months.findLastIndex(({ begin }) => begin <= first) };
  });
  return grouped(firsts, ({ cohort }) => String(cohort)).flatMap(([key, members]) => {
    const cohort = Number(key);
    return months.slice(cohort).flatMap((month, later) => {
      if (!month.isComplete) return [];
      const there = new Set(
        rows.filter((row) => row.month.month === month.month).map((row) => row.customer),
      );
      const retained = members.filter(({ customer }) => there.has(customer)).length;
      return {
        cohort: months[cohort]?.month ?? "",
        month: month.month,
        months_later: String(later),
        customers: String(members.length),
        retained: String(retained),
        retained_percent: percent(retained, members.length),
      };
    });
  });
}

/** An order with its amounts as they stand in the JSON. */
function ordersOf(simulator: Simulator) {
  const orders = listed(simulator, "orders").map((json) => {
    const properties = propertiesOf(json);
    const text = (name: string) =>
      z
        .string()
        .nullable()
        .parse(JSON.parse(properties.get(name)?.text ?? "null"));
    const amount = (name: string) => BigInt(properties.get(name)?.text ?? "");
    return {
      month: `${text("created_at")?.slice(0, 7)}-01`,
      at: text("created_at") ?? "",
      currency: text("currency") ?? "",
      isPaid: properties.get("paid")?.text === "true",
      customer: text("customer_id") ?? "",
      product: text("product_id"),
      net: amount("net_amount"),
      refunded: amount("refunded_amount"),
      fee: amount("platform_fee_amount"),
      feeCurrency: text("platform_fee_currency"),
    };
  });
  return orders.filter(({ isPaid }) => isPaid);
}

/** Orders as their staging model has them. */
export const stagedOrders = (simulator: Simulator) =>
  listed(simulator, "orders").map((json) => {
    const { id, created_at, currency, discount } = z
      .object({
        id: z.string(),
        created_at: z.string(),
        currency: z.string(),
        discount: z.unknown(),
      })
      .parse(JSON.parse(json));
    const net = BigInt(propertiesOf(json).get("net_amount")?.text ?? "");
    return {
      id,
      created_at: created_at.replace("T", " ").replace(/(\.\d*?)0*Z$|Z$/, "$1"),
      currency,
      net_amount: inUnits(net, currency),
      discount: discount === null,
    };
  });

type Order = ReturnType<typeof ordersOf>[number];

const amountsOf = (own: readonly Order[], currency: string) => ({
  sold: inUnits(sum(own.map(({ net }) => net)), currency),
  refunded: inUnits(sum(own.map(({ refunded }) => refunded)), currency),
});

function revenueByProduct(simulator: Simulator): Figures[] {
  const product = z.object({ id: z.string(), name: z.string() });
  const products = listed(simulator, "products").map((json) => product.parse(JSON.parse(json)));
  const keyOf = (order: Order) => `${order.month} ${order.product} ${order.currency}`;
  return grouped(ordersOf(simulator), keyOf).map(([key, own]) => {
    const [month = "", id = "", currency = ""] = key.split(" ");
    const isOneCurrency = own.every((order) => (order.feeCurrency ?? currency) === currency);
    return {
      month,
      product_id: id,
      product: products.find((each) => each.id === id)?.name ?? null,
      currency,
      orders: String(own.length),
      customers: String(new Set(own.map(({ customer }) => customer)).size),
      ...amountsOf(own, currency),
      revenue: inUnits(sum(own.map(({ net, refunded }) => net - refunded)), currency),
      fees: isOneCurrency ? inUnits(sum(own.map(({ fee }) => fee)), currency) : null,
    };
  });
}

function refundRate(simulator: Simulator): Figures[] {
  const keyOf = ({ month, currency }: Order) => `${month} ${currency}`;
  return grouped(ordersOf(simulator), keyOf).map(([key, own]) => {
    const [month = "", currency = ""] = key.split(" ");
    const refunded = own.filter((order) => order.refunded > 0n);
    const sold = sum(own.map(({ net }) => net));
    const given = sum(own.map((order) => order.refunded));
    return {
      month,
      currency,
      orders: String(own.length),
      orders_refunded: String(refunded.length),
      orders_refunded_percent: percent(refunded.length, own.length),
      ...amountsOf(own, currency),
      refunded_percent: sold === 0n ? null : percent(given, sold),
    };
  });
}

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
  customer_mrr_by_month: customerMrrByMonth,
  mrr_by_month: mrrByMonth,
  churn,
  cohort_retention: cohortRetention,
  revenue_by_product: revenueByProduct,
  refund_rate: refundRate,
  customer_lifetime: customerLifetime,
};
