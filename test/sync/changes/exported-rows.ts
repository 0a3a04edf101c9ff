/** Rows of an export, for tests. */
import fc from "fast-check";
import type { ExportedRow } from "../../../src/sync/changes/export-buckets.ts";

/** Rows of these times, each with a value of its own. */
export function rowsOf(times: readonly number[]): ExportedRow[] {
  return times.map((time, index) => ({ time, hash: index * 7_919 + 1, id: undefined }));
}

/** Rows, the oldest first, of which some have the same time. */
export function sortedRows({ maxLength = 300, mostTies = 5 }) {
  const moment = fc.tuple(
    fc.integer({ min: 0, max: 1_000_000 }),
    fc.integer({ min: 1, max: mostTies }),
  );
  return fc
    .array(moment, { maxLength: Math.ceil(maxLength / mostTies) })
    .map((moments) => moments.flatMap(([time, ties]) => new Array<number>(ties).fill(time)))
    .map((times) => rowsOf(times.sort((one, other) => one - other)));
}
