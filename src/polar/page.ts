import * as z from "zod";
import type { Body } from "./body.ts";
import { InvalidJsonError, JsonIndex } from "./json/json-index.ts";
import { LEVEL_OF_OWN_PROPERTIES, LEVEL_OF_PROPERTIES, Rows } from "./rows.ts";

/** Either a count or, in the cursor form, only whether there is more; null or absent at worst. */
const pagination = z.union([
  z.object({ total_count: z.int().nonnegative(), max_page: z.int().nonnegative() }),
  z.object({ has_next_page: z.boolean() }),
]);

/** An answer that holds rows. Its memory is used again after {@link Page.release}. */
export class Page {
  readonly rows = new Rows();
  /** How many rows the whole list has, as of this answer; undefined where lists don't say. */
  totalCount: number | undefined;
  /** The number of the last page, as of this answer; 0 for an empty list. */
  lastPage: number | undefined;
  /** Whether another page follows, where lists say only that. */
  hasNextPage: boolean | undefined;
  /** When the answer was complete, in milliseconds since the epoch. */
  receivedAt = 0;
  /** Where its first row stands in the list, counted from 0. */
  offset = 0;
  #body: Body | undefined;
  readonly #index = new JsonIndex();
  readonly #pool: Page[];

  constructor(pool: Page[]) {
    this.#pool = pool;
  }

  /**
   * Reads the array of rows named `rowsAt` out of the answer's object; when `rowsAt` is undefined
   * the answer itself is the array, or the only row. Throws an {@link InvalidJsonError} for anything else.
   */
  read(body: Body, receivedAt: number, rowsAt: string | undefined): void {
    this.totalCount = undefined;
    this.lastPage = undefined;
    this.hasNextPage = undefined;
    this.receivedAt = receivedAt;
    this.offset = 0;
    const { bytes } = body;
    if (rowsAt === undefined) {
      this.#index.scan(bytes, LEVEL_OF_PROPERTIES);
      if (this.#index.isArray(0)) this.rows.read(this.#index, 0);
      else this.#readOne(bytes);
    } else {
      // One more level: the answer's own members.
      this.#index.scan(bytes, LEVEL_OF_PROPERTIES + 1);
      this.#readMembers(rowsAt);
    }
    flattenLines(bytes);
    this.#body = body;
  }

  /** Gives the memory back. */
  release(): void {
    this.rows.clear();
    this.#index.clear();
    this.#body?.release();
    this.#body = undefined;
    this.#pool.push(this);
  }

  /** A single row is no deeper than the answer: what stands inside of its values must not count. */
  #readOne(bytes: Buffer): void {
    this.#index.scan(bytes, LEVEL_OF_OWN_PROPERTIES);
    if (!this.#index.isObject(0)) throw new InvalidJsonError("a row is missing", 0);
    this.rows.readOne(this.#index, 0);
  }

  #readMembers(rowsAt: string): void {
    const index = this.#index;
    const array = index.member(0, rowsAt);
    if (array === undefined) throw new InvalidJsonError(`an answer without ${rowsAt}`, 0);
    this.rows.read(index, array);
    const counts = index.member(0, "pagination");
    if (counts === undefined) return;
    const { data } = pagination.safeParse(JSON.parse(index.text(counts)));
    if (data === undefined) return;
    if ("total_count" in data) {
      this.totalCount = data.total_count;
      this.lastPage = data.max_page;
    } else this.hasNextPage = data.has_next_page;
  }
}

/** Pages to read answers into; as many exist as were ever in use at once. */
export class PagePool {
  readonly #free: Page[] = [];

  take(): Page {
    return this.#free.pop() ?? new Page(this.#free);
  }
}

/**
 * Turns line ends into spaces, in place. In JSON they can only stand between values, and a record
 * must fit in one line.
 */
function flattenLines(bytes: Buffer): void {
  for (const lineEnd of [0x0a, 0x0d]) {
    for (let at = bytes.indexOf(lineEnd); at !== -1; at = bytes.indexOf(lineEnd, at + 1)) {
      bytes[at] = 0x20;
    }
  }
}
