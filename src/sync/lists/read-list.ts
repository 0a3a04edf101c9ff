import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource, Stream } from "../../streams/define.ts";
import type { LaneContext } from "../contract/context.ts";
import { firstPass, newestFirst, type Part } from "../sweep/passes.ts";
import type { SweepPosition } from "../sweep/position.ts";
import { type SweepOptions, sweep } from "../sweep/sweep.ts";
import type { Verdict } from "../sweep/verdicts.ts";

/** A list to be swept. */
export interface ListReading {
  readonly source: ListSource;
  /** The path with the parent's id in it, where it is not the declared one. */
  readonly path?: string;
  /** The properties of an item that identify it in this list. */
  readonly key: readonly string[];
  /** Called for each row, once. */
  readonly onRow: (rows: Rows, row: number, page: ListPage) => void;
  readonly resume?: SweepPosition | undefined;
  /** What {@link readFirstPage} has read, where that has been done already. */
  readonly firstPage?: ListPage | undefined;
  readonly mostPasses?: SweepOptions["mostPasses"];
  readonly mayRepeatRows?: SweepOptions["mayRepeatRows"];
  readonly onPage?: SweepOptions["onPage"];
}

/** Sweeps a list of the API; see {@link sweep}. */
export function readList(
  reading: ListReading,
  lane: LaneContext,
): AsyncGenerator<SweepPosition | undefined, Verdict> {
  let { firstPage } = reading;
  return sweep({
    source: reading.source,
    primaryKey: reading.key,
    pageSize: lane.pageSize,
    readAhead: lane.readAhead,
    read: (part, page) => {
      const read = firstPage;
      firstPage = undefined;
      if (read) return Promise.resolve(read);
      return readListPage(reading, part, page, lane);
    },
    onRow: reading.onRow,
    onAllRequested: lane.onAllRequested,
    resume: reading.resume,
    mostPasses: reading.mostPasses,
    mayRepeatRows: reading.mayRepeatRows,
    onPage: reading.onPage,
  });
}

/**
 * Reads the page that a sweep begins with, before deciding what to do with the list: that of the
 * newest rows, where the list has an order.
 */
export function readFirstPage(
  reading: Pick<ListReading, "source" | "path">,
  lane: LaneContext,
): Promise<ListPage> {
  return readListPage(reading, newestFirst(reading.source, lane.pageSize), 1, lane);
}

/** Reads the first row alone. */
export function readOldestRow(
  reading: Pick<ListReading, "source" | "path">,
  lane: LaneContext,
): Promise<ListPage> {
  return readListPage(reading, firstPass(reading.source, 1), 1, lane);
}

/** Pages of one row to ask for: one whose row can't be read may not come with a count. */
const PAGES_FOR_A_COUNT = [1, 2, 3];

/** How many rows a list has; undefined when the API does not say. */
export async function countRows(
  source: ListSource,
  lane: LaneContext,
): Promise<number | undefined> {
  for (const number of PAGES_FOR_A_COUNT) {
    const page = await readListPage({ source }, firstPass(source, 1), number, lane);
    const { totalCount } = page;
    page.release();
    if (totalCount !== undefined) return totalCount;
  }
  return undefined;
}

/** Reads one page of a list, in one of the ways to walk it. */
export function readListPage(
  { source, path = source.path }: Pick<ListReading, "source" | "path">,
  part: Part,
  page: number,
  { reader, priority }: LaneContext,
): Promise<ListPage> {
  const { sorting, query, limit } = part;
  const endpoint = source.path;
  return reader.read({ path, endpoint, sorting, query, rowsAt: "items", priority }, page, limit);
}

/**
 * The properties of an item that tell it from the others of its list: the key without what comes
 * from elsewhere.
 */
export function itemKey({ primaryKey, properties }: Stream): readonly string[] {
  return primaryKey.flatMap((column) => {
    const origin = properties[column]?.origin;
    if (origin === undefined) return [column];
    return origin.from === "item" ? [origin.property] : [];
  });
}
