import { type Bucket, bucketOf, cut, type ExportedRow, ROWS_PER_BUCKET } from "./export-buckets.ts";

/** What an export has now of a bucket that is known. */
export interface Piece {
  readonly known: Bucket;
  /** The oldest first. */
  readonly rows: readonly ExportedRow[];
  /** How many rows of the export are older. */
  readonly rank: number;
  /** Where it begins and ends; the first one reaches back to whatever is older. */
  readonly from: number;
  readonly to: number;
}

/**
 * Divides rows, the oldest first, among the known buckets.
 * @param from where the first bucket begins to reach
 * @param to where the last one ends; rows from then on are left out
 */
export function divide(
  rows: readonly ExportedRow[],
  known: readonly Bucket[],
  from: number,
  to: number,
): Piece[] {
  let rank = 0;
  return known.map((bucket, index) => {
    const end = known[index + 1]?.start ?? to;
    const first = rank;
    while ((rows[rank]?.time ?? Number.POSITIVE_INFINITY) < end) rank++;
    const start = index === 0 ? from : bucket.start;
    return { known: bucket, rows: rows.slice(first, rank), rank: first, from: start, to: end };
  });
}

export function hasChanged({ known, rows }: Piece): boolean {
  const { count, digest } = bucketOf(rows, known.asOf);
  return count !== known.count || digest !== known.digest;
}

/** Whether rows have come to it, so with an old time. */
export function hasGrown({ known, rows }: Piece): boolean {
  return rows.length > known.count;
}

/**
 * What is known once all pieces but `unread` have been read.
 * @param later rows that have come after the last piece
 * @param asOf when the rows were exported
 */
export function settle(
  pieces: readonly Piece[],
  unread: ReadonlySet<Piece>,
  later: readonly ExportedRow[],
  asOf: number,
): Bucket[] {
  const last = pieces.at(-1);
  // The newest bucket grows until it is full.
  const grows = last !== undefined && !unread.has(last);
  const settled = grows ? pieces.slice(0, -1) : pieces;
  return [
    ...settled.flatMap((piece) => {
      if (unread.has(piece)) return [piece.known];
      return hasChanged(piece) ? cut(piece.rows, asOf) : [{ ...piece.known, asOf }];
    }),
    ...cut([...(grows ? last.rows : []), ...later], asOf),
  ];
}

/**
 * Chooses pieces of about `most` pages, in a row from one that differs from run to run: so that where
 * more change than are read, each has its turn. One at least.
 */
export function chooseSome(pieces: readonly Piece[], most: number, seed: number): Piece[] {
  const pagesOf = ({ rows }: Piece) => Math.ceil(rows.length / ROWS_PER_BUCKET);
  const pages = pieces.reduce((sum, piece) => sum + pagesOf(piece), 0);
  const first = pages > most ? seed % pieces.length : 0;
  let left = most;
  return [...pieces.slice(first), ...pieces.slice(0, first)].filter((piece, at) => {
    const isChosen = at === 0 || pagesOf(piece) <= left;
    if (isChosen) left -= pagesOf(piece);
    return isChosen;
  });
}
