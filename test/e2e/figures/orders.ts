/** What follows from orders. */
import { z } from "zod";
import type { Simulator } from "../../../simulator/index.ts";
import { propertiesOf } from "../../../simulator/json.ts";
import { type Figures, grouped, inUnits, listed, percent, sum } from "./amounts.ts";

/** An order with its amounts as they stand in the JSON. */
export function ordersOf(simulator: Simulator) {
  const orders = listed(simulator, "orders").map((json) => {
    const properties = propertiesOf(json);
    const text = (name: string) =>
      z
        .string()
        .nullable()
        .parse(JSON.parse(properties.get(name)?.text ?? "null"));
    const amount = (name: string) => BigInt(properties.get(name)?.text ?? "");
    return {
      month: `${text("created_at")?.slice(0, 7)}-01`,
      at: text("created_at") ?? "",
      currency: text("currency") ?? "",
      isPaid: properties.get("paid")?.text === "true",
      customer: text("customer_id") ?? "",
      product: text("product_id"),
      net: amount("net_amount"),
      refunded: amount("refunded_amount"),
      fee: amount("platform_fee_amount"),
      feeCurrency: text("platform_fee_currency"),
    };
  });
  return orders.filter(({ isPaid }) => isPaid);
}

/** Orders as their staging model has them. */
export const stagedOrders = (simulator: Simulator) =>
  listed(simulator, "orders").map((json) => {
    const { id, created_at, currency, discount } = z
      .object({
        id: z.string(),
        created_at: z.string(),
        currency: z.string(),
        discount: z.unknown(),
      })
      .parse(JSON.parse(json));
    const net = BigInt(propertiesOf(json).get("net_amount")?.text ?? "");
    return {
      id,
      created_at: created_at.replace("T", " ").replace(/(\.\d*?)0*Z$|Z$/, "$1"),
      currency,
      net_amount: inUnits(net, currency),
      discount: discount === null,
    };
  });

type Order = ReturnType<typeof ordersOf>[number];

export const amountsOf = (own: readonly Order[], currency: string) => ({
  sold: inUnits(sum(own.map(({ net }) => net)), currency),
  refunded: inUnits(sum(own.map(({ refunded }) => refunded)), currency),
});

export function revenueByProduct(simulator: Simulator): Figures[] {
  const product = z.object({ id: z.string(), name: z.string() });
  const products = listed(simulator, "products").map((json) => product.parse(JSON.parse(json)));
  const keyOf = (order: Order) => `${order.month} ${order.product} ${order.currency}`;
  return grouped(ordersOf(simulator), keyOf).map(([key, own]) => {
    const [month = "", id = "", currency = ""] = key.split(" ");
    const isOneCurrency = own.every((order) => (order.feeCurrency ?? currency) === currency);
    return {
      month,
      product_id: id,
      product: products.find((each) => each.id === id)?.name ?? null,
      currency,
      orders: String(own.length),
      customers: String(new Set(own.map(({ customer }) => customer)).size),
      ...amountsOf(own, currency),
      revenue: inUnits(sum(own.map(({ net, refunded }) => net - refunded)), currency),
      fees: isOneCurrency ? inUnits(sum(own.map(({ fee }) => fee)), currency) : null,
    };
  });
}

export function refundRate(simulator: Simulator): Figures[] {
  const keyOf = ({ month, currency }: Order) => `${month} ${currency}`;
  return grouped(ordersOf(simulator), keyOf).map(([key, own]) => {
    const [month = "", currency = ""] = key.split(" ");
    const refunded = own.filter((order) => order.refunded > 0n);
    const sold = sum(own.map(({ net }) => net));
    const given = sum(own.map((order) => order.refunded));
    return {
      month,
      currency,
      orders: String(own.length),
      orders_refunded: String(refunded.length),
      orders_refunded_percent: percent(refunded.length, own.length),
      ...amountsOf(own, currency),
      refunded_percent: sold === 0n ? null : percent(given, sold),
    };
  });
}
