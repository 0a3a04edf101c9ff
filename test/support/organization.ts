/**
 * What the simulator's organization holds, stream by stream: the rows that a sync must bring, made
 * from the simulator's own tables, and the requests that this takes at the least. Not a sync: it
 * knows no pages, ties or bookmarks.
 */
import { z } from "zod";
import type { Simulator } from "../../simulator/index.ts";
import type {
  ChildSource,
  ListSource,
  NestedSource,
  Stream,
  WindowSource,
} from "../../src/streams/define.ts";
import { streams } from "../../src/streams/index.ts";
import { discover } from "../../src/sync/engine/discovery.ts";
import { type Catalog, type Selection, select } from "./select.ts";

export type JsonRow = Record<string, unknown>;

// Not z.record: there are tens of thousands of rows, and it would copy each.
const row = z.custom<JsonRow>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);
const rowList = z.array(row);

export function streamNamed(name: string): Stream {
  const stream = streams.find((one) => one.name === name);
  if (!stream) throw new Error(`no stream is called ${name}`);
  return stream;
}

/** The catalog in which just these streams are selected, with the columns that are on by default. */
export function catalogOf(...names: readonly string[]): Catalog {
  return catalogWith(Object.fromEntries(names.map((name) => [name, true])));
}

/** The same with all of their columns, and all that is inside of those: records are rows as they came. */
export function everythingOf(...names: readonly string[]): Catalog {
  const catalog = catalogOf(...names);
  for (const { tap_stream_id: name, metadata } of catalog.streams) {
    if (!names.includes(name)) continue;
    for (const entry of metadata) entry.metadata.selected = true;
  }
  return catalog;
}

/** The same with a choice of columns. */
export function catalogWith(selection: Selection): Catalog {
  return select(discover(streams), selection);
}

/** A row's key as one text. */
export function keyText({ primaryKey }: Pick<Stream, "primaryKey">, of: JsonRow): string {
  return JSON.stringify(primaryKey.map((column) => of[column]));
}

const recordLine = z.object({ stream: z.string(), record: row });

/** The records of each stream, in their order. Large numbers lose digits. */
export function recordsByStream(lines: readonly string[]): Map<string, JsonRow[]> {
  const records = new Map<string, JsonRow[]>();
  for (const line of lines) {
    if (!line.startsWith('{"type":"RECORD"')) continue;
    const { stream, record } = recordLine.parse(JSON.parse(line));
    const known = records.get(stream);
    if (known) known.push(record);
    else records.set(stream, [record]);
  }
  return records;
}

/** The keys of a stream's records, sorted; one that was written twice stands there twice. */
export function keysWritten(lines: readonly string[], name: string): string[] {
  const records = recordsByStream(lines).get(name) ?? [];
  return records.map((record) => keyText(streamNamed(name), record)).sort();
}

/** The rows of a table that its list shows, or all of them. */
export function tableRows(simulator: Simulator, name: string, hiddenToo = false): JsonRow[] {
  const rows = simulator.rows(name).filter(({ hidden }) => hiddenToo || !hidden);
  return rows.map(({ json }) => row.parse(JSON.parse(json)));
}

/** The keys of all rows that a stream has, sorted; of daily figures those of these days. */
export async function keysOf(
  simulator: Simulator,
  name: string,
  days: readonly string[] = [],
): Promise<string[]> {
  const stream = streamNamed(name);
  const rows = await rowsOf(simulator, stream, days);
  return rows.map((one) => keyText(stream, one)).sort();
}

async function rowsOf(
  simulator: Simulator,
  stream: Stream,
  days: readonly string[],
): Promise<JsonRow[]> {
  const { source, name } = stream;
  switch (source.kind) {
    case "list":
      return tableRows(simulator, name, source.hiddenUnless !== undefined);
    case "windows":
    case "array":
      return tableRows(simulator, name);
    case "nested":
      return nestedRows(simulator, stream, source);
    case "children":
      return childRows(simulator, stream, source);
    case "periods": {
      const parents = tableRows(simulator, source.parent);
      const request = { interval: "day", timezone: "UTC" };
      return days.flatMap((day) =>
        parents.map((parent) => {
          const timestamp = `${day}T00:00:00Z`;
          return { ...columnsFrom(stream, {}, parent, request), timestamp };
        }),
      );
    }
  }
}

