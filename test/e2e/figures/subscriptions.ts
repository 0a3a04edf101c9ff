/** Recurring revenue and what follows from it, month by month, by the definitions of docs/models.md. */
import { z } from "zod";
import { type Figures, grouped, inUnits, percent, sum } from "./amounts.ts";

/** What the list of subscriptions showed, each time that it was read. */
export type History = readonly { readonly at: string; readonly rows: readonly string[] }[];

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

export function monthsOf(history: History): Month[] {
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

export function customerMonths(history: History): CustomerMonth[] {
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

const byMonthAndCurrency = (rows: readonly CustomerMonth[]) =>
  grouped(rows, ({ month, currency }) => `${month.month} ${currency}`).map(([key, own]) => {
    const [month = "", currency = ""] = key.split(" ");
    const isComplete = own.every((each) => each.month.isComplete);
    return { month, currency, own, is_complete: String(isComplete) };
  });

export function customerMrrByMonth(history: History): Figures[] {
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

export function mrrByMonth(history: History): Figures[] {
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

export function churn(history: History): Figures[] {
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

export function cohortRetention(history: History): Figures[] {
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
