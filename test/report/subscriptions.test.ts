import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Subscription } from "../../scripts/report/rows.ts";
import {
  cohortsByMonth,
  type MrrMonth,
  mrrByCurrency,
} from "../../scripts/report/subscriptions.ts";
import { subscription } from "./rows.ts";

const now = Date.UTC(2026, 4, 10);
const inMonth = (month: number) => Date.UTC(2026, month, 20);

/** The MRR at the end of each month, and what of the movements is not zero. */
const told = (months: readonly MrrMonth[] | undefined) =>
  months?.map(({ month, opening, movements, closing }) => [
    month.name,
    opening,
    Object.fromEntries(Object.entries(movements).filter(([, amount]) => amount !== 0n)),
    closing,
  ]);

describe("MRR", () => {
  test("a customer begins, takes more, takes less, leaves and comes back", () => {
    const of = (amount: bigint, started: number, ended: number | null) =>
      subscription({
        customer_id: "c",
        amount,
        started_at: inMonth(started),
        ended_at: ended === null ? null : inMonth(ended),
      });
    const rows = [of(1_000n, 0, 3), of(500n, 1, 2), of(700n, 4, null)];

    expect(told(mrrByCurrency(rows, inMonth(5)).get("usd"))).toEqual([
      ["2026-01", 0n, { new: 1_000n }, 1_000n],
      ["2026-02", 1_000n, { expansion: 500n }, 1_500n],
      ["2026-03", 1_500n, { contraction: 500n }, 1_000n],
      ["2026-04", 1_000n, { churn: 1_000n }, 0n],
      ["2026-05", 0n, { reactivation: 700n }, 700n],
      ["2026-06", 700n, {}, 700n],
    ]);
  });

  test("prices of other intervals are spread over months, to the nearest cent", () => {
    const monthly = (given: Partial<Subscription>) =>
      mrrByCurrency([subscription(given)], now)
        .get("usd")
        ?.at(-1)?.closing;

    expect(monthly({ amount: 19_900n, recurring_interval: "year" })).toBe(1_658n);
    expect(monthly({ amount: 1_000n, recurring_interval: "week" })).toBe(4_333n);
    expect(monthly({ amount: 100n, recurring_interval: "day" })).toBe(3_042n);
    expect(monthly({ amount: 1_000n, recurring_interval_count: 3 })).toBe(333n);
    expect(monthly({ amount: 18n, recurring_interval: "year" })).toBe(2n);
    expect(monthly({ amount: 9_007_199_254_740_993n })).toBe(9_007_199_254_740_993n);
  });

  test("counts from the end of the trial to the end, a pause or the payment that failed", () => {
    const rows = [
      subscription({ trial_end: inMonth(1) }),
      subscription({ status: "paused", paused_at: inMonth(3) }),
      subscription({ status: "unpaid", past_due_at: inMonth(2) }),
      subscription({ status: "unpaid", current_period_start: inMonth(1) }),
      subscription({ status: "past_due", past_due_at: inMonth(1) }),
      subscription({ ended_at: inMonth(2) }),
      subscription({ amount: 0n }),
      subscription({ started_at: null }),
    ];

    const months = mrrByCurrency(rows, now).get("usd");
    // Each of the first six by its months.
    const paid = ["-1111", "111--", "11---", "1----", "11111", "11---"];
    const expected = [0, 1, 2, 3, 4].map((at) => paid.filter((row) => row[at] === "1").length);
    expect(months?.map(({ subscriptions }) => subscriptions)).toEqual(expected);
  });

  test("loses the customers who paid when a month began and no longer pay when it ends", () => {
    const rows = [
      subscription({ customer_id: "a", ended_at: inMonth(2) }),
      subscription({ customer_id: "a", ended_at: inMonth(1) }),
      subscription({ customer_id: "b", started_at: inMonth(1), ended_at: inMonth(1) + 1 }),
      subscription({ customer_id: "c", started_at: inMonth(1) }),
    ];

    const lost = mrrByCurrency(rows, now)
      .get("usd")
      ?.map((each) => [each.month.name, each.customersLost, each.customersAtStart]);
    expect(lost).toEqual([
      ["2026-01", 0, 0],
      ["2026-02", 0, 1],
      ["2026-03", 1, 2],
      ["2026-04", 0, 1],
      ["2026-05", 0, 1],
    ]);
  });

  test("knows no sums over currencies", () => {
    const rows = [subscription(), subscription({ currency: "eur", amount: 3n })];

    const last = [...mrrByCurrency(rows, now)].map(([currency, months]) => [
      currency,
      months.at(-1)?.closing,
    ]);
    expect(last).toEqual([
      ["usd", 1_000n],
      ["eur", 3n],
    ]);
  });

  test("closes with what it opened with and what moved, whatever the subscriptions", () => {
    const time = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2026, 6) });
    const maybe = fc.option(time);
    const rows = fc.array(
      fc.record({
        id: fc.uuid(),
        customer_id: fc.constantFrom("a", "b", "c", "d"),
        amount: fc.bigInt({ min: 0n, max: 10n ** 20n }),
        currency: fc.constantFrom("usd", "eur"),
        recurring_interval: fc.constantFrom("day", "week", "month", "year"),
        recurring_interval_count: fc.integer({ min: 1, max: 6 }),
        status: fc.constantFrom("active", "paused", "unpaid"),
        current_period_start: maybe,
        started_at: maybe,
        ended_at: maybe,
        trial_end: maybe,
        past_due_at: maybe,
        paused_at: maybe,
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(rows, (subscriptions) => {
        for (const [, months] of mrrByCurrency(subscriptions, now)) {
          let closed = 0n;
          for (const { opening, movements, closing } of months) {
            expect(opening).toBe(closed);
            expect(closing).toBe(
              opening +
                movements.new +
                movements.expansion +
                movements.reactivation -
                movements.contraction -
                movements.churn,
            );
            for (const amount of Object.values(movements)) expect(amount >= 0n).toBe(true);
            closed = closing;
          }
        }
      }),
    );
  });
});

describe("a cohort", () => {
  test("is followed to the end of the last whole month, a year at the most", () => {
    const rows = [
      subscription({ customer_id: "stays" }),
      subscription({ customer_id: "returns", ended_at: inMonth(1) }),
      subscription({ customer_id: "returns", started_at: inMonth(3) }),
      subscription({ customer_id: "late", trial_end: now }),
      subscription({ customer_id: "left in the trial", trial_end: now, ended_at: inMonth(1) }),
      subscription({ customer_id: "pays nothing", amount: 0n }),
    ];
    const cohorts = (at: number) =>
      cohortsByMonth(rows, at).map((each) => [each.month.name, each.customers, each.retained]);

    expect(cohorts(now)).toEqual([["2026-01", 2, [2, 1, 1, 2]]]);
    expect(cohorts(Date.UTC(2028, 0))).toEqual([
      ["2026-01", 2, [2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2]],
      ["2026-05", 1, Array(12).fill(1)],
    ]);
  });
});
