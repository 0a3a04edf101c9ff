import type { Body } from "./body.ts";
import type { ApiRequest, PolarClient } from "./client.ts";
import { ServerError } from "./errors.ts";
import type { Page, PagePool } from "./page.ts";

/** A list of the API, as one way to walk it: an order and filters. */
export interface ListRequest {
  readonly path: string;
  /** The path as declared, for metrics. */
  readonly endpoint: string;
  /** Values of the repeatable `sorting` parameter; `-` before a key turns its direction. */
  readonly sorting: readonly string[];
  /** Further query parameters: filters. One with several values is sent as often. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The name of the array that holds the rows. */
  readonly rowsAt: string;
  readonly priority: number;
}

/** So many single rows in a row that fail, and it is the server that fails, not a row. */
const MOST_UNREADABLE_IN_A_ROW = 10;

/** Reads one answer into a page; see {@link Page.read} for `rowsAt`. */
export async function readPage(
  client: PolarClient,
  pool: PagePool,
  request: ApiRequest,
  rowsAt: string | undefined,
): Promise<Page> {
  const page = pool.take();
  try {
    const read = (body: Body, receivedAt: number) => {
      page.read(body, receivedAt, rowsAt);
      return page;
    };
    return await client.get(request, read, describe);
  } catch (error) {
    page.release();
    throw error;
  }
}

/** For the log: `100 rows of 4500 on 45 pages`. */
function describe({ rows, totalCount, lastPage }: Page): string {
  const of = totalCount === undefined ? "" : ` of ${totalCount} on ${lastPage} pages`;
  return `${rows.count} rows${of}`;
}

/** Pages that the server failed to send for good: whoever reads a list again knows where to cut. */
export class FailedPages {
  readonly #pages = new Set<string>();
  readonly #paths = new Set<string>();

  add(list: ListRequest, page: number, limit: number): void {
    this.#pages.add(nameOf(list, page, limit));
    this.#paths.add(list.path);
  }

  has(list: ListRequest, page: number, limit: number): boolean {
    return this.#pages.has(nameOf(list, page, limit));
  }

  /** Whether any page of a list is among them. */
  hasAny({ path }: ListRequest): boolean {
    return this.#paths.has(path);
  }
}

function nameOf({ path, sorting, query }: ListRequest, page: number, limit: number): string {
  return JSON.stringify([path, sorting, query, page, limit]);
}

/** One page on its way: the answers that make it up, in order. */
export class PageSearch {
  readonly answers: Page[] = [];
  readonly unreadable: number[] = [];
  readonly #client: PolarClient;
  readonly #pool: PagePool;
  readonly #list: ListRequest;
  readonly #failed: FailedPages;
  #unreadableInARow = 0;
  #splitting: boolean;

  constructor(client: PolarClient, pool: PagePool, list: ListRequest, failed: FailedPages) {
    this.#client = client;
    this.#pool = pool;
    this.#list = list;
    this.#failed = failed;
    this.#splitting = failed.hasAny(list);
  }

  async read(page: number, limit: number): Promise<void> {
    // The row itself is asked for again: the list may have moved.
    if (limit > 1 && this.#failed.has(this.#list, page, limit)) {
      await this.#readInParts(page, limit);
      return;
    }
    try {
      const answer = await this.#answer(page, limit);
      answer.offset = (page - 1) * limit;
      this.answers.push(answer);
      this.#unreadableInARow = 0;
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (limit === 1) {
        this.#unreadableInARow++;
        if (this.#unreadableInARow > MOST_UNREADABLE_IN_A_ROW) throw error;
        this.#failed.add(this.#list, page, limit);
        this.unreadable.push(page - 1);
        return;
      }
      this.#splitting = true;
      await this.#readInParts(page, limit);
      // Only now it is sure that a row is to blame, and not the server.
      if (this.unreadable.length > 0) this.#failed.add(this.#list, page, limit);
    }
  }

  async #readInParts(page: number, limit: number): Promise<void> {
    // The offset is (page - 1) * limit, so a page can only be cut into equal parts.
    const parts = smallestDivisor(limit);
    for (let part = 1; part <= parts; part++) {
      await this.read((page - 1) * parts + part, limit / parts);
    }
  }

  #answer(page: number, limit: number): Promise<Page> {
    const { path, endpoint, sorting, query, rowsAt, priority } = this.#list;
    const parameters = parametersOf(query);
    parameters.set("page", String(page));
    parameters.set("limit", String(limit));
    for (const key of sorting) parameters.append("sorting", key);
    const request = { path, endpoint, query: parameters, priority };
    // Once the whole page has failed often enough it is no passing trouble.
    const retries = this.#splitting ? { serverErrorRetries: 1 } : {};
    return readPage(this.#client, this.#pool, { ...request, ...retries }, rowsAt);
  }
}

/** Query parameters as they are sent. */
export function parametersOf(query: ListRequest["query"]): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) parameters.append(name, value);
  }
  return parameters;
}

function smallestDivisor(number: number): number {
  for (let divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor === 0) return divisor;
  }
  return number;
}
