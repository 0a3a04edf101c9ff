import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pages } from "../../scripts/docs.ts";
import { streams } from "../../src/streams/index.ts";

const written = pages(streams);

describe.each(Object.entries(written))("%s", (path, text) => {
  it("is what `npm run docs` writes", () => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(text);
  });
});

it.each(["docs/streams.md", "docs/erd.md"])("%s names every stream", (path) => {
  for (const { name } of streams) expect(written[path]).toContain(name);
});

it("describes every column, says why columns are off, and adds up the parents' scopes", () => {
  const text = written["docs/streams.md"] ?? "";
  for (const { properties } of streams) {
    for (const [name, { description }] of Object.entries(properties)) {
      expect(text).toContain(`| \`${name}\` |`);
      expect(text).toContain(description.replaceAll("|", "\\|"));
    }
  }
  expect(text).toContain("- Whoever holds the value can act with it: `key`.");
  expect(text).toContain("- Scopes: `customer_seats:read`, `subscriptions:read`, `orders:read`");
});

it("makes a model of each default stream, and no other, with amounts in the right currency", () => {
  const folder = "dbt/models/staging/";
  const files = readdirSync(new URL(`../../${folder}`, import.meta.url)).map(
    (name) => folder + name,
  );
  const made = Object.keys(written).filter((path) => path.startsWith(folder));
  const defaults = streams.filter(({ selectedByDefault }) => selectedByDefault);

  expect(files.sort()).toEqual(made.sort());
  expect(made).toHaveLength(defaults.length + 1);
  const orders = written[`${folder}stg_polar__orders.sql`];
  expect(orders).toContain("('net_amount', 'amount', 'currency')");
  expect(orders).toContain("('platform_fee_amount', 'amount', 'platform_fee_currency')");
  expect(orders).not.toContain("from_balance_amount");
});

it("draws a relation for each reference, and only to streams", () => {
  const drawn = [
    ...(written["docs/erd.md"] ?? "").matchAll(/^ {4}(\w+) \}o--\S+ (\w+) : (\w+)$/gm),
  ];
  const references = streams.flatMap(({ name, properties }) =>
    Object.entries(properties)
      .filter(([, each]) => each.references !== undefined && each.hidden !== "undocumented")
      .map(([column, each]) => `${name}.${column} ${each.references}`),
  );
  expect(drawn.map(([, from, to, column]) => `${from}.${column} ${to}`)).toEqual(references);
  expect(references.length).toBeGreaterThan(50);
});
