import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import { type LaneContext, quietly } from "../contract/context.ts";
import { itemKey, readListPage } from "../lists/read-list.ts";
import { readPart } from "../lists/read-once.ts";
import { stringOf } from "../records/row-values.ts";
import { firstPass } from "../sweep/passes.ts";
import type { Piece } from "./export-pieces.ts";
import type { Member } from "./member.ts";
import { rangeQuery } from "./read-export.ts";

/** Another reading seldom brings what these have not. */
const MOST_PASSES = 4;

/** Reads the rows of a piece out of their list. Resolves to whether they are all there. */
export async function readPiece(
  member: Member,
  piece: Piece,
  onRow: (rows: Rows, row: number, page: ListPage) => void,
  lane: LaneContext,
): Promise<boolean> {
  // All of them have gone.
  if (piece.rows.length === 0) return true;
  const { task } = member;
  if (!task.source.range) return readRanks(member, piece, onRow, lane);
  const { range, ...list } = task.source;
  const source = { ...list, query: { ...list.query, ...rangeQuery(range, piece) } };
  const part = { source, key: itemKey(task.stream), onRow, mostPasses: MOST_PASSES };
  const reading = readPart(task.stream.name, part, quietly(lane));
  let next = await reading.next();
  while (!next.done) next = await reading.next();
  return next.value === undefined;
}

/** Where a list takes no range of time: the pages on which the rows stand, counted from the oldest. */
async function readRanks(
  { task: { source } }: Member,
  { rows: exported, rank }: Piece,
  onRow: (rows: Rows, row: number, page: ListPage) => void,
  lane: LaneContext,
): Promise<boolean> {
  const missing = new Set(exported.map(({ id }) => id));
  const end = rank + exported.length;
  const part = firstPass(source, limitFor(rank, end, lane.pageSize));
  const last = Math.ceil(end / part.limit);
  for (let number = Math.floor(rank / part.limit) + 1; number <= last; number++) {
    const page = await readListPage({ source }, part, number, lane);
    for (const rows of page) {
      for (let row = 0; row < rows.count; row++) {
        if (missing.delete(stringOf(rows, row, "id"))) onRow(rows, row, page);
      }
    }
    page.release();
  }
  return missing.size === 0;
}

/** The page size, up to `most`, with which the rows from `start` to before `end` take the fewest pages. */
function limitFor(start: number, end: number, most: number): number {
  const pages = (limit: number) => Math.ceil(end / limit) - Math.floor(start / limit);
  const limits = Array.from({ length: most }, (_, at) => most - at);
  return limits.reduce((best, limit) => (pages(limit) < pages(best) ? limit : best));
}
