/** The report's figures are those of examples/sql, which PostgreSQL computes in another test. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { revenueByCurrency } from "../../scripts/report/revenue.ts";
import { type Rows, readRows } from "../../scripts/report/rows.ts";
import { churnByMonth, cohortsByMonth, mrrByCurrency } from "../../scripts/report/subscriptions.ts";
import { percent } from "../../scripts/report/units.ts";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { figures } from "../e2e/figures.ts";
import { workFolder } from "../support/processes.ts";

const lastSync = "2026-11-26T12:00:00Z";
const now = Date.parse(lastSync);
let simulator: Simulator;
let rows: Rows;

beforeAll(async () => {
  simulator = await startSimulator();
  const folder = await workFolder();
  for (const stream of ["subscriptions", "orders", "products"]) {
    const listed = simulator.rows(stream).filter(({ hidden }) => !hidden);
    const lines = listed.map(({ json }) => `${json}\n`);
    await writeFile(join(folder, `${stream}.jsonl`), lines.join(""));
  }
  rows = await readRows(folder);
});
afterAll(() => simulator.close());

const expected = (query: string) => figures[query]?.(simulator, lastSync) ?? [];

test("MRR", () => {
  const mrr = [...mrrByCurrency(rows.subscriptions, now)].flatMap(([currency, months]) =>
    months.map(({ month, subscriptions, closing }) => ({
      month: month.name,
      currency,
      subscriptions: String(subscriptions),
      mrr: String(closing),
    })),
  );

  expect(mrr.length).toBeGreaterThan(12);
  expect(mrr).toEqual(expected("mrr_by_month"));
});

test("churn", () => {
  const churn = churnByMonth(rows.subscriptions, now).map(({ month, atStart, ended }) => ({
    month: month.name,
    at_start: String(atStart),
    ended: String(ended),
    churn_percent: percent(ended, atStart).replace("%", ""),
  }));

  expect(churn.length).toBeGreaterThan(12);
  expect(churn).toEqual(expected("churn_by_month"));
});

test("cohorts", () => {
  const cohorts = cohortsByMonth(rows.subscriptions, now).flatMap(
    ({ month, customers, retained }) =>
      retained.map((count, later) => ({
        cohort: month.name,
        months_later: later,
        customers: String(customers),
        retained: String(count),
        retained_percent: percent(count, customers).replace("%", ""),
      })),
  );

  expect(cohorts.length).toBeGreaterThan(50);
  expect(cohorts).toEqual(expected("cohort_retention"));
});

test("revenue by product, amounts of 16 digits among them", () => {
  const revenue = [...revenueByCurrency(rows.orders, rows.products, now)].flatMap(
    ([currency, { products }]) =>
      products.map(({ name, total }) => ({ product: name, currency, revenue: String(total) })),
  );
  const totals = expected("revenue_by_product").map(({ product, currency, revenue: total }) => ({
    product,
    currency,
    revenue: total,
  }));

  expect(revenue[0]?.revenue).toHaveLength(17);
  expect(revenue).toEqual(totals.filter(({ revenue: total }) => total !== "0"));
});
