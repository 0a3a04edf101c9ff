/** Reads again the rows of a list that were touched. */
import { RowNotFoundError } from "../../polar/errors.ts";
import type { Page } from "../../polar/page.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource } from "../../streams/define.ts";
import type { LaneContext } from "../contract/context.ts";
import type { OpenTask } from "../contract/kind.ts";
import { allOf } from "../contract/step.ts";
import { inOrder } from "../lists/in-order.ts";
import { itemKey } from "../lists/read-list.ts";
import { readPart } from "../lists/read-once.ts";
import type { RowOrigin } from "../records/output.ts";
import { rangeQuery } from "./read-export.ts";

type ListTask = OpenTask<ListSource, unknown>;
type OnRow = (rows: Rows, row: number, page: RowOrigin) => void;

/** What one request takes, unless the declaration says otherwise; measured on the real server. */
export const CUSTOMERS_AT_ONCE = 100;

/**
 * Reads all rows of these customers, but for those created from `readSince` on, where that is given.
 * Yields after each page, and returns why something is missing, should that be so.
 */
export async function* readOfCustomers(
  { stream, source, lane }: ListTask,
  customers: readonly string[],
  readSince: number | undefined,
  onRow: OnRow,
): AsyncGenerator<void, string | undefined> {
  const { parameter = "", atOnce = CUSTOMERS_AT_ONCE } = source.changes?.customer ?? {};
  // What slips past here is found by the next full sweep: no need to count ranges of time.
  const { range, ...list } = source;
  const earlier = { from: Number.NEGATIVE_INFINITY, to: readSince ?? Number.POSITIVE_INFINITY };
  let problem: string | undefined;
  for (const batch of evenBatches(customers, atOnce)) {
    const query = { ...source.query, [parameter]: batch, ...rangeQuery(range, earlier) };
    const part = { source: { ...list, query }, key: itemKey(stream), onRow };
    problem = allOf(problem, yield* readPart(stream.name, part, lane));
  }
  return problem;
}

/** Reads single rows. One that is gone is for the next full sweep to tell. Yields after each. */
export async function* readSingleRows(
  { source, lane }: ListTask,
  ids: readonly string[],
  onRow: OnRow,
): AsyncGenerator<void, void> {
  const { rowPath = "" } = source.changes ?? {};
  const request = (id: string) => readRow(id, rowPath, lane);
  for await (const [id, page] of inOrder(ids, request, lane.readAhead, () => undefined)) {
    if (!page) continue;
    const { rows, receivedAt } = page;
    const placeOf = () => `the row ${id}`;
    if (rows.count > 0) onRow(rows, 0, { receivedAt, placeOf });
    yield;
    page.release();
  }
}

async function readRow(
  id: string,
  rowPath: string,
  { reader, priority }: LaneContext,
): Promise<Page | undefined> {
  const path = rowPath.replace("{id}", encodeURIComponent(id));
  try {
    return await reader.readOnce({ path, endpoint: rowPath, query: {}, priority }, undefined);
  } catch (error) {
    if (error instanceof RowNotFoundError) return undefined;
    throw error;
  }
}

/** As few batches as can be, of about the same size: a page may be enough for each then. */
function evenBatches<T>(all: readonly T[], most: number): T[][] {
  const count = Math.ceil(all.length / most);
  const start = (batch: number) => Math.round((batch * all.length) / count);
  return Array.from({ length: count }, (_, at) => all.slice(start(at), start(at + 1)));
}
