/**
 * What the subscriptions tell: recurring revenue, how it moves, and cohorts. Past months are counted at
 * today's prices, since Polar tells no older ones.
 */
import { grouped, sum } from "./groups.ts";
import { type Month, monthOf, monthsSince } from "./months.ts";
import type { Subscription } from "./rows.ts";

/** A month of monthly recurring revenue in one currency; amounts in its smallest unit (cents). */
export interface MrrMonth {
  readonly month: Month;
  /** Those that are paid for when the month ends. */
  readonly subscriptions: number;
  /** Who paid when the month began, and who of them pays no longer when it ends. */
  readonly customersAtStart: number;
  readonly customersLost: number;
  readonly opening: bigint;
  readonly movements: Readonly<Record<Movement, bigint>>;
  readonly closing: bigint;
}

/** Why a customer's recurring revenue is not what it was a month ago. All are counted upwards. */
export type Movement = "new" | "reactivation" | "expansion" | "contraction" | "churn";

/** The customers who began to pay for a first subscription in this month. */
export interface Cohort {
  readonly month: Month;
  readonly customers: number;
  /** How many paid for one at the end of this month, of the next one, and so on. */
  readonly retained: readonly number[];
}

type Started = Subscription & { readonly started_at: number };

/** Months that a cohort is followed. */
const FOLLOWED = 12;

/** By currency, for each month from the first subscription's start on; the last one ends now. */
export function mrrByCurrency(
  subscriptions: readonly Subscription[],
  now: number,
): ReadonlyMap<string, readonly MrrMonth[]> {
  const started = subscriptions.filter(hasStarted);
  const months = monthsOf(started, now);
  const groups = grouped(started, ({ currency }) => currency);
  return new Map([...groups].map(([currency, own]) => [currency, mrrByMonth(own, months, now)]));
}

function mrrByMonth(
  subscriptions: readonly Started[],
  months: readonly Month[],
  now: number,
): readonly MrrMonth[] {
  const known = new Set<string>();
  let before: ReadonlyMap<string, bigint> = new Map();
  return months.map((month) => {
    const paid = subscriptions.filter((each) => isPaidAt(each, Math.min(month.end, now)));
    const after = mrrByCustomer(paid);
    const told = {
      month,
      subscriptions: paid.length,
      customersAtStart: before.size,
      customersLost: [...before.keys()].filter((customer) => !after.has(customer)).length,
      opening: sum(before.values()),
      movements: movementsOf(before, after, known),
      closing: sum(after.values()),
    };
    before = after;
    for (const customer of after.keys()) known.add(customer);
    return told;
  });
}

function movementsOf(
  before: ReadonlyMap<string, bigint>,
  after: ReadonlyMap<string, bigint>,
  known: ReadonlySet<string>,
): Record<Movement, bigint> {
  const movements = { new: 0n, reactivation: 0n, expansion: 0n, contraction: 0n, churn: 0n };
  for (const customer of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(customer) ?? 0n;
    const is = after.get(customer) ?? 0n;
    if (is > was) {
      const gain = was > 0n ? "expansion" : known.has(customer) ? "reactivation" : "new";
      movements[gain] += is - was;
    } else movements[is > 0n ? "contraction" : "churn"] += was - is;
  }
  return movements;
}

function mrrByCustomer(subscriptions: readonly Subscription[]): ReadonlyMap<string, bigint> {
  const groups = grouped(subscriptions, ({ customer_id }) => customer_id);
  return new Map([...groups].map(([customer, own]) => [customer, sum(own.map(monthlyAmount))]));
}

/** How often an interval fits into a year: amounts of a year are spread over twelve months. */
const PER_YEAR = { day: 365n, week: 52n, month: 12n, year: 1n } as const;

function monthlyAmount(subscription: Subscription): bigint {
  const { amount, recurring_interval, recurring_interval_count } = subscription;
  const yearly = amount * PER_YEAR[recurring_interval];
  const months = 12n * BigInt(recurring_interval_count);
  // Rounded to the nearest, a half up.
  return (2n * yearly + months) / (2n * months);
}

/** The cohorts, each followed for at most twelve months, of which only whole ones are told. */
export function cohortsByMonth(
  subscriptions: readonly Subscription[],
  now: number,
): readonly Cohort[] {
  const started = subscriptions.filter(hasStarted);
  const customers = [...grouped(started.filter(isEverPaid), ({ customer_id }) => customer_id)];
  const months = monthsOf(started, now);
  const cohorts = months.map((month, at) => {
    const own = customers.filter(
      ([, each]) => monthOf(Math.min(...each.map(paidFrom))).begin === month.begin,
    );
    const followed = months.slice(at, at + FOLLOWED).filter(({ end }) => end <= now);
    const retained = followed.map(
      ({ end }) => own.filter(([, each]) => each.some((one) => isPaidAt(one, end))).length,
    );
    return { month, customers: own.length, retained };
  });
  return cohorts.filter(({ customers, retained }) => customers > 0 && retained.length > 0);
}

const hasStarted = (each: Subscription): each is Started => each.started_at !== null;

const monthsOf = (subscriptions: readonly Started[], now: number): Month[] =>
  monthsSince(
    subscriptions.map(({ started_at }) => started_at),
    now,
  );

/** The end of its trial, if it has one. */
const paidFrom = ({ started_at, trial_end }: Started): number =>
  Math.max(started_at, trial_end ?? started_at);

/** Its end, or when it was paused, or when the payment was due that Polar has given up on. */
function paidUntil(each: Started): number {
  const halted =
    each.status === "paused"
      ? each.paused_at
      : each.status === "unpaid"
        ? (each.past_due_at ?? each.current_period_start)
        : null;
  return Math.min(each.ended_at ?? Infinity, halted ?? Infinity);
}

const isEverPaid = (each: Started): boolean =>
  monthlyAmount(each) > 0n && paidFrom(each) < paidUntil(each);

const isPaidAt = (each: Started, moment: number): boolean =>
  monthlyAmount(each) > 0n && paidFrom(each) < moment && paidUntil(each) >= moment;
