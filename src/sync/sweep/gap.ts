import { otherLimits } from "./passes.ts";
import type { SweptList } from "./swept-list.ts";

/** A part of a list of which rows have not been seen, and that no tie leaves. */
export interface Gap {
  /** Before how many rows of the list it begins and ends. */
  readonly from: number;
  readonly until: number;
  /** How many rows are missing. */
  readonly missing: number;
}

/** After so many readings without a new row, the rows are elsewhere: the list has moved. */
const MOST_FRUITLESS = 2;

/**
 * Reads a gap again, in pages of other sizes, until nothing is missing: where a page border has cut a
 * tie, another one does not. So a tie costs its own pages once more instead of a second pass over the
 * list, and a sweep that is interrupted later need not begin before it. What is not found here is
 * left to the passes at the end. Yields after each page.
 */
export async function* readGap(list: SweptList, gap: Gap): AsyncGenerator<undefined, void> {
  const { counts } = list;
  const enough = counts.seen + gap.missing;
  let fruitless = 0;
  for (const part of otherLimits(list.first)) {
    const before = counts.seen;
    const firstPage = Math.floor(gap.from / part.limit) + 1;
    const lastPage = Math.ceil(gap.until / part.limit);
    // The walk around it still needs the connections.
    const onAllRequested = () => undefined;
    for await (const { page, number } of list.walk(part, { firstPage, lastPage, onAllRequested })) {
      list.takeBetween(page, part, number, gap);
      yield undefined;
      if (counts.seen >= enough) return;
    }
    fruitless = counts.seen === before ? fruitless + 1 : 0;
    if (fruitless === MOST_FRUITLESS) return;
  }
}