function nestedRows(simulator: Simulator, stream: Stream, { parent, array }: NestedSource) {
  return tableRows(simulator, parent).flatMap((one) => {
    const items = rowList.safeParse(one[array]).data ?? [];
    return items.map((item) => columnsFrom(stream, item, one));
  });
}

async function childRows(simulator: Simulator, stream: Stream, source: ChildSource) {
  const rows: JsonRow[] = [];
  for (const kind of source.parents) {
    for (const parent of parentsOf(simulator, kind)) {
      const id = String(parent.id);
      const query = kind.parameter ? `${kind.parameter}=${id}` : "limit=100";
      const url = `${simulator.url}${kind.path.replace("{id}", id)}?${query}`;
      const authorization = `Bearer ${simulator.accessToken}`;
      const response = await fetch(url, { headers: { authorization } });
      const items = row.parse(await response.json())[source.rowsAt];
      for (const item of rowList.parse(items)) rows.push(columnsFrom(stream, item, parent));
    }
  }
  return rows;
}

/** The rows of the parent table that can have children. */
export function parentsOf(
  simulator: Simulator,
  { stream, parentQuery = {}, parentHas }: ChildSource["parents"][number],
): JsonRow[] {
  return tableRows(simulator, stream).filter(
    (parent) =>
      (parentHas === undefined || (parent[parentHas] ?? null) !== null) &&
      Object.entries(parentQuery).every(([column, value]) => parent[column] === value),
  );
}

/** An item with its columns named as the stream names them. */
function columnsFrom(stream: Stream, item: JsonRow, parent: JsonRow, request: JsonRow = {}) {
  const columns: JsonRow = { ...item };
  for (const [column, { origin }] of Object.entries(stream.properties)) {
    if (origin?.from === "parent") columns[column] = parent[origin.property];
    if (origin?.from === "item") columns[column] = item[origin.property];
    if (origin?.from === "request") columns[column] = request[origin.parameter];
  }
  return columns;
}

/**
 * Requests for a list that keeps still, in pages of 100. One that does not fit in a page is asked for
 * its newest page before and after (without an order only after), and counted by up to five ranges
 * of time.
 */
function requestsForList(rows: number, source: ListSource | WindowSource): number {
  if (rows < 100) return 1;
  const pages = Math.ceil(rows / 100);
  const aroundIt = source.order.length > 0 ? 2 : 1;
  const ranges =
    source.kind === "list" && source.range ? Math.ceil(pages / Math.ceil(pages / 5)) : 0;
  return pages + aroundIt + ranges;
}

/**
 * Requests that a stream's own rows take at the least, in pages of 100: its pages, or those of each
 * of its parents. `ranges` is into how many the API's limits cut the time of daily figures.
 */
export function requestsOf(simulator: Simulator, name: string, ranges: number): number {
  const { source } = streamNamed(name);
  switch (source.kind) {
    case "list": {
      const requests = requestsForList(tableRows(simulator, name).length, source);
      // The list of the archived meters, and the rows of each.
      return source.hiddenUnless ? requests + 1 + archivedMeters(simulator) : requests;
    }
    case "windows":
      // And the time of the look-back, in which nothing has happened.
      return requestsForList(tableRows(simulator, name).length, source) + 1;
    case "array":
      return 1;
    case "nested":
      return 0;
    case "children":
      return source.parents.flatMap((kind) => parentsOf(simulator, kind)).length;
    case "periods":
      return ranges * tableRows(simulator, source.parent).length;
  }
}

function archivedMeters(simulator: Simulator): number {
  return tableRows(simulator, "meters").filter(({ archived_at: at }) => at !== null).length;
}

/** Requests for the lists that a stream needs besides its own rows, when they are not selected. */
export function requestsForParents(simulator: Simulator, name: string): number {
  const { source } = streamNamed(name);
  switch (source.kind) {
    case "nested":
      return requestsOf(simulator, source.parent, 0);
    case "children":
      return source.parents
        .map(({ stream, parentQuery }) => {
          const { source: list } = streamNamed(stream);
          const choice = { stream, path: "", ...(parentQuery && { parentQuery }) };
          const { length } = parentsOf(simulator, choice);
          return list.kind === "list" ? requestsForList(length, list) : 0;
        })
        .reduce((sum, pages) => sum + pages, 0);
    case "periods":
      return requestsOf(simulator, source.parent, 0);
    default:
      return 0;
  }
}

/** Each day from the first to the last, both as `2026-01-31`. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
