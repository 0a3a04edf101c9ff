import type { PolarClient } from "./client.ts";
import { parseCsv } from "./csv.ts";
import { type Page, PagePool } from "./page.ts";
import {
  FailedPages,
  type ListRequest,
  PageSearch,
  parametersOf,
  readPage,
} from "./page-search.ts";
import type { Rows } from "./rows.ts";

/** What the API says of a list along with a page of it. */
export interface PageFacts {
  /** Offsets in the list, counted from 0, of rows that the server fails to send. */
  readonly unreadable?: readonly number[];
  /** How many rows the list has, as of the last answer. */
  readonly totalCount: number | undefined;
  /** The number of the last page of this size, as of the last answer. */
  readonly lastPage: number;
  /** When the last answer was complete, in milliseconds since the epoch. */
  readonly receivedAt: number;
}

/**
 * What stands at one page of a list: usually one answer; more when a row made the server fail. Who
 * iterates over it gets the rows, answer by answer; who takes it releases it.
 */
export class ListPage implements Iterable<Rows>, PageFacts {
  readonly answers: readonly Page[];
  readonly unreadable: readonly number[];
  readonly totalCount: number | undefined;
  readonly lastPage: number;
  readonly receivedAt: number;

  constructor(answers: readonly Page[], facts: PageFacts) {
    this.answers = answers;
    this.unreadable = facts.unreadable ?? [];
    this.totalCount = facts.totalCount;
    this.lastPage = facts.lastPage;
    this.receivedAt = facts.receivedAt;
  }

  *[Symbol.iterator](): Generator<Rows, void> {
    for (const { rows } of this.answers) yield rows;
  }

  /** Where a row stands in the list, for people. */
  placeOf(rows: Rows, row: number): string {
    const offset = this.answers.find((answer) => answer.rows === rows)?.offset ?? 0;
    return `position ${offset + row}, from 0`;
  }

  /** Whether the server has sent no answer for any part of the page. */
  get isLost(): boolean {
    return this.answers.length === 0;
  }

  /** Gives the memory back; the rows must not be used any more. */
  release(): void {
    for (const answer of this.answers) answer.release();
  }
}

/** Reads pages of lists; where a page fails for good it finds the row that is to blame. */
export class ListReader {
  readonly #client: PolarClient;
  readonly #pool = new PagePool();
  readonly #failed = new FailedPages();

  constructor(client: PolarClient) {
    this.#client = client;
  }

  /**
   * Reads page `page` (from 1) of `limit` rows. One row that the server can't print answers 500 for
   * its whole page, for good: then the page is read in halves, down to single rows, so that only
   * that row is missing. Where one has been met in a list, the next is looked for without waiting.
   */
  async read(list: ListRequest, page: number, limit: number): Promise<ListPage> {
    const search = new PageSearch(this.#client, this.#pool, list, this.#failed);
    try {
      await search.read(page, limit);
    } catch (error) {
      for (const answer of search.answers) answer.release();
      throw error;
    }
    const { answers, unreadable } = search;
    const newest = answers.at(-1);
    // Past its end a list of events claims to be empty, also behind a row that can't be read.
    const mayBeEmpty = page === 1 && unreadable.length === 0;
    const counted =
      answers.findLast(({ rows, totalCount }) => rows.count > 0 || totalCount !== 0) ??
      (mayBeEmpty ? newest : undefined);
    const totalCount = counted?.totalCount;
    // A server may clamp the limit: its own page count follows the clamp.
    const whole = answers.length === 1 && unreadable.length === 0;
    const lastPage =
      (whole ? counted?.lastPage : undefined) ??
      (totalCount === undefined
        ? page + (newest?.hasNextPage === false ? 0 : 1)
        : Math.ceil(totalCount / limit));
    const receivedAt = newest?.receivedAt ?? 0;
    return new ListPage(answers, { unreadable, totalCount, lastPage, receivedAt });
  }

  /** How many requests have gone out with this priority, each try counted. */
  requestsOf(priority: number): number {
    return this.#client.traffic.requestsOf(priority);
  }

  /** Reads an answer that is not a page of a list; see {@link Page.read} for `rowsAt`. */
  readOnce(
    request: Pick<ListRequest, "path" | "endpoint" | "query" | "priority">,
    rowsAt: string | undefined,
  ): Promise<Page> {
    const query = parametersOf(request.query);
    return readPage(this.#client, this.#pool, { ...request, query }, rowsAt);
  }

  /** Reads an answer in CSV: its lines, of which the first has the titles. It is not tried often. */
  readCsv(
    request: Pick<ListRequest, "path" | "endpoint" | "query" | "priority">,
  ): Promise<ReturnType<typeof parseCsv>> {
    const query = parametersOf(request.query);
    return this.#client.get({ ...request, query, accept: "text/csv", mostRetries: 1 }, (body) => {
      const lines = parseCsv(body.bytes.toString());
      body.release();
      return lines;
    });
  }
}
