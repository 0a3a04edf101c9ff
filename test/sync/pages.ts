/** Pages made in the process, as the list reader would hand them over. */
import { BodyPool } from "../../src/polar/body.ts";
import { ListPage, type PageFacts } from "../../src/polar/list.ts";
import { type Page, PagePool } from "../../src/polar/page.ts";
import { propertyOf } from "./rows.ts";

// Shared by all tests: their memory is what takes time to make.
const bodies = new BodyPool();
const pages = new PagePool();

/** By whom each page that is in use was made. */
const makers = new WeakMap<Page, PageMaker>();
const watched = new WeakSet<Page>();

/** Makes pages, and knows how many of them nobody has released yet. */
export class PageMaker {
  #held = 0;

  /** How many answers are in use. */
  get held(): number {
    return this.#held;
  }

  /** One answer with these rows. */
  answer(rows: readonly object[], receivedAt = 0): Page {
    const body = bodies.take();
    body.append(Buffer.from(JSON.stringify({ items: rows })));
    const page = pages.take();
    page.read(body, receivedAt, "items");
    if (!watched.has(page)) watch(page);
    makers.set(page, this);
    this.#held++;
    return page;
  }

  /** A page whose rows came in one answer. */
  page(rows: readonly object[], facts: PageFacts): ListPage {
    return new ListPage([this.answer(rows, facts.receivedAt)], facts);
  }

  /** To be called for each page that is released. */
  forget(page: Page): void {
    makers.delete(page);
    this.#held--;
  }
}

function watch(page: Page): void {
  watched.add(page);
  const release = page.release.bind(page);
  page.release = () => {
    const maker = makers.get(page);
    if (!maker) throw new Error("a page was released twice");
    maker.forget(page);
    release();
  };
}

/** The values of a property of a page's rows. */
export function valuesOf(page: ListPage, name: string): unknown[] {
  return [...page].flatMap((rows) =>
    Array.from({ length: rows.count }, (_, row) => propertyOf(rows, row, name)),
  );
}
