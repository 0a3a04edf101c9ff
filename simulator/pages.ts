/** Answers lists: reads the query, picks the rows, and writes the page in one buffer. */
import { type Answer, invalid, notFound, ok } from "./answers.ts";
import type { Data } from "./data.ts";
import { objectOf, propertiesOf } from "./json.ts";
import { readListQuery } from "./query.ts";
import type { Table } from "./table.ts";

export interface PageOptions {
  readonly maximumPageSize: number;
  /** Sends the properties that the API got after its responses were recorded. */
  readonly newerProperties: boolean;
}

/** A page of the list `name`, narrowed by what the path says. */
export function listAnswer(
  data: Data,
  name: string,
  query: URLSearchParams,
  version: string,
  options: PageOptions,
  fixed: Readonly<Record<string, string>> = {},
): Answer {
  const table = data.table(name);
  const listing = data.listing(name);
  const asked = readListQuery(table, query, options.maximumPageSize, fixed);
  if (Array.isArray(asked)) return invalid(asked);
  const { page, limit, selection } = asked;
  const rows = listing.page(selection, (page - 1) * limit, limit);
  const isForgotten = table.blueprint.forgetful === true && rows.length === 0;
  const count = isForgotten ? 0 : listing.count(selection);
  const pages = Math.ceil(count / limit);
  const isCursor = table.blueprint.forgetful === true && query.get("cursor_pagination") === "true";
  const pagination = isCursor
    ? { has_next_page: page < pages }
    : { total_count: count, max_page: pages };
  const tail = `],"pagination":${JSON.stringify(pagination)}}`;
  const unsent = unsentProperties(table, version, options);
  const body =
    unsent.length === 0 ? pageOf(table, rows, tail) : pageWithout(table, rows, unsent, tail);
  const ids = rows.map((row) => table.id(row));
  return { ...ok(body, ids), list: { page, limit, total: count } };
}

/** One row by its id. */
export function rowAnswer(
  data: Data,
  name: string,
  id: string,
  version: string,
  options: PageOptions,
): Answer {
  const table = data.table(name);
  const row = table.find(id);
  if (row < 0 || table.isHidden(row)) return notFound;
  return ok(textWithout(table, row, unsentProperties(table, version, options)), [id]);
}

const head = Buffer.from('{"items":[');

function pageOf(table: Table, rows: readonly number[], tail: string): Buffer {
  let length = head.length + Math.max(rows.length - 1, 0) + tail.length;
  for (const row of rows) length += table.byteLength(row);
  const page = Buffer.allocUnsafe(length);
  let at = head.copy(page);
  rows.forEach((row, position) => {
    if (position > 0) at = page.writeUInt8(0x2c, at);
    at = table.write(row, page, at);
  });
  page.write(tail, at, "latin1");
  return page;
}

function pageWithout(
  table: Table,
  rows: readonly number[],
  unsent: readonly string[],
  tail: string,
): Buffer {
  const items = rows.map((row) => textWithout(table, row, unsent));
  return Buffer.from(`${head}${items.join(",")}${tail}`);
}

export function textWithout(table: Table, row: number, unsent: readonly string[]): string {
  const text = table.text(row);
  if (unsent.length === 0) return text;
  const properties = propertiesOf(text);
  for (const name of unsent) properties.delete(name);
  return objectOf(properties);
}

/** Properties that this API version does not have yet. */
export function unsentProperties(
  { blueprint }: Table,
  version: string,
  { newerProperties }: PageOptions,
): readonly string[] {
  return Object.entries(blueprint.since ?? {})
    .filter(([, since]) => (since === "later" ? !newerProperties : since > version))
    .map(([name]) => name);
}
