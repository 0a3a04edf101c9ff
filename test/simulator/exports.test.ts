import { beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { simulate } from "../support/simulation.ts";
import { ask, type Item, page, walk } from "./client.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
  return () => simulator.close();
});

/** The fields of each line, as a reader of RFC 4180 takes them apart. */
function parse(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g,
  )) {
    if (quoted === undefined && plain === "" && end === "") break;
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") lines.push([]);
  }
  return lines.filter((line) => line.length > 0);
}

const exported = async (path: string): Promise<string[][]> =>
  parse((await ask(simulator, path)).text);

/** A time as Python's isoformat() writes it. */
const isoformat = (time: unknown): string =>
  time === null ? "" : String(time).replace("Z", "+00:00");
const dollars = (cents: unknown): string => {
  const value = Number(cents) / 100;
  return Number.isInteger(value) ? `${value}.0` : String(value);
};

describe("what an export is", () => {
  it.each([
    ["/v1/orders/export", "polar-orders", 450],
    ["/v1/subscriptions/export", "polar-subscriptions", 220],
    ["/v1/customers/export", "polar-customers", 240],
  ])("%s is a whole table in one chunked request", async (path, name, count) => {
    const before = simulator.requests.length;
    const { status, headers, text } = await ask(simulator, path);
    expect([status, simulator.requests.length - before]).toEqual([200, 1]);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toBe(`attachment; filename=${name}.csv`);
    expect(headers.has("content-length")).toBe(false);
    expect(parse(text)).toHaveLength(count + 1);
    expect(text.endsWith("\r\n")).toBe(true);
  });

  it.each([
    ["orders", "orders:read"],
    ["subscriptions", "subscriptions:read"],
    ["customers", "customers:read"],
  ])("%s needs the scope of its list", async (stream, scope) => {
    const narrow = await simulate({ scopes: [] });
    const status = async () => (await ask(narrow, `/v1/${stream}/export`)).status;
    expect(await status()).toBe(403);
    narrow.setScopes([scope]);
    expect(await status()).toBe(200);
  });

  it("counts as one request of the rate limit", async () => {
    const limited = await simulate({ rateLimit: { requestsPerMinute: 1 } });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await ask(limited, "/v1/orders/export")).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe("columns", () => {
  it("of orders", async () => {
    const [titles = [], ...lines] = await exported("/v1/orders/export");
    expect(titles.join()).toBe(
      "Email,Created At,Product,Net Amount,Currency,Status,Invoice Number,Customer Name," +
        "Billing Name,Billing Country,Subtotal Amount,Discount Amount,Tax Amount,Total Amount," +
        "Refunded Amount,Billing Reason",
    );
    const expected = (await walkOrders()).map((order) => {
      const { customer, product } = {
        customer: Object(order.customer),
        product: Object(order.product),
      };
      return [
        customer.email,
        isoformat(order.created_at),
        product.name,
        order.currency,
        order.status,
        order.invoice_number ?? "",
        customer.name ?? "",
        order.billing_name ?? "",
        Object(order.billing_address).country ?? "",
        order.billing_reason,
      ].join("|");
    });
    const got = lines.map((line) =>
      line.filter((_, at) => ![3, 10, 11, 12, 13, 14].includes(at)).join("|"),
    );
    expect(got.sort()).toEqual(expected.sort());
  });

  it("that were asked for, in the order asked for", async () => {
    const lines = await exported("/v1/orders/export?columns=status&columns=net_amount");
    expect(lines[0]).toEqual(["Status", "Net Amount"]);
    const amounts = (await walkOrders())
      .filter(({ net_amount }) => Number(net_amount) < 1e12)
      .map(({ status, net_amount }) => `${status} ${dollars(net_amount)}`);
    const got = lines.slice(1).map((line) => line.join(" "));
    expect(got).toEqual(expect.arrayContaining(amounts));
    // 9007199254740993 cents, as the float that is nearest to it.
    expect(got.some((line) => line.endsWith(" 90071992547409.94"))).toBe(true);
  });

  it("of subscriptions", async () => {
    const path =
      "/v1/subscriptions/export?columns=email&columns=started_at&columns=amount" +
      "&columns=cancel_at_period_end&columns=canceled_at&columns=discount&columns=seats";
    const [titles, ...lines] = await exported(path);
    expect(titles?.join()).toBe(
      "Email,Started At,Amount,Cancel At Period End,Canceled At,Discount,Seats",
    );
    const { items } = await page(simulator, "/v1/subscriptions/?limit=100");
    const expected = items.map((item) => [
      Object(item.customer).email,
      isoformat(item.started_at),
      dollars(item.amount),
      item.cancel_at_period_end === true ? "True" : "False",
      isoformat(item.canceled_at),
      Object(item.discount).name ?? "",
      String(item.seats ?? ""),
    ]);
    expect(lines).toEqual(expect.arrayContaining(expected));
  });

  it("of customers, who are named by id, the deleted ones left out", async () => {
    const [titles = [], ...lines] = await exported("/v1/customers/export?columns=email");
    expect(titles.slice(0, 6).join()).toBe("ID,External ID,Created At,Email,Name,Tax ID");
    expect(titles.at(-1)).toBe("Metadata");
    const { items } = await page(simulator, "/v1/customers/?limit=100");
    const expected = items.map((item) => [
      item.id,
      item.external_id ?? "",
      isoformat(item.created_at),
      item.email,
      item.name ?? "",
    ]);
    const got = lines.map((line) => line.slice(0, 5));
    expect(got).toEqual(expect.arrayContaining(expected));
    const deleted = simulator.rows("customers").filter(({ hidden }) => hidden);
    expect(lines.map(([id]) => id)).not.toContain(deleted[0]?.id);
  });

  it("that there are not", async () => {
    const { status, text } = await ask(simulator, "/v1/orders/export?columns=status&columns=id");
    expect([status, JSON.parse(text).detail[0].loc]).toEqual([422, ["query", "columns", 1]]);
  });

  it("quotes what has a comma, a quote or the end of a line, and nothing else", async () => {
    const { text } = await ask(simulator, "/v1/customers/export");
    expect(text).toContain(',"José ""Pepe"" Núñez');
    expect(text).toContain(',"Line\nbreak');
    expect(text).toContain(",  padded  ,");
    expect(text).not.toMatch(/,"[^",\r\n]*",/);
  });
});

describe("filters", () => {
  it.each([
    ["orders", "created", "created_at"],
    ["subscriptions", "started", "started_at"],
  ])("%s by time, without the bounds", async (stream, word, key) => {
    const { items } = await page(simulator, `/v1/${stream}/?limit=100`);
    const times = [...new Set(items.map((item) => item[key]))];
    const [upper, lower] = [times[5], times[20]];
    const path = `/v1/${stream}/export?columns=${key}&${word}_after=${lower}&${word}_before=${upper}`;
    const within = items
      .map((item) => item[key])
      .filter((time) => times.slice(6, 20).includes(time));
    expect((await exported(path)).slice(1).flat()).toEqual(within.map(isoformat));
  });

  it("need an offset in times", async () => {
    const { status, text } = await ask(
      simulator,
      "/v1/orders/export?created_after=2026-01-01T00:00:00",
    );
    expect([status, JSON.parse(text).detail[0].type]).toEqual([422, "timezone_aware"]);
  });

  it("by status and product", async () => {
    const [, ...lines] = await exported(
      "/v1/orders/export?columns=status&status=draft&status=void",
    );
    expect(new Set(lines.flat())).toEqual(new Set(["draft", "void"]));
    const product = simulator.rows("products")[0]?.id ?? "";
    const counts = await Promise.all([
      exported(`/v1/orders/export?product_id=${product}`),
      page(simulator, `/v1/orders/?product_id=${product}`),
    ]);
    expect(counts[0].length - 1).toBe(counts[1].total);
  });
});

describe("changes", () => {
  it("are in the next export", async () => {
    const changing = await simulate();
    const path = "/v1/orders/export?columns=created_at&columns=status";
    const lines = async (): Promise<string[][]> => parse((await ask(changing, path)).text).slice(1);
    const was = await lines();
    changing.change("order.create");
    const id = changing.change("order.void");
    const { created_at }: Item = JSON.parse(
      changing.rows("orders").find((row) => row.id === id)?.json ?? "",
    );
    const now = await lines();
    expect(now).toHaveLength(was.length + 1);
    expect(now).toContainEqual([isoformat(created_at), "void"]);
  });
});

const walkOrders = (): Promise<Item[]> =>
  walk(simulator, "/v1/orders/", "limit=100&sorting=created_at&sorting=invoice_number");
