import { ServerError } from "../../polar/errors.ts";
import type { ListPage } from "../../polar/list.ts";

export interface WalkOptions {
  /** Reads one page; pages are counted from 1. */
  readonly read: (page: number) => Promise<ListPage>;
  readonly firstPage: number;
  /** The page to begin with, where it has been read already. */
  readonly first?: ListPage | undefined;
  /** The last page, where it is known already; otherwise the first answer that counts tells. */
  readonly lastPage?: number | undefined;
  /** Stands for the rows of a page: equal for two pages of the same rows. */
  readonly fingerprint: (page: ListPage) => string;
  /** Whether the list goes on after a page that its count makes the last; it does not, unless said. */
  readonly goesOnAfter?: ((page: ListPage) => boolean) | undefined;
  /** How many pages may be asked for before the first of them is taken. */
  readonly readAhead: number;
  /** Called when every page known of has been asked for: others may use the connections. */
  readonly onAllRequested: () => void;
}

/** A page with its number. */
export interface WalkedPage {
  readonly page: ListPage;
  readonly number: number;
}

/** So many pages in a row without one readable row, and there is no list to walk. */
const MOST_LOST = 10;

/** So many pages in a row without a row, and the list has ended, whatever it counts. */
const MOST_EMPTY = 3;

/**
 * Walks a list from one page to its end, reading ahead, and yields the pages in order. Whoever
 * takes a page releases it. The end is where it was at first: what comes meanwhile is not followed.
 *
 * A list that gives no count ends with a page without rows, or when the API says that there is no next
 * one; and so does one that goes on behind the end that its count tells. A page that repeats the one
 * before it, from a server that does not mind the number, is the end of both.
 */
export async function* walk(options: WalkOptions): AsyncGenerator<WalkedPage, void> {
  const { firstPage, first, readAhead, onAllRequested, fingerprint } = options;
  const { goesOnAfter = () => false } = options;
  const requests = new Requests(options.read);
  if (first) requests.put(firstPage, first);
  let { lastPage } = options;
  let next = firstPage;
  let lost = 0;
  let empty = 0;
  let isBehindEnd = false;
  let previous: string | undefined;
  const sendAhead = (number: number) => {
    const last = lastPage ?? number;
    while (next <= Math.max(number, Math.min(last, number + readAhead))) requests.send(next++);
    if (lastPage !== undefined && next > lastPage) onAllRequested();
  };
  try {
    for (let number = firstPage; ; number++) {
      sendAhead(number);
      const page = await requests.take(number);
      if (page.totalCount !== undefined) lastPage ??= page.lastPage;
      lost = page.isLost ? lost + 1 : 0;
      empty = isEmpty(page) ? empty + 1 : 0;
      if (lost > MOST_LOST) {
        page.release();
        throw new ServerError("The server fails to send any row of several pages in a row.");
      }
      if (lastPage === undefined || isBehindEnd) {
        const rows = hasRows(page) ? fingerprint(page) : undefined;
        const isRepeated = rows !== undefined && rows === previous;
        if (isRepeated || (isBehindEnd && isEmpty(page))) {
          page.release();
          onAllRequested();
          return;
        }
        previous = rows;
      }
      // A count that is too small must not hide what comes after it.
      if (number === lastPage && goesOnAfter(page)) {
        isBehindEnd = true;
        previous = fingerprint(page);
        lastPage++;
      }
      // Without a count each page only knows of the next one, and one without rows is the end.
      const isLast = number >= (lastPage ?? page.lastPage);
      const hasEnded = isLast || empty === (lastPage === undefined ? 1 : MOST_EMPTY);
      if (!hasEnded) sendAhead(number);
      else onAllRequested();
      yield { page, number };
      if (hasEnded) return;
    }
  } finally {
    requests.abandon();
  }
}

function isEmpty(page: ListPage): boolean {
  return !(page.isLost || page.unreadable.length > 0 || hasRows(page));
}

function hasRows(page: ListPage): boolean {
  for (const rows of page) if (rows.count > 0) return true;
  return false;
}

/** Pages on their way. */
class Requests {
  readonly #read: (page: number) => Promise<ListPage>;
  readonly #sent = new Map<number, Promise<ListPage>>();

  constructor(read: (page: number) => Promise<ListPage>) {
    this.#read = read;
  }

  /** Takes a page that is here already. */
  put(number: number, page: ListPage): void {
    this.#sent.set(number, Promise.resolve(page));
  }

  /** Asks for a page, unless that has been done. */
  send(number: number): void {
    if (this.#sent.has(number)) return;
    const page = this.#read(number);
    // The walk may end before this page's turn; its failure is then nobody's.
    page.catch(() => undefined);
    this.#sent.set(number, page);
  }

  /** Waits for a page that has been asked for. */
  async take(number: number): Promise<ListPage> {
    const page = await this.#sent.get(number);
    if (!page) throw new RangeError(`page ${number} has not been asked for`);
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
