/** The key figures at the top of the report. */
import { sum } from "./groups.ts";
import { type Month, monthTitle } from "./months.ts";
import type { Revenue } from "./revenue.ts";
import type { MrrMonth } from "./subscriptions.ts";
import { moneyIn, percent } from "./units.ts";

export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

export function mrrTile(currency: string, months: readonly MrrMonth[]): Tile {
  const { text } = moneyIn(currency);
  const { opening, closing } = months.at(-1) ?? { opening: 0n, closing: 0n };
  const change = closing - opening;
  return {
    label: `MRR (${currency.toUpperCase()})`,
    value: text(closing),
    note: `${change < 0n ? "" : "+"}${text(change)} this month`,
  };
}

export function subscriptionsTile(currencies: readonly (readonly MrrMonth[])[]): Tile {
  const counts = currencies.map((months) => months.at(-1)?.subscriptions ?? 0);
  return {
    label: "Subscriptions",
    value: counts.reduce((total, count) => total + count, 0).toLocaleString("en"),
    note: "that are paid for",
  };
}

/** Of the last month that is over and began with customers; there may be none yet. */
export function churnTile(currency: string, months: readonly MrrMonth[], now: number): Tile {
  const told = months.filter(({ customersAtStart }) => customersAtStart > 0);
  const last = told.findLast(({ month }) => isOver(month, now));
  const label = `Churn (${currency.toUpperCase()})`;
  if (last === undefined) return { label, value: "–", note: "no month to tell of yet" };
  const { month, customersAtStart, customersLost } = last;
  return {
    label: `${label}, ${monthTitle(month)}`,
    value: percent(customersLost, customersAtStart),
    note: `${customersLost} of ${customersAtStart} customers`,
  };
}

/** Of the last month that is over; of the present one while there is no other. */
export function revenueTile(currency: string, { months, products }: Revenue, now: number): Tile {
  const { text } = moneyIn(currency);
  const last = months.findLast((month) => isOver(month, now)) ?? months.at(-1);
  const [first] = months;
  if (last === undefined || first === undefined) throw new Error(`No order is in ${currency}.`);
  const place = months.indexOf(last);
  return {
    label: `Revenue (${currency.toUpperCase()}), ${monthTitle(last)}`,
    value: text(sum(products.map(({ byMonth }) => byMonth[place] ?? 0n))),
    note: `${text(sum(products.map(({ total }) => total)))} since ${monthTitle(first)}`,
  };
}

const isOver = ({ end }: Month, now: number): boolean => end <= now;
