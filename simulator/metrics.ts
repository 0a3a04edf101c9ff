/** Aggregates over periods of time: the organization's metrics and the quantities of a meter. */
import { type Answer, invalid, notFound, ok } from "./answers.ts";
import type { Data } from "./data.ts";
import { float, type Json, textOf } from "./json.ts";
import { type Mistake, readTime } from "./query.ts";
import { hash, hashText } from "./random.ts";
import { DAY, timeText } from "./time.ts";

/** Spans that an interval allows, in days. */
const limits = {
  hour: { min_days: 0, max_days: 7 },
  day: { min_days: 0, max_days: 366 },
  week: { min_days: 14, max_days: 371 },
  month: { min_days: 60, max_days: 1460 },
  year: { min_days: 366, max_days: 3650 },
};

type Interval = keyof typeof limits;

const intervals: readonly Interval[] = ["year", "month", "week", "day", "hour"];
const minimumDate = "2023-01-01";

/** What one can ask of metrics. */
export const limitsAnswer = (): Answer =>
  ok(JSON.stringify({ min_date: minimumDate, intervals: limits }));

/** All metrics, in the order in which a period has them. */
const slugs = `
  active_subscriptions committed_subscriptions monthly_recurring_revenue
  trial_monthly_recurring_revenue committed_monthly_recurring_revenue
  trial_committed_monthly_recurring_revenue average_revenue_per_user checkouts
  succeeded_checkouts churned_subscriptions churn_rate seats_total seats_claimed
  seats_pending seat_customers new_seat_customers churned_seat_customers orders revenue
  net_revenue cumulative_revenue net_cumulative_revenue costs cumulative_costs
  average_order_value net_average_order_value cost_per_user active_user_by_event
  one_time_products one_time_products_revenue one_time_products_net_revenue
  new_subscriptions new_subscriptions_revenue new_subscriptions_net_revenue
  renewed_subscriptions renewed_subscriptions_revenue renewed_subscriptions_net_revenue
  canceled_subscriptions canceled_subscriptions_customer_service
  canceled_subscriptions_low_quality canceled_subscriptions_missing_features
  canceled_subscriptions_switched_service canceled_subscriptions_too_complex
  canceled_subscriptions_too_expensive canceled_subscriptions_unused
  canceled_subscriptions_other annual_recurring_revenue committed_annual_recurring_revenue
  checkouts_conversion ltv gross_margin gross_margin_percentage cashflow
  average_seats_per_customer seat_utilization_rate
`
  .trim()
  .split(/\s+/);

const isRatio = (slug: string): boolean =>
  /_rate$|_percentage$|_conversion$|_per_customer$/.test(slug);
const isAmount = (slug: string): boolean =>
  /revenue|order_value|costs|cost_per|ltv|gross_margin$|cashflow/.test(slug);
/** Recurring revenue is computed in floats, and so a float even when it is whole. */
const isFloat = (slug: string): boolean => isRatio(slug) || /recurring_revenue$/.test(slug);

function typeOf(slug: string): string {
  if (/_per_customer$/.test(slug)) return "scalar";
  if (isRatio(slug)) return "percentage";
  if (/costs$|cost_per/.test(slug)) return "currency_sub_cent";
  return isAmount(slug) ? "currency" : "scalar";
}

/** A metric in a period. Counts are now and then floats, for no reason that a reader can know. */
function metricIn(slug: string, seed: number): Json {
  const random = hash(seed, hashText(slug));
  if (isRatio(slug)) return float((random % 1000) / 997);
  const value = random % (isAmount(slug) ? 400_000 : 300);
  return isFloat(slug) || random % 13 === 0 ? float(value) : value;
}

/** GET /v1/metrics/. */
export function metricsAnswer(data: Data, query: URLSearchParams): Answer {
  const range = readRange(query, "start_date", "end_date", false);
  if (Array.isArray(range)) return invalid(range, kindOf(range));
  const values = (time: number | string): [string, Json][] =>
    slugs.map((slug) => [
      slug,
      metricIn(slug, hash(data.seed, hashText(`${range.interval} ${time}`))),
    ]);
  const periods = periodsOf(range).map((time) =>
    Object.fromEntries<Json>([["timestamp", timeText(time)], ...values(time)]),
  );
  const metrics = Object.fromEntries(
    slugs.map((slug) => [slug, { slug, display_name: titleOf(slug), type: typeOf(slug) }]),
  );
  return ok(textOf({ periods, totals: Object.fromEntries(values("total")), metrics }, 0));
}

