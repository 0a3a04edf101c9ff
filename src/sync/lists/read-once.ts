import type { LaneContext } from "../contract/context.ts";
import { IdSet } from "../sweep/id-set.ts";
import { firstPass } from "../sweep/passes.ts";
import { addKey } from "../sweep/row-keys.ts";
import { problemOf } from "../sweep/verdicts.ts";
import { type ListReading, readList, readListPage } from "./read-list.ts";

/**
 * Reads a list page by page, and no page twice: for who can do with less than the proof of a sweep.
 * Returns whether as many distinct rows have come as every answer has counted. That shows what ties
 * have hidden; what changes while it is read may escape it.
 */
async function* readOnce(
  { source, key, onRow }: Pick<ListReading, "source" | "key" | "onRow">,
  lane: LaneContext,
): AsyncGenerator<void, boolean> {
  const part = firstPass(source, lane.pageSize);
  const seen = new IdSet();
  const counts = new Set<number | undefined>();
  let lastPage = 1;
  for (let number = 1; number <= lastPage; number++) {
    const page = await readListPage({ source }, part, number, lane);
    counts.add(page.totalCount);
    if (page.totalCount !== undefined) lastPage = page.lastPage;
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++) {
        if (addKey(seen, key, rows, row)) onRow(rows, row, page);
      }
    }
    yield;
    page.release();
  }
  return counts.size === 1 && counts.has(seen.size);
}

/**
 * Reads a part of a list: once, if that adds up, and otherwise with all proof there is, for which
 * `onRow` hears of rows again. Yields after each page, and returns why the part is not whole, should
 * that be so.
 */
export async function* readPart(
  list: string,
  part: Pick<ListReading, "source" | "key" | "onRow" | "mostPasses">,
  lane: LaneContext,
): AsyncGenerator<void, string | undefined> {
  if (yield* readOnce(part, lane)) return undefined;
  const reading = readList(part, lane);
  let next = await reading.next();
  for (; !next.done; next = await reading.next()) yield;
  return problemOf(list, next.value);
}
