/** Pages made in the process, as the list reader would hand them over. */
import { BodyPool } from "../../src/polar/body.ts";
import type { ListPage } from "../../src/polar/list.ts";
import { type Page, PagePool } from "../../src/polar/page.ts";
import { valueOf } from "./rows.ts";

/** Makes pages, and knows which of them nobody has released yet. */
export class PageMaker {
  readonly #bodies = new BodyPool();
  readonly #pages = new PagePool();
  readonly #held = new Set<Page>();
  readonly #made = new Set<Page>();

  /** How many answers are in use. */
  get held(): number {
    return this.#held.size;
  }

  /** One answer with these rows. */
  answer(rows: readonly object[], receivedAt = 0): Page {
    const body = this.#bodies.take();
    body.append(Buffer.from(JSON.stringify({ items: rows })));
    const page = this.#pages.take();
    page.read(body, receivedAt, "items");
    if (!this.#made.has(page)) this.#watch(page);
    this.#held.add(page);
    return page;
  }

  /** A page whose rows came in one answer. */
  page(rows: readonly object[], rest: Omit<ListPage, "answers" | "unreadable">): ListPage {
    return { answers: [this.answer(rows, rest.receivedAt)], unreadable: [], ...rest };
  }

  #watch(page: Page): void {
    this.#made.add(page);
    const release = page.release.bind(page);
    page.release = () => {
      if (!this.#held.delete(page)) throw new Error("a page was released twice");
      release();
    };
  }
}

/** The values of a property of a page's rows. */
export function valuesOf({ answers }: Pick<ListPage, "answers">, name: string): unknown[] {
  return answers.flatMap(({ rows }) =>
    Array.from({ length: rows.count }, (_, row) => valueOf(rows, row, name)),
  );
}

export function release({ answers }: Pick<ListPage, "answers">): void {
  for (const answer of answers) answer.release();
}
