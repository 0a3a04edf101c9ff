import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Simulator } from "../../simulator/index.ts";

const row = z.looseObject({});
const envelope = z.object({
  items: z.array(row),
  pagination: z.object({ total_count: z.number(), max_page: z.number() }),
});

export type Item = z.infer<typeof row>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Asks a simulator with its own token, unless the headers say otherwise. */
export async function ask(
  simulator: Simulator,
  path: string,
  init: RequestInit = {},
): Promise<Reply> {
  const headers = { authorization: `Bearer ${simulator.accessToken}`, ...init.headers };
  const response = await fetch(simulator.url + path, { redirect: "manual", ...init, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A page of a list. */
export async function page(
  simulator: Simulator,
  path: string,
): Promise<{ items: Item[]; total: number; pages: number }> {
  const { text } = await ask(simulator, path);
  const { items, pagination } = envelope.parse(JSON.parse(text));
  return { items, total: pagination.total_count, pages: pagination.max_page };
}

/** All pages of a list, one after the other, as a naive reader walks them. */
export async function walk(
  simulator: Simulator,
  path: string,
  query = "limit=100",
): Promise<Item[]> {
  const items: Item[] = [];
  for (let number = 1, pages = 1; number <= pages; number++) {
    const answer = await page(simulator, `${path}?${query}&page=${number}`);
    items.push(...answer.items);
    pages = answer.pages;
  }
  return items;
}

/** The values of one property. */
export const column = (items: readonly Item[], name: string): unknown[] =>
  items.map((item) => item[name]);

export const distinct = (items: readonly Item[]): number => new Set(column(items, "id")).size;

/** A response of a real server. */
export function recorded(name: string): {
  readonly text: string;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
} {
  const folder = new URL("../fixtures/recorded/", import.meta.url);
  const text = readFileSync(new URL(`${name}.json`, folder), "utf8");
  const [, status = "", ...lines] = readFileSync(new URL(`${name}.headers`, folder), "utf8")
    .trim()
    .split("\n");
  const headers = lines
    .filter((line) => line.includes(": ") && !line.startsWith("#"))
    .map((line) => [line.split(": ")[0] ?? "", line.replace(/^[^:]*: /, "")] as const);
  return { text, status: Number(status.split(" ")[1]), headers: new Map(headers) };
}

/** The items of a recorded page. */
export const recordedItems = (name: string): Item[] =>
  envelope.parse(JSON.parse(recorded(name).text)).items;
