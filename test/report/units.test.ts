import { expect, test } from "vitest";
import { moneyIn, percent } from "../../scripts/report/units.ts";

test.each([
  ["usd", 123_450n, "$1,234.50"],
  ["usd", -105n, "-$1.05"],
  ["eur", 0n, "€0.00"],
  ["jpy", 12_345n, "¥12,345"],
  ["huf", 150n, "HUF 1.50"],
  ["usd", 9_007_199_254_740_993n, "$90,071,992,547,409.93"],
])("%s %s", (currency, amount, text) => {
  // The space after a code is one that does not break.
  expect(moneyIn(currency).text(amount).replace(/\s/, " ")).toBe(text);
});

test("what stands at an axis is short", () => {
  const { units, short } = moneyIn("usd");
  expect([0n, 5_000n, 123_450n, -200_000_000n].map((amount) => short(units(amount)))).toEqual([
    "$0",
    "$50",
    "$1.2K",
    "-$2M",
  ]);
});

test("shares have one decimal", () => {
  expect([percent(1, 3), percent(2, 2)]).toEqual(["33.3%", "100.0%"]);
});
