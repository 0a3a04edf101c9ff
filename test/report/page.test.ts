import { expect, test } from "vitest";
import { reportPage } from "../../scripts/report/page.ts";
import { order, subscription } from "./rows.ts";

const now = Date.UTC(2026, 2, 10, 12);
const titles = (page: string) => [...page.matchAll(/<h2>(.*)<\/h2>/g)].map(([, title]) => title);
const tiles = (page: string) =>
  [...page.matchAll(/<dt>(.*)<\/dt>\n<dd class="value">(.*)<\/dd>/g)].map(([, label, value]) => [
    label,
    value,
  ]);

test("text from the data is never markup", () => {
  const name = `<script>alert("1")</script>&'`;
  const page = reportPage(
    { subscriptions: [], orders: [order({ product_id: "p" })], products: [{ id: "p", name }] },
    now,
  );

  expect(page).not.toContain("<script");
  expect(page).toContain("&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;&#39;</li>");
  expect(page).toContain("January 2026, &lt;script&gt;");
});

test("without rows, it says so", () => {
  const page = reportPage({ subscriptions: [], orders: [], products: [] }, now);

  expect(tiles(page)).toEqual([["Subscriptions", "0"]]);
  expect(titles(page)).toEqual(["Retention by cohort"]);
  expect(page).toContain("There is nothing to show yet");
  expect(page).not.toContain("<svg");
});

test("each currency has tiles and charts of its own", () => {
  const subscriptions = [subscription(), subscription({ currency: "jpy", amount: 500n })];
  const orders = [order({ currency: "jpy" }), order({ net_amount: 250n, refunded_amount: 50n })];
  const page = reportPage({ subscriptions, orders, products: [] }, now);

  expect(tiles(page)).toEqual([
    ["MRR (JPY)", "¥500"],
    ["MRR (USD)", "$10.00"],
    ["Subscriptions", "2"],
    ["Churn (JPY), February 2026", "0.0%"],
    ["Churn (USD), February 2026", "0.0%"],
    ["Revenue (JPY), February 2026", "¥0"],
    ["Revenue (USD), February 2026", "$0.00"],
  ]);
  expect(titles(page)).toEqual([
    "Monthly recurring revenue (MRR) in JPY",
    "What changed the MRR in JPY",
    "Churn of customers in JPY",
    "Monthly recurring revenue (MRR) in USD",
    "What changed the MRR in USD",
    "Churn of customers in USD",
    "Revenue by product in JPY",
    "Revenue by product in USD",
    "Retention by cohort",
  ]);
  expect(page).toContain("$2.00 since January 2026");
});

test("six products have a colour, and all others share one", () => {
  const products = Array.from({ length: 8 }, (_, at) => ({ id: `${at}`, name: `Product ${at}` }));
  const orders = products.map(({ id }) =>
    order({ product_id: id, net_amount: 800n - 100n * BigInt(id) }),
  );
  const page = reportPage({ subscriptions: [], orders, products }, now);

  const legend = [...page.matchAll(/<\/i>(.*)<\/li>/g)].map(([, name]) => name);
  expect(legend).toEqual([...products.slice(0, 6).map(({ name }) => name), "Other products (2)"]);
  expect(page).toContain("January 2026, Other products (2): $3.00");
});
