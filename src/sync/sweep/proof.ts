import type { ListPage } from "../../polar/list.ts";
import type { SweptList } from "./swept-list.ts";

/** How often a pass asks whether more rows have come: a list that keeps growing is never done. */
const MOST_CLOSINGS = 3;

/**
 * Whether a page is the whole list: one answer is one look at the list, and if there were more rows
 * than it shows they would be on it. A full page may be cut.
 */
export function isWholeList(page: ListPage, limit: number, mayRepeatRows = false): boolean {
  const { answers, unreadable, totalCount, lastPage } = page;
  if (answers.length !== 1 || unreadable.length > 0 || totalCount === undefined) return false;
  const count = countOf(page);
  const isAll = mayRepeatRows || count >= totalCount;
  return lastPage <= 1 && Math.max(count, totalCount) < limit && isAll;
}

/** Ends a pass over a list that is counted: true when nothing is missing. Yields after each page. */
export async function* prove(list: SweptList): AsyncGenerator<undefined, boolean> {
  return (yield* close(list)) && (yield* audit(list));
}

/**
 * Asks for the newest page once more: true when all that had been read by then is as much as there
 * is. Rows that have come are read, and then the question is asked again. A list without an order
 * is asked for its last page.
 */
async function* close(list: SweptList): AsyncGenerator<undefined, boolean> {
  const { counts, newest, isOrdered } = list;
  for (let closing = 0; closing < MOST_CLOSINGS; closing++) {
    const before = counts.seen;
    const lastPage = Math.max(1, Math.ceil(counts.latest / newest.limit));
    const page = await list.read(newest, isOrdered ? 1 : lastPage);
    counts.noteNewest(page);
    const isProven = counts.addUp();
    const count = countOf(page);
    list.takeBeside(page, newest);
    yield undefined;
    if (isProven) return true;
    if (counts.seen === before) return false;
    if (counts.seen === before + count) yield* catchUp(list, before);
  }
  return false;
}

/** Reads what has come at the end of the list, where it is more than a page. */
async function* catchUp(list: SweptList, known: number): AsyncGenerator<undefined, void> {
  const { first } = list;
  const firstPage = Math.max(1, Math.floor(known / first.limit));
  for await (const { page } of list.walk(first, { firstPage })) {
    list.takeBeside(page, first);
    yield undefined;
  }
}

/**
 * Compares the ranges of time: false when fewer rows have been seen of one than there are. A range
 * that fits in a page is read: that is one look at all of it, and there is nothing left to compare.
 */
async function* audit(list: SweptList): AsyncGenerator<undefined, boolean> {
  const { counts, first, ranges } = list;
  let isWhole = true;
  for (const { query, seen, isResumed } of ranges?.all ?? []) {
    const fits = seen <= first.limit && !isResumed;
    const part = { ...first, query: { ...first.query, ...query }, limit: fits ? first.limit : 1 };
    const page = await list.read(part, 1);
    const { totalCount = Number.POSITIVE_INFINITY, answers } = page;
    const isAllThere =
      answers.length === 1 && totalCount <= part.limit && countOf(page) >= totalCount;
    if (fits) list.takeBeside(page, part);
    else page.release();
    yield undefined;
    isWhole &&= isAllThere || totalCount <= seen + counts.unreadable.most(0);
  }
  return isWhole;
}

function countOf(page: ListPage): number {
  let count = 0;
  for (const rows of page) count += rows.count;
  return count;
}
