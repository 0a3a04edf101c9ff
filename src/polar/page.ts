import * as z from "zod";
import type { Body } from "./body.ts";
import { decodeKey } from "./names.ts";
import { Rows } from "./rows.ts";
import { InvalidJsonError, JsonText, scanObject, skipSpace, valueEnd } from "./scanner.ts";

const pagination = z.object({
  total_count: z.int().nonnegative(),
  max_page: z.int().nonnegative(),
});

/** An answer that holds rows. Its memory is used again after {@link Page.release}. */
export class Page {
  readonly rows = new Rows();
  /** How many rows the whole list has, as of this answer; undefined where lists don't say. */
  totalCount: number | undefined;
  /** The number of the last page, as of this answer; 0 for an empty list. */
  lastPage: number | undefined;
  /** When the answer was complete, in milliseconds since the epoch. */
  receivedAt = 0;
  #body: Body | undefined;
  readonly #pool: Page[];

  constructor(pool: Page[]) {
    this.#pool = pool;
  }

  /**
   * Reads the array of rows named `rowsAt` out of the answer's object; when `rowsAt` is undefined
   * the answer itself is the array. Throws an {@link InvalidJsonError} for anything else.
   */
  read(body: Body, receivedAt: number, rowsAt: string | undefined): void {
    if (!body.isUtf8) throw new InvalidJsonError("the body is not UTF-8", 0);
    const { bytes } = body;
    const json = new JsonText(bytes);
    this.totalCount = undefined;
    this.lastPage = undefined;
    this.receivedAt = receivedAt;
    const start = skipSpace(bytes, 0);
    const end =
      rowsAt === undefined ? this.rows.scan(json, start) : this.#scan(json, start, rowsAt);
    if (skipSpace(bytes, end) !== bytes.length)
      throw new InvalidJsonError("more than one value", end);
    flattenLines(bytes);
    this.#body = body;
  }

  /** Gives the memory back. */
  release(): void {
    this.rows.clear();
    this.#body?.release();
    this.#body = undefined;
    this.#pool.push(this);
  }

  #scan(json: JsonText, start: number, rowsAt: string): number {
    let found = false;
    const end = scanObject(json, start, (keyStart, keyEnd, valueStart) => {
      const key = decodeKey(json, keyStart, keyEnd);
      if (key === rowsAt) {
        found = true;
        return this.rows.scan(json, valueStart);
      }
      const end = valueEnd(json, valueStart);
      if (key === "pagination") {
        const counts = pagination.safeParse(JSON.parse(json.slice(valueStart, end)));
        this.totalCount = counts.data?.total_count;
        this.lastPage = counts.data?.max_page;
      }
      return end;
    });
    if (!found) throw new InvalidJsonError(`an answer without ${rowsAt}`, start);
    return end;
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
