import { ServerError } from "../../polar/errors.ts";
import type { ListPage } from "../../polar/list.ts";

export interface WalkOptions {
  /** Reads one page; pages are counted from 1. */
  readonly read: (page: number) => Promise<ListPage>;
  readonly firstPage: number;
  /** Rows per page. */
  readonly pageSize: number;
  /** How many pages may be asked for before the first of them is taken. */
  readonly readAhead: number;
  /** Called when every page known of has been asked for: others may use the connections. */
  readonly onAllRequested: () => void;
}

/** A page with its number. */
export interface WalkedPage {
  readonly page: ListPage;
  readonly number: number;
  /** Read after the walk, because the list has changed at its end. */
  readonly again: boolean;
}

/** A list that goes on growing is not followed for ever: the next sync brings the rest. */
const MOST_CATCH_UPS = 3;

/** So many pages in a row without one readable row, and there is no list to walk. */
const MOST_EMPTY_HANDED = 10;

/**
 * Walks a list from one page to its end, reading ahead, and yields the pages in order. Whoever
 * takes a page releases it.
 *
 * The last page is asked for right after the first, not at the end. New rows come last, so what the
 * walk has seen is then what was there when it began: if that is fewer rows than the first page
 * announced, rows have slipped through while others were deleted, even if as many were added.
 * Rows that came after are read at the end.
 */
export async function* walk(options: WalkOptions): AsyncGenerator<WalkedPage, void> {
  const { firstPage, readAhead, onAllRequested } = options;
  const requests = new Requests(options.read);
  try {
    const first = await requests.take(firstPage);
    let { lastPage } = first;
    let atEnd = first;
    let latest = first;
    let emptyHanded = 0;
    if (lastPage > firstPage) requests.send(lastPage);
    let next = firstPage + 1;
    for (let number = firstPage; number === firstPage || number <= lastPage; number++) {
      while (next <= lastPage && next <= number + readAhead) requests.send(next++);
      if (next > lastPage) onAllRequested();
      const page = number === firstPage ? first : await requests.take(number);
      emptyHanded = page.isLost ? emptyHanded + 1 : 0;
      if (emptyHanded > MOST_EMPTY_HANDED) {
        throw new ServerError("The server fails to send any row of several pages in a row.");
      }
      // Without one readable row the end is unknown, and each page only knows of the next one.
      if (first.totalCount === undefined) lastPage = page.lastPage;
      if (number === lastPage) atEnd = page;
      if (page.receivedAt >= latest.receivedAt) latest = page;
      yield { page, number, again: false };
    }
    yield* catchUp(options, atEnd, latest);
  } finally {
    requests.abandon();
  }
}

/** Reads the end of the list again for as long as its length differs from what was read. */
async function* catchUp(
  { read, pageSize }: WalkOptions,
  atEnd: ListPage,
  latest: ListPage,
): AsyncGenerator<WalkedPage, void> {
  let known = atEnd.totalCount;
  let { totalCount, lastPage } = latest;
  for (let round = 0; round < MOST_CATCH_UPS; round++) {
    if (known === undefined || totalCount === undefined || totalCount === known) return;
    const unchanged = Math.min(known, totalCount);
    known = totalCount;
    const end = lastPage;
    for (let number = Math.max(1, Math.ceil(unchanged / pageSize)); number <= end; number++) {
      const page = await read(number);
      totalCount = page.totalCount ?? totalCount;
      lastPage = page.lastPage;
      yield { page, number, again: true };
    }
  }
}

/** Pages on their way. */
class Requests {
  readonly #read: (page: number) => Promise<ListPage>;
  readonly #sent = new Map<number, Promise<ListPage>>();

  constructor(read: (page: number) => Promise<ListPage>) {
    this.#read = read;
  }

  /** Asks for a page, unless that has been done. */
  send(number: number): Promise<ListPage> {
    const sent = this.#sent.get(number);
    if (sent) return sent;
    const page = this.#read(number);
    // The walk may end before this page's turn; its failure is then nobody's.
    page.catch(() => undefined);
    this.#sent.set(number, page);
    return page;
  }

  /** Waits for a page, asking for it first if need be. */
  async take(number: number): Promise<ListPage> {
    const page = await this.send(number);
    this.#sent.delete(number);
    return page;
  }

  /** Gives back whatever arrives that nobody has taken. */
  abandon(): void {
    for (const sent of this.#sent.values()) {
      sent.then(
        (page) => page.release(),
        () => undefined,
      );
    }
  }
}
