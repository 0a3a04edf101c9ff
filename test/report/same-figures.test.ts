/** The report counts as docs/models.md says: like the models of dbt, which other tests hold to the same figures. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Rows, readRows } from "../../scripts/report/rows.ts";
import { cohortsByMonth, mrrByCurrency } from "../../scripts/report/subscriptions.ts";
import { inUnits, listed } from "../e2e/figures/amounts.ts";
import { churn, cohortRetention, type History, mrrByMonth } from "../e2e/figures/subscriptions.ts";
import { workFolder } from "../support/processes.ts";
import { simulate } from "../support/simulation.ts";

const at = "2026-11-26T12:00:00Z";
const now = Date.parse(at);
let rows: Rows;
let history: History;

beforeAll(async () => {
  const simulator = await simulate();
  const folder = await workFolder();
  for (const stream of ["subscriptions", "orders", "products"]) {
    const lines = listed(simulator, stream).map((json) => `${json}\n`);
    await writeFile(join(folder, `${stream}.jsonl`), lines.join(""));
  }
  rows = await readRows(folder);
  history = [{ at, rows: listed(simulator, "subscriptions") }];
});

const byMonth = (one: { readonly month?: unknown }, other: { readonly month?: unknown }) =>
  String(one.month) < String(other.month) ? -1 : 1;

test("MRR and what changed it", () => {
  const told = [...mrrByCurrency(rows.subscriptions, now)].flatMap(([currency, months]) =>
    months.map(({ month, opening, closing, subscriptions, movements }) => ({
      month: `${month.name}-01`,
      currency,
      opening_mrr: inUnits(opening, currency),
      new_mrr: inUnits(movements.new, currency),
      expansion_mrr: inUnits(movements.expansion, currency),
      contraction_mrr: inUnits(-movements.contraction, currency),
      churn_mrr: inUnits(-movements.churn, currency),
      reactivation_mrr: inUnits(movements.reactivation, currency),
      closing_mrr: inUnits(closing, currency),
      subscriptions: String(subscriptions),
    })),
  );
  const counted = mrrByMonth(history).map(({ is_complete: _, customers: __, ...month }) => month);

  expect(counted.length).toBeGreaterThan(12);
  const months = new Set(counted.map(({ month }) => month));
  const shown = told.filter(({ month }) => months.has(month));
  expect(shown.toSorted(byMonth)).toEqual(counted.toSorted(byMonth));
});

test("customers who were lost", () => {
  const told = [...mrrByCurrency(rows.subscriptions, now).values()].flatMap((months) =>
    months
      .filter(({ customersAtStart }) => customersAtStart > 0)
      .map(({ month, customersAtStart, customersLost }) => ({
        month: `${month.name}-01`,
        customers_at_start: String(customersAtStart),
        customers_lost: String(customersLost),
      })),
  );
  const counted = churn(history).map(({ month, customers_at_start, customers_lost }) => ({
    month,
    customers_at_start,
    customers_lost,
  }));

  expect(counted.length).toBeGreaterThan(12);
  expect(told.toSorted(byMonth)).toEqual(counted.toSorted(byMonth));
});

test("cohorts, for the months that they are followed", () => {
  const told = cohortsByMonth(rows.subscriptions, now).flatMap(({ month, customers, retained }) =>
    retained.map((count, later) => ({
      cohort: `${month.name}-01`,
      months_later: String(later),
      customers: String(customers),
      retained: String(count),
    })),
  );
  const counted = cohortRetention(history)
    .filter(({ months_later }) => Number(months_later) < 12)
    .map(({ cohort, months_later, customers, retained }) => ({
      cohort,
      months_later,
      customers,
      retained,
    }));

  const key = (one: (typeof counted)[number]) =>
    `${one.cohort} ${String(one.months_later).padStart(2, "0")}`;
  const sorted = (all: typeof counted) => all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  expect(counted.length).toBeGreaterThan(50);
  expect(sorted(told)).toEqual(sorted(counted));
});