const titleOf = (slug: string): string =>
  slug.replace(/_/g, " ").replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

/** GET /v1/meters/{id}/quantities. */
export function quantitiesAnswer(data: Data, id: string, query: URLSearchParams): Answer {
  const range = readRange(query, "start_timestamp", "end_timestamp", true);
  if (Array.isArray(range)) return invalid(range, kindOf(range));
  const meter = data.table("meters").find(id);
  if (meter < 0) return notFound;
  const amounts = periodsOf(range).map((time) => hash(data.seed, meter, time / 3.6e9) % 5);
  const quantities = periodsOf(range).map((time, at) => ({
    timestamp: timeText(time),
    quantity: float(amounts[at] ?? 0),
  }));
  const total = float(amounts.reduce((sum, amount) => sum + amount, 0));
  return ok(textOf({ quantities, total }, 0));
}

interface Range {
  readonly interval: Interval;
  /** Both are inside. Microseconds. */
  readonly start: number;
  readonly end: number;
}

function readRange(
  query: URLSearchParams,
  startName: string,
  endName: string,
  isBounded: boolean,
): Range | Mistake[] {
  const mistakes: Mistake[] = [];
  const required = (name: string): string => {
    const value = query.get(name);
    if (value !== null) return value;
    mistakes.push({ type: "missing", loc: ["query", name], msg: "Field required", input: null });
    return "";
  };
  const [startText, endText, intervalText] = [startName, endName, "interval"].map(required);
  if (mistakes.length > 0) return mistakes;
  const start = readTime(startName, startText ?? "", isBounded, mistakes);
  const end = readTime(endName, endText ?? "", isBounded, mistakes);
  const interval = intervals.find((known) => known === intervalText);
  if (interval === undefined) {
    const expected = "'year', 'month', 'week', 'day' or 'hour'";
    const msg = `Input should be ${expected}`;
    const loc = ["query", "interval"];
    mistakes.push({ type: "enum", loc, msg, input: intervalText, ctx: { expected } });
    return mistakes;
  }
  if (isBounded && start < Date.parse(minimumDate) * 1000) {
    const msg = `Start date must be after ${minimumDate}.`;
    mistakes.push({ type: "value_error", loc: ["query", startName], msg, input: startText });
  }
  if (end - start > limits[interval].max_days * DAY) {
    mistakes.push({
      type: "value_error",
      loc: ["query"],
      msg: "The interval is too small for the given date range. Use a larger interval or reduce the date range.",
      input: [startText, endText, intervalText],
    });
  }
  return mistakes.length > 0 ? mistakes : { interval, start, end };
}

/** Mistakes that the server finds after its framework has read the query have a name of their own. */
const kindOf = (mistakes: readonly Mistake[]): string =>
  mistakes[0]?.type === "value_error" ? "PolarRequestValidationError" : "RequestValidationError";

/** The starts of all periods that the range touches. */
function periodsOf({ interval, start, end }: Range): number[] {
  const periods: number[] = [];
  for (let at = startOfPeriod(interval, start); at <= end; at = nextPeriod(interval, at)) {
    periods.push(at);
  }
  return periods;
}

function startOfPeriod(interval: Interval, microseconds: number): number {
  const date = new Date(microseconds / 1000);
  date.setUTCMinutes(0, 0, 0);
  if (interval !== "hour") date.setUTCHours(0);
  if (interval === "week") date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (interval === "month" || interval === "year") date.setUTCDate(1);
  if (interval === "year") date.setUTCMonth(0);
  return date.getTime() * 1000;
}

function nextPeriod(interval: Interval, microseconds: number): number {
  const date = new Date(microseconds / 1000);
  if (interval === "hour") date.setUTCHours(date.getUTCHours() + 1);
  if (interval === "day") date.setUTCDate(date.getUTCDate() + 1);
  if (interval === "week") date.setUTCDate(date.getUTCDate() + 7);
  if (interval === "month") date.setUTCMonth(date.getUTCMonth() + 1);
  if (interval === "year") date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date.getTime() * 1000;
}
