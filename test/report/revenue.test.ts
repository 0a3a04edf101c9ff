import { expect, test } from "vitest";
import { revenueByCurrency } from "../../scripts/report/revenue.ts";
import { order } from "./rows.ts";

const now = Date.UTC(2026, 2, 10);

test("is what was paid less refunds, by product and month, and in each currency for itself", () => {
  const products = [
    { id: "a", name: "A" },
    { id: "b", name: "B" },
  ];
  const orders = [
    order({ product_id: "a", refunded_amount: 300n }),
    order({ product_id: "a" }),
    order({ product_id: "a", paid: false }),
    order({ product_id: "a", created_at: Date.UTC(2026, 2, 1) - 1 }),
    order({
      product_id: "b",
      created_at: Date.UTC(2026, 2, 1),
      net_amount: 9_007_199_254_740_993n,
    }),
    order({ product_id: "b", currency: "eur", refunded_amount: 1_000n }),
    order({ product_id: "gone", currency: "eur" }),
    order({ product_id: null, currency: "eur" }),
  ];

  const revenue = [...revenueByCurrency(orders, products, now)].map(([currency, told]) => [
    currency,
    told.months.map(({ name }) => name),
    told.products,
  ]);
  const months = ["2026-01", "2026-02", "2026-03"];
  expect(revenue).toEqual([
    [
      "usd",
      months,
      [
        { name: "B", total: 9_007_199_254_740_993n, byMonth: [0n, 0n, 9_007_199_254_740_993n] },
        { name: "A", total: 2_700n, byMonth: [1_700n, 1_000n, 0n] },
      ],
    ],
    // What was paid back whole is no revenue, and what no product is known of is one.
    ["eur", months, [{ name: "(no product)", total: 2_000n, byMonth: [2_000n, 0n, 0n] }]],
  ]);
});
