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

/**
 * Makes the index of a whole export, right before its list is read whole: what changes from then on,
 * a later look sees. Resolves to undefined where the export would be too large.
 * @param total how many rows the list has
 */
export async function firstIndex(
  source: ListSource,
  exported: ExportSource,
  { total, begunAt }: { readonly total: number; readonly begunAt: number },
  lane: LaneContext,
): Promise<ExportIndex | undefined> {
  if (!exported.range && total > MOST_ROWS) return undefined;
  const borders = exported.range ? await bordersOf(source, exported, total, lane) : [];
  const rows: ExportedRow[] = [];
  let columns = "";
  let from = Number.NEGATIVE_INFINITY;
  for (const to of [...borders, begunAt]) {
    const part = await readExport(exported, { from, to }, lane);
    for (const row of part.rows) if (row.time < begunAt) rows.push(row);
    columns = part.columns;
    from = to;
  }
  return { columns, until: begunAt, settled: begunAt, next: 0, buckets: cut(rows) };
}

/** Times that have {@link ROWS_AT_ONCE} rows between each two. */
async function bordersOf(
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
