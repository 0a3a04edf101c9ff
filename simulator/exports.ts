/**
 * The CSV exports: a whole table in one answer, written as Python's csv module does it for Excel.
 * Orders and subscriptions are exported without their ids. Times are in UTC, whatever `timezone`
 * asks for.
 */
import { type Answer, csv, invalid } from "./answers.ts";
import { byTime, earlier, type Filter, later } from "./blueprint.ts";
import type { Data } from "./data.ts";
import { isPlainObject, type Json, type Key, Raw, textOf } from "./json.ts";
import { type Mistake, readChoices, readConditions } from "./query.ts";
import { orders } from "./rows/orders.ts";
import { subscriptions } from "./rows/subscriptions.ts";
import { timeText } from "./time.ts";
import type { Rows } from "./world.ts";

export interface CsvExport {
  readonly list: string;
  readonly answer: (data: Data, query: URLSearchParams) => Answer;
}

/** What a column holds: text, or null for nothing. */
type Cell = (row: ExportedRow) => string | null;

interface Layout {
  readonly list: string;
  readonly filters: readonly Filter[];
  readonly cells: Readonly<Record<string, Cell>>;
  /** Whether `columns` chooses among the cells. Then they are named in words. */
  readonly chosen: boolean;
}

class ExportedRow {
  readonly #rows: Rows;
  readonly #index: number;
  constructor(rows: Rows, index: number) {
    this.#rows = rows;
    this.#index = index;
  }

  key(name: string): Key {
    return this.#rows.key(this.#index, name);
  }

  property(name: string): Json {
    return this.#rows.property(this.#index, name);
  }

