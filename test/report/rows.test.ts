import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { readRows } from "../../scripts/report/rows.ts";
import { workFolder } from "../support/processes.ts";

let folder: string;

beforeEach(async () => {
  folder = await workFolder();
});

const write = (stream: string, ...lines: readonly string[]) =>
  writeFile(join(folder, `${stream}.jsonl`), lines.map((line) => `${line}\n`).join(""));

test("a stream without a file has no rows", async () => {
  expect(await readRows(folder)).toEqual({ subscriptions: [], orders: [], products: [] });
});

test("of rows with one id the last one counts, and amounts keep all their digits", async () => {
  const line = (net: string) =>
    `{"id":"o","created_at":"2026-01-15T03:52:57.717991Z","paid":true,"net_amount":${net},"refunded_amount":0,"currency":"usd","product_id":null,"metadata":{"net_amount":7}}`;
  await write("orders", line("1"), line("12345678901234567890"));

  const { orders } = await readRows(folder);
  expect(orders).toEqual([
    {
      id: "o",
      created_at: Date.UTC(2026, 0, 15, 3, 52, 57, 717),
      paid: true,
      net_amount: 12_345_678_901_234_567_890n,
      refunded_amount: 0n,
      currency: "usd",
      product_id: null,
    },
  ]);
});

test("a row that does not fit is told without what is in it", async () => {
  await write("products", '{"id":"p","name":["secret"]}');

  const error = await readRows(folder).catch(String);
  expect(error).toMatch(/A row of products does not fit: .*expected string.*\n.*at name/);
  expect(error).not.toContain("secret");
});
