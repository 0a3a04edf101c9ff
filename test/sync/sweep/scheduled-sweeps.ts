/** Sweeps of lists that change meanwhile, for the tests that try one schedule after the other. */
import type { ListSource } from "../../../src/streams/define.ts";
import type { SweepPosition } from "../../../src/sync/sweep/position.ts";
import { type SweepOptions, sweep } from "../../../src/sync/sweep/sweep.ts";
import type { Verdict } from "../../../src/sync/sweep/verdicts.ts";
import { propertyOf } from "../rows.ts";
import { type Change, HALVES, RANGE, type ScheduledList } from "../scheduled-list.ts";

const list = { kind: "list", path: "/v1/x/" } as const;
const byTime: ListSource = { ...list, order: ["created_at"] };
const unordered: ListSource = { ...list, order: [] };

/** Lists of each kind that a sweep treats in a way of its own. */
export const sources = {
  "ordered by time": byTime,
  "with ranges of time": { ...byTime, range: RANGE },
  "without an order": unordered,
  "that can be split": { ...unordered, splits: HALVES },
} as const satisfies Record<string, ListSource>;

/** Stands for a row that one sweep has handed on before. */
export const AGAIN = "again";

/** Reads a list to its end, or for so many pages; notes what is written. */
export async function read(
  scheduled: ScheduledList,
  written: unknown[],
  options: Partial<SweepOptions> & Pick<SweepOptions, "source">,
  pages = Number.POSITIVE_INFINITY,
): Promise<Verdict | SweepPosition | undefined> {
  const own = new Set<unknown>();
  const progress = sweep({
    primaryKey: ["id"],
    pageSize: 2,
    readAhead: 2,
    read: scheduled.read,
    onRow: (rows, row) => {
      const id = propertyOf(rows, row, "id");
      written.push(own.has(id) ? AGAIN : id);
      own.add(id);
    },
    onAllRequested: () => undefined,
    ...options,
  });
  let next = await progress.next();
  for (let page = 1; !next.done && page < pages; page++) next = await progress.next();
  if (next.done) return next.value;
  const position = next.value;
  await progress.return({ outcome: "short", found: 0, expected: 0, steady: true, unreadable: [] });
  return position;
}

export const isVerdict = (value: Verdict | SweepPosition | undefined): value is Verdict =>
  value !== undefined && "outcome" in value;

/**
 * One row goes, and one comes that is not newer than all: the counts stay as they were. Without an
 * order by time, nobody knows what is new. What has gone before an interruption, or has moved away,
 * is missed by no range either.
 */
export function hideEachOther(
  source: ListSource,
  one: Change,
  other: Change,
  isInterrupted = false,
): boolean {
  if (source.range && !isInterrupted) return false;
  const kinds = [one, other].map(({ name }) => name.split(" ")[0] ?? "");
  const comes = source.order.length > 0 ? ["before", "just"] : ["before", "just", "newest"];
  const goes = isInterrupted ? ["delete", "touch"] : ["delete"];
  return kinds.some((kind) => goes.includes(kind)) && kinds.some((kind) => comes.includes(kind));
}