  json(name: string): string {
    return textOf(this.property(name), this.#index);
  }

  get customer(): ExportedRow {
    const customers = this.#rows.world.table("customers");
    return new ExportedRow(customers, customers.indexOf(String(this.key("customer_id"))));
  }
}

const text =
  (name: string): Cell =>
  (row) =>
    cellOf(row.key(name));

/** None is nothing, and flags are Python's. */
function cellOf(key: Key): string | null {
  if (typeof key === "boolean") return key ? "True" : "False";
  return key === null ? null : String(key);
}

/** Python's isoformat(): six digits of fraction, or none when they are zero. */
const time =
  (name: string): Cell =>
  (row) => {
    const moment = row.key(name);
    return typeof moment === "number" ? timeText(moment).replace("Z", "+00:00") : null;
  };

/** Cents divided by 100, as a float of Python. */
const money =
  (name: string): Cell =>
  (row) => {
    const cents = row.property(name);
    if (cents === null) return null;
    const whole = BigInt(typeof cents === "bigint" ? cents : row.json(name));
    const digits = String(whole < 0n ? -whole : whole).padStart(3, "0");
    const value = Number(`${whole < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`);
    return Number.isInteger(value) ? `${value}.0` : String(value);
  };

/** A part of the row's billing address. */
const address =
  (part: string): Cell =>
  (row) => {
    const value = row.property("billing_address");
    const whole: unknown = value instanceof Raw ? JSON.parse(value.text) : value;
    if (!isPlainObject(whole)) return null;
    const found = whole[part];
    return typeof found === "string" ? found : null;
  };

const layouts: readonly Layout[] = [
  {
    list: "orders",
    chosen: true,
    filters: [
      byTime("created_after", "created_at", later, true),
      byTime("created_before", "created_at", earlier, true),
      ...orders.filters.filter(({ parameter }) => ["status", "product_id"].includes(parameter)),
    ],
    cells: {
      email: (row) => cellOf(row.customer.key("email")),
      created_at: time("created_at"),
      product: text("product"),
      net_amount: money("net_amount"),
      currency: text("currency"),
      status: text("status"),
      invoice_number: text("invoice_number"),
      customer_name: text("customer"),
      billing_name: text("billing_name"),
      billing_country: address("country"),
      subtotal_amount: money("subtotal_amount"),
      discount_amount: money("discount_amount"),
      tax_amount: money("tax_amount"),
      total_amount: money("total_amount"),
      refunded_amount: money("refunded_amount"),
      billing_reason: text("billing_reason"),
    },
  },
  {
    list: "subscriptions",
    chosen: true,
    filters: [
      byTime("started_after", "started_at", later, true),
      byTime("started_before", "started_at", earlier, true),
      ...subscriptions.filters.filter(({ parameter }) =>
        ["status", "product_id", "cancel_at_period_end"].includes(parameter),
      ),
    ],
    cells: {
      email: (row) => cellOf(row.customer.key("email")),
      started_at: time("started_at"),
      product: text("product"),
      amount: money("amount"),
      currency: text("currency"),
      status: text("status"),
      recurring_interval: text("recurring_interval"),
      customer_name: text("customer"),
      billing_name: (row) => cellOf(row.customer.key("billing_name")),
      billing_country: (row) => address("country")(row.customer),
      net_amount: money("amount"),
      discount: text("discount"),
      seats: text("seats"),
      current_period_start: time("current_period_start"),
      current_period_end: time("current_period_end"),
      cancel_at_period_end: text("cancel_at_period_end"),
      canceled_at: time("canceled_at"),
      ends_at: time("ends_at"),
      ended_at: time("ended_at"),
      cancellation_reason: text("customer_cancellation_reason"),
      trial_start: time("trial_start"),
      trial_end: time("trial_end"),
    },
  },
  {
    list: "customers",
    chosen: false,
    filters: [],
    cells: {
      ID: text("id"),
      "External ID": text("external_id"),
      "Created At": time("created_at"),
      Email: text("email"),
      Name: text("name"),
      "Tax ID": (row) =>
        row.property("tax_id") === null ? null : JSON.parse(row.json("tax_id"))[0],
      "Billing Address Line 1": address("line1"),
      "Billing Address Line 2": address("line2"),
      "Billing Address City": address("city"),
      "Billing Address State": address("state"),
      "Billing Address Postal Code": address("postal_code"),
      "Billing Address Country": address("country"),
      Metadata: (row) => row.json("metadata"),
    },
  },
];

function answer(layout: Layout, data: Data, query: URLSearchParams): Answer {
  const table = data.table(layout.list);
  const mistakes: Mistake[] = [];
  const allowed = Object.keys(layout.cells);
  const asked = layout.chosen ? readChoices(query, "columns", allowed, mistakes) : [];
  const names = asked.length === 0 ? allowed : asked;
  const { conditions, names: filtered } = readConditions(table, layout.filters, query, mistakes);
  if (mistakes.length > 0) return invalid(mistakes);
  const sorting = table.blueprint.order;
  const name = `export ${filtered.join("&")}`;
  const rows = data.listing(layout.list).all({ sorting, conditions, revealed: false, name });
  const cells = names.map((column) => layout.cells[column] ?? (() => null));
  const lines = rows.map((index) => {
    const row = new ExportedRow(table, index);
    return cells.map((cell) => cell(row) ?? "");
  });
  const titles = layout.chosen ? names.map(titleOf) : names;
  return csv(
    csvText([titles, ...lines]),
    `polar-${layout.list}`,
    rows.map((row) => table.id(row)),
  );
}

const titleOf = (column: string): string =>
  column
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");

/** The text of lines, each of which has some fields. */
export const csvText = (lines: readonly (readonly string[])[]): string =>
  lines.map((fields) => `${fields.map(quoted).join(",")}\r\n`).join("");

/** Python's Excel dialect quotes what could be mistaken for more than one field, and nothing else. */
const quoted = (field: string): string =>
  /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

export const csvExports: readonly CsvExport[] = layouts.map((layout) => ({
  list: layout.list,
  answer: (data, query) => answer(layout, data, query),
}));
