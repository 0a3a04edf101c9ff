/** The rows that the report is made of, read from the files that target-jsonl has written. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { propertiesOf } from "../../simulator/json.ts";

/** Milliseconds since 1970. */
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** An amount in the currency's smallest unit (cents), of any size. */
const amount = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

const currency = z.string().regex(/^[A-Za-z]{3}$/);

const subscription = z.object({
  id: z.string(),
  customer_id: z.string(),
  amount,
  currency,
  recurring_interval: z.enum(["day", "week", "month", "year"]),
  recurring_interval_count: z.int().positive(),
  status: z.string(),
  current_period_start: time.nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  trial_end: time.nullable(),
  past_due_at: time.nullable(),
  paused_at: time.nullable(),
});

const order = z.object({
  id: z.string(),
  created_at: time,
  paid: z.boolean(),
  net_amount: amount,
  refunded_amount: amount,
  currency,
  product_id: z.string().nullable(),
});

const product = z.object({ id: z.string(), name: z.string() });

export type Subscription = z.infer<typeof subscription>;
export type Order = z.infer<typeof order>;
export type Product = z.infer<typeof product>;

export interface Rows {
  readonly subscriptions: readonly Subscription[];
  readonly orders: readonly Order[];
  readonly products: readonly Product[];
}

/**
 * Reads a folder of files `<stream>.jsonl`. A stream without a file has no rows. Of rows with the same
 * id the last one counts, as it does in a database.
 */
export async function readRows(folder: string): Promise<Rows> {
  const read = async <T extends { readonly id: string }>(
    stream: string,
    shape: z.ZodType<T>,
    amounts: readonly string[] = [],
  ): Promise<readonly T[]> => {
    const text = await readFile(join(folder, `${stream}.jsonl`), "utf8").catch(absent);
    const lines = text.split("\n").filter((line) => line !== "");
    const rows = lines.map((line) => {
      const row = shape.safeParse(withAmounts(line, amounts));
      if (row.success) return row.data;
      throw new Error(`A row of ${stream} does not fit: ${z.prettifyError(row.error)}`);
    });
    return latest(rows);
  };
  return {
    subscriptions: await read("subscriptions", subscription, ["amount"]),
    orders: await read("orders", order, ["net_amount", "refunded_amount"]),
    products: await read("products", product),
  };
}

/** A row whose amounts are still text: JSON.parse would round what a float cannot hold. */
function withAmounts(line: string, amounts: readonly string[]): object {
  const row: object = JSON.parse(line);
  const properties = propertiesOf(line);
  const texts = amounts.map((name) => [name, properties.get(name)?.text]);
  return { ...row, ...Object.fromEntries(texts) };
}

const latest = <T extends { readonly id: string }>(rows: readonly T[]): readonly T[] => [
  ...new Map(rows.map((row) => [row.id, row])).values(),
];

function absent(error: NodeJS.ErrnoException): string {
  if (error.code !== "ENOENT") throw error;
  return "";
}
