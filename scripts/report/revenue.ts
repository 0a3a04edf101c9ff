/** What the orders tell: revenue by product and month. */
import { grouped, sum } from "./groups.ts";
import { type Month, monthOf, monthsSince } from "./months.ts";
import type { Order, Product } from "./rows.ts";

/** What a product has brought in within one currency, in its smallest unit (cents). */
export interface ProductRevenue {
  /** As it is called now; `(no product)` for orders without one. */
  readonly name: string;
  readonly total: bigint;
  /** One amount for each of the months. */
  readonly byMonth: readonly bigint[];
}

const NO_PRODUCT = "(no product)";

export interface Revenue {
  /** From that of the first paid order to the present one. */
  readonly months: readonly Month[];
  /** The largest first, without those that brought in nothing in any month. */
  readonly products: readonly ProductRevenue[];
}

/** By currency: what was paid, after discounts and refunds, without taxes. */
export function revenueByCurrency(
  orders: readonly Order[],
  products: readonly Product[],
  now: number,
): ReadonlyMap<string, Revenue> {
  const names = new Map(products.map(({ id, name }) => [id, name]));
  const paid = orders.filter((order) => order.paid);
  const times = paid.map(({ created_at }) => created_at);
  const last = times.reduce((latest, time) => Math.max(latest, time), now);
  const months = monthsSince(times, last);

  const knownProduct = (id: string | null): string => (id !== null && names.has(id) ? id : "");
  const revenueOf = (name: string, own: readonly Order[]): ProductRevenue => {
    const byName = grouped(own, ({ created_at }) => monthOf(created_at).name);
    const byMonth = months.map((month) => sum((byName.get(month.name) ?? []).map(netOf)));
    return { name, total: sum(byMonth), byMonth };
  };
  const revenue = ([currency, own]: [string, readonly Order[]]): [string, Revenue] => {
    const byProduct = grouped(own, ({ product_id }) => knownProduct(product_id));
    const all = [...byProduct].map(([id, sold]) => revenueOf(names.get(id) ?? NO_PRODUCT, sold));
    return [currency, { months, products: all.filter(earns).sort(byTotal) }];
  };
  return new Map([...grouped(paid, ({ currency }) => currency)].map(revenue));
}

const netOf = ({ net_amount, refunded_amount }: Order): bigint => net_amount - refunded_amount;

const earns = ({ byMonth }: ProductRevenue): boolean => byMonth.some((amount) => amount !== 0n);

const byTotal = (a: ProductRevenue, b: ProductRevenue): number => Number(b.total - a.total);
