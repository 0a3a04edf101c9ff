/** The figures that the report draws, as data: what stands where, in which colour, and what it means. */
import { sum } from "./groups.ts";
import type { Month } from "./months.ts";
import type { ProductRevenue, Revenue } from "./revenue.ts";
import type { Movement, MrrMonth } from "./subscriptions.ts";
import { type Money, moneyIn, percent } from "./units.ts";

/** A chart over months. */
export interface Figure {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** The definition, in one sentence. */
  readonly meaning: string;
  readonly kind: "line" | "bars";
  readonly months: readonly Month[];
  readonly series: readonly Series[];
  /** Writes a value beside the axis. */
  readonly tick: (value: number) => string;
}

export interface Series {
  readonly name: string;
  /** A variable of style.css. */
  readonly colour: Colour;
  /** One for each month of the figure. */
  readonly points: readonly Point[];
}

export interface Point {
  /** Where it stands, or how high its part of a bar is; below zero it hangs down. */
  readonly value: number;
  /** The exact value. */
  readonly text: string;
}

export type Colour = "blue" | "teal" | "violet" | "amber" | "red" | "pink" | "grey";

/** Months that a figure shows at most. */
const SHOWN = 24;
const PRODUCT_COLOURS = ["blue", "teal", "amber", "violet", "pink", "red"] as const;

export function mrrFigure(currency: string, all: readonly MrrMonth[]): Figure {
  const money = moneyIn(currency);
  const shown = all.slice(-SHOWN);
  return {
    id: `mrr-${currency}`,
    title: `Monthly recurring revenue (MRR) in ${currency.toUpperCase()}`,
    meaning:
      "What subscriptions come to per month at the month's end (or now), without taxes and at today's prices: a twelfth of a price for a year, 52 twelfths of one for a week, 365 twelfths of one for a day; none in a trial, while paused, or once unpaid.",
    kind: "line",
    months: shown.map(({ month }) => month),
    series: [
      {
        name: "MRR",
        colour: "blue",
        points: shown.map(({ closing }) => pointOf(closing, money)),
      },
    ],
    tick: money.short,
  };
}

const movements: readonly (readonly [Movement, name: string, Colour, sign: bigint])[] = [
  ["new", "New", "blue", 1n],
  ["expansion", "Expansion", "teal", 1n],
  ["reactivation", "Reactivation", "violet", 1n],
  ["contraction", "Contraction", "amber", -1n],
  ["churn", "Churn", "red", -1n],
];

export function movementFigure(currency: string, all: readonly MrrMonth[]): Figure {
  const money = moneyIn(currency);
  const shown = all.slice(-SHOWN);
  return {
    id: `movements-${currency}`,
    title: `What changed the MRR in ${currency.toUpperCase()}`,
    meaning:
      "By customer, from one month's end to the next: new is the first MRR ever, reactivation one that is back from zero, expansion a larger and contraction a smaller one, and churn the loss of all of it.",
    kind: "bars",
    months: shown.map(({ month }) => month),
    series: movements.map(([movement, name, colour, sign]) => ({
      name,
      colour,
      points: shown.map((month) => pointOf(sign * month.movements[movement], money)),
    })),
    tick: money.short,
  };
}

export function churnFigure(currency: string, all: readonly MrrMonth[]): Figure {
  const shown = all.filter(({ customersAtStart }) => customersAtStart > 0).slice(-SHOWN);
  return {
    id: `churn-${currency}`,
    title: `Churn of customers in ${currency.toUpperCase()}`,
    meaning:
      "Of the customers who paid when a month began, the share that no longer did when it ended.",
    kind: "bars",
    months: shown.map(({ month }) => month),
    series: [{ name: "Churn", colour: "red", points: shown.map(churnPoint) }],
    tick: (value) => `${value}%`,
  };
}

const churnPoint = ({ customersAtStart, customersLost }: MrrMonth): Point => ({
  value: (100 * customersLost) / customersAtStart,
  text: `${percent(customersLost, customersAtStart)} (${customersLost} of ${customersAtStart})`,
});

export function revenueFigure(currency: string, { months, products }: Revenue): Figure {
  const money = moneyIn(currency);
  return {
    id: `revenue-${currency}`,
    title: `Revenue by product in ${currency.toUpperCase()}`,
    meaning:
      "What was paid for the orders made in a month, after discounts and refunds, without taxes.",
    kind: "bars",
    months: months.slice(-SHOWN),
    series: largest(products).map(({ name, byMonth }, at) => ({
      name,
      colour: PRODUCT_COLOURS[at] ?? "grey",
      points: byMonth.slice(-SHOWN).map((amount) => pointOf(amount, money)),
    })),
    tick: money.short,
  };
}

/** The products that get a colour of their own, and all others as one. */
function largest(products: readonly ProductRevenue[]): readonly ProductRevenue[] {
  const others = products.slice(PRODUCT_COLOURS.length);
  const [first] = others;
  if (first === undefined) return products;
  const rest = {
    name: `Other products (${others.length})`,
    total: sum(others.map(({ total }) => total)),
    byMonth: first.byMonth.map((_, at) => sum(others.map(({ byMonth }) => byMonth[at] ?? 0n))),
  };
  return [...products.slice(0, PRODUCT_COLOURS.length), rest];
}

const pointOf = (amount: bigint, money: Money): Point => ({
  value: money.units(amount),
  text: money.text(amount),
});
