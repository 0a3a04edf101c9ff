import type { ListSource } from "../../streams/define.ts";
import type { LaneContext } from "../contract/context.ts";
import { readListPage } from "../lists/read-list.ts";
import { timeOf } from "../records/row-values.ts";
import { firstPass } from "../sweep/passes.ts";
import { cut, type ExportedRow } from "./export-buckets.ts";
import type { ExportIndex } from "./export-index.ts";
import { ROWS_AT_ONCE } from "./export-look.ts";
import { type ExportSource, readExport } from "./read-export.ts";

/** An export that takes no range is not asked for more rows than these. */
const MOST_ROWS = 50_000;

/** How large an export is. */
export interface ExportSize {
  readonly total: number;
  /** Resolves to times that have about {@link ROWS_AT_ONCE} rows between each two. */
  readonly borders: () => Promise<readonly number[]>;
}

/**
 * Makes the index of a whole export, right before its list is read whole: what changes from then on,
 * a later look sees. Resolves to undefined where the export would be too large.
 */
export async function firstIndex(
  exported: ExportSource,
  { total, borders }: ExportSize,
  begunAt: number,
  lane: LaneContext,
): Promise<ExportIndex | undefined> {
  if (!exported.range && total > MOST_ROWS) return undefined;
  const rows: ExportedRow[] = [];
  let columns = "";
  let from = Number.NEGATIVE_INFINITY;
  for (const to of [...(exported.range ? await borders() : []), begunAt]) {
    const part = await readExport(exported, { from, to }, lane);
    for (const row of part.rows) if (row.time < begunAt) rows.push(row);
    columns = part.columns;
    from = to;
  }
  return { columns, until: begunAt, next: 0, buckets: cut(rows, begunAt) };
}

/** The borders in a list with so many rows, by a request for each. */
export async function bordersOf(
  source: ListSource,
  { createdBy }: ExportSource,
  total: number,
  lane: LaneContext,
): Promise<readonly number[]> {
  const part = firstPass(source, 1);
  const borders: number[] = [];
  for (let rank = ROWS_AT_ONCE; rank < total; rank += ROWS_AT_ONCE) {
    const page = await readListPage({ source }, part, rank + 1, lane);
    for (const rows of page) if (rows.count > 0) borders.push(timeOf(rows, 0, createdBy));
    page.release();
  }
  return borders;
}

/** The size that an export had when it was last looked at; rows that came since are few. */
export function sizeOf({ buckets }: ExportIndex): ExportSize {
  const borders: number[] = [];
  let total = 0;
  let count = 0;
  for (const bucket of buckets) {
    if (count > 0 && count + bucket.count > ROWS_AT_ONCE) {
      borders.push(bucket.start);
      count = 0;
    }
    count += bucket.count;
    total += bucket.count;
  }
  return { total, borders: () => Promise.resolve(borders) };
}
