import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServerError } from "../../../src/polar/errors.ts";
import { ListPage } from "../../../src/polar/list.ts";
import { type WalkedPage, type WalkOptions, walk } from "../../../src/sync/sweep/walk.ts";
import { settled } from "../../polar/clocks.ts";
import { PageMaker, valuesOf } from "../pages.ts";

/** A list of numbered rows that grows at its end and shrinks anywhere, and is read by pages. */
class List {
  readonly maker = new PageMaker();
  readonly asked: number[] = [];
  rows: number[];
  readonly pageSize: number;
  /** What happens to the list before it is read for the nth time. */
  readonly #before: (read: number, list: List) => void;
  #next: number;

  constructor(
    count: number,
    pageSize: number,
    before: (read: number, list: List) => void = () => undefined,
  ) {
    this.rows = Array.from({ length: count }, (_, index) => index);
    this.#next = count;
    this.pageSize = pageSize;
    this.#before = before;
  }

  grow(by: number): void {
    for (let count = 0; count < by; count++) this.rows.push(this.#next++);
  }

  read = async (page: number): Promise<ListPage> => {
    this.asked.push(page);
    this.#before(this.asked.length, this);
    const from = (page - 1) * this.pageSize;
    return this.maker.page(
      this.rows.slice(from, from + this.pageSize).map((id) => ({ id })),
      {
        totalCount: this.rows.length,
        lastPage: Math.ceil(this.rows.length / this.pageSize),
        receivedAt: this.asked.length,
      },
    );
  };
}

const fingerprint = (page: ListPage) => valuesOf(page, "id").join();
const quiet = { firstPage: 1, readAhead: 3, onAllRequested: () => undefined, fingerprint };

/** Walks a whole list, and gives what each page held. */
async function walkAll(list: List, options: Partial<WalkOptions> = {}) {
  const pages: { number: number; ids: unknown[] }[] = [];
  let allRequestedAfter: number | undefined;
  const { read } = list;
  const onAllRequested = () => {
    allRequestedAfter ??= list.asked.length;
  };
  for await (const { page, number } of walk({
    read,
    firstPage: 1,
    readAhead: 3,
    onAllRequested,
    fingerprint,
    ...options,
  })) {
    pages.push({ number, ids: valuesOf(page, "id") });
    page.release();
  }
  await settled();
  expect(list.maker.held).toBe(0);
  return { pages, allRequestedAfter };
}

const counted = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe("a walk over a list that rests", () => {
  it("brings every page once, in order, with as many requests as there are pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 9 }),
        async (count, pageSize, readAhead) => {
          const list = new List(count, pageSize);
          const { pages, allRequestedAfter } = await walkAll(list, { readAhead });
          const lastPage = Math.max(1, Math.ceil(count / pageSize));
          expect(pages.map(({ number }) => number)).toEqual(counted(1, lastPage + 1));
          expect(pages.flatMap(({ ids }) => ids)).toEqual(list.rows);
          expect(list.asked.length).toBe(lastPage);
          expect(allRequestedAfter).toBe(lastPage);
        },
      ),
    );
  });

  it("asks for several pages at once where the last is known", async () => {
    const list = new List(100, 10);
    const walking = walk({ ...quiet, read: list.read, lastPage: 10 });
    const first = await walking.next();
    expect(list.asked).toEqual([1, 2, 3, 4]);
    first.value?.page.release();
    await walking.return();
    await settled();
    expect(list.maker.held).toBe(0);
  });

  it("does not ask again for the page that it is given", async () => {
    const list = new List(25, 10);
    const { pages } = await walkAll(list, { first: await list.read(1) });
    expect(list.asked).toEqual([1, 2, 3]);
    expect(pages.flatMap(({ ids }) => ids)).toEqual(list.rows);
  });

  it("begins at the page it is told", async () => {
    const list = new List(100, 10);
    const { pages } = await walkAll(list, { firstPage: 7 });
    expect(list.asked).toEqual([7, 8, 9, 10]);
    expect(pages.map(({ number }) => number)).toEqual([7, 8, 9, 10]);
  });

  it.each([
    ["of no rows", 0, 1],
    ["of one page", 10, 1],
    ["that ends before the first page asked for", 25, 7],
  ])("%s is one request", async (_, count, firstPage) => {
    const list = new List(count, 10);
    const { pages } = await walkAll(list, { firstPage });
    expect(list.asked).toEqual([firstPage]);
    expect(pages.length).toBe(1);
  });
});

describe("reading ahead", () => {
  /** Answers only when told to. */
  function controlled(pageCount: number, readAhead: number) {
    const maker = new PageMaker();
    const open = new Map<
      number,
      { resolve: (page: ListPage) => void; reject: (error: Error) => void }
    >();
    const asked: number[] = [];
    let time = 0;
    const walking = walk({
      read: (page) => {
        asked.push(page);
        return new Promise((resolve, reject) => open.set(page, { resolve, reject }));
      },
      ...quiet,
      readAhead,
    });
    const answer = async (number: number) => {
      await settled();
      const rest = { totalCount: pageCount, lastPage: pageCount, receivedAt: ++time };
      open.get(number)?.resolve(maker.page([{ id: number }], rest));
      open.delete(number);
      await settled();
    };
    const fail = async (number: number, message: string) => {
      await settled();
      open.get(number)?.reject(new Error(message));
      open.delete(number);
      await settled();
    };
    return { maker, walking, asked, answer, fail, open };
  }

  async function next(walking: AsyncGenerator<WalkedPage, void>): Promise<number | undefined> {
    const { value } = await walking.next();
    if (!value) return undefined;
    value.page.release();
    return value.number;
  }

  it("has no more pages on their way than it may, however late the first is taken", async () => {
    const { walking, asked, answer } = controlled(50, 4);
    const first = next(walking);
    await answer(1);
    await first;
    // Page 1 is taken, nobody has asked for the second: 4 are ahead of it.
    expect(asked).toEqual([1, 2, 3, 4, 5]);
    for (const number of [3, 4, 5]) await answer(number);
    expect(asked.length).toBe(5);
    const second = next(walking);
    await answer(2);
    expect(await second).toBe(2);
    expect(asked).toEqual([1, 2, 3, 4, 5, 6]);
    await walking.return();
  });

  it("hands pages on in order, whatever the order of the answers", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), async (choices) => {
        const { maker, walking, answer, open } = controlled(8, 3);
        const taken: (number | undefined)[] = [];
        const done = (async () => {
          for (let page = await next(walking); page !== undefined; page = await next(walking)) {
            taken.push(page);
          }
        })();
        for (const choice of choices) {
          await settled();
          const numbers = [...open.keys()];
          await answer(numbers[choice % numbers.length] ?? 0);
        }
        await done;
        expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
        expect(maker.held).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("gives back what it has in hand, and what comes later, when nobody wants more", async () => {
    const { maker, walking, answer } = controlled(8, 3);
    const first = next(walking);
    await answer(1);
    await first;
    await answer(2);
    await answer(4);
    expect(maker.held).toBe(2);
    await walking.return();
    await settled();
    expect(maker.held).toBe(0);
    await answer(3);
    expect(maker.held).toBe(0);
  });

  it("tells of a failure once, when its page's turn comes; of those behind it nobody hears", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const { maker, walking, answer, fail } = controlled(8, 3);
    const first = next(walking);
    await answer(1);
    await first;
    for (const [number, message] of [
      [4, "four"],
      [3, "three"],
    ] as const) {
      await fail(number, message);
    }
    const second = next(walking);
    await answer(2);
    expect(await second).toBe(2);
    await expect(next(walking)).rejects.toThrow("three");
    expect(await next(walking)).toBeUndefined();
    await fail(5, "five");
    expect(unhandled).toEqual([]);
    process.off("unhandledRejection", note);
    expect(maker.held).toBe(0);
  });

  it("tells of a failure of the very first page", async () => {
    const { walking, fail } = controlled(8, 3);
    const first = next(walking);
    const refused = expect(first).rejects.toThrow("one");
    await fail(1, "one");
    await refused;
  });
});

describe("a walk over a list that changes", () => {
  it("ends where the list did when it began", async () => {
    const list = new List(25, 10, (read, self) => {
      if (read === 2) self.grow(12);
    });
    const { pages } = await walkAll(list);
    expect(list.asked).toEqual([1, 2, 3]);
    expect(pages.at(-1)?.ids).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  });

  it.each([1, 5, 10, 35])("ends although %i rows come with every request", async (rows) => {
    const list = new List(25, 10, (_, self) => self.grow(rows));
    const { pages } = await walkAll(list);
    expect(list.asked.length).toBeLessThan(300);
    expect(pages.length).toBe(list.asked.length);
  });

  it("never misses a row that was there all the time when rows only come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(40),
        fc.array(fc.nat(8), { maxLength: 12 }),
        async (count, growth) => {
          const list = new List(count, 5, (read, self) => self.grow(growth[read - 1] ?? 0));
          const { pages } = await walkAll(list);
          const found = new Set(pages.flatMap(({ ids }) => ids));
          for (let id = 0; id < count; id++) expect(found.has(id)).toBe(true);
        },
      ),
    );
  });

  it("ends early when the list turns out to be much shorter", async () => {
    const list = new List(80, 10, (read, self) => {
      if (read === 3) self.rows = self.rows.slice(0, 5);
    });
    const { pages } = await walkAll(list);
    expect(pages.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("a list without a count", () => {
  const uncounted = (list: List) => async (page: number) => {
    const answer = await list.read(page);
    return new ListPage(answer.answers, { ...answer, totalCount: undefined, lastPage: page + 1 });
  };

  it.each([25, 30])("of %i rows ends with its first page that has none", async (count) => {
    const list = new List(count, 10);
    const { pages } = await walkAll(list, { read: uncounted(list) });
    expect(list.asked).toEqual([1, 2, 3, 4]);
    expect(pages.flatMap(({ ids }) => ids)).toEqual(list.rows);
  });
});

describe("pages without a readable row", () => {
  const nothing = (page: number) =>
    new ListPage([], {
      unreadable: [page - 1],
      totalCount: undefined,
      lastPage: page + 1,
      receivedAt: 0,
    });

  it("do not end a walk", async () => {
    const list = new List(5, 1);
    const { pages } = await walkAll(list, {
      read: async (page) => (page === 3 ? nothing(3) : list.read(page)),
    });
    expect(pages.flatMap(({ ids }) => ids)).toEqual([0, 1, 3, 4]);
  });

  it("do not end it at its beginning, either", async () => {
    const list = new List(9, 1);
    const { pages } = await walkAll(list, {
      read: async (page) => (page < 4 ? nothing(page) : list.read(page)),
    });
    expect(pages.map(({ number }) => number)).toEqual(counted(1, 10));
    expect(pages.flatMap(({ ids }) => ids)).toEqual(counted(3, 9));
  });

  /** Which pages of fifty rows, one on each, are walked when the server sends nothing of some. */
  const walkedWithout = async (lost: readonly number[]) => {
    const list = new List(50, 1);
    const read = async (page: number) => (lost.includes(page) ? nothing(page) : list.read(page));
    try {
      return (await walkAll(list, { read })).pages.length;
    } finally {
      await settled();
      expect(list.maker.held).toBe(0);
    }
  };

  it("end it when there are more than ten in a row", async () => {
    expect(await walkedWithout(counted(20, 30))).toBe(50);
    await expect(walkedWithout(counted(20, 31))).rejects.toThrow(ServerError);
    await expect(walkedWithout(counted(1, 51))).rejects.toThrow(ServerError);
  });

  it("count only while nothing comes between them", async () => {
    expect(await walkedWithout([...counted(5, 12), ...counted(13, 20)])).toBe(50);
  });
});

describe("pages without a row", () => {
  /** Which pages of fifty rows, one on each, are walked when some are empty. */
  const walkedWithEmpty = async (empty: readonly number[]) => {
    const list = new List(50, 1);
    const none = { totalCount: 50, lastPage: 50, receivedAt: 0 };
    const read = async (page: number) =>
      empty.includes(page) ? list.maker.page([], none) : list.read(page);
    return (await walkAll(list, { read })).pages.map(({ number }) => number);
  };

  it("end a list at the third in a row, whatever it counts", async () => {
    expect(await walkedWithEmpty(counted(7, 51))).toEqual(counted(1, 10));
  });

  it("count only while no row comes between them", async () => {
    expect(await walkedWithEmpty([7, 8, 10, 12, 13])).toEqual(counted(1, 51));
  });
});

describe("a list behind the end that its count tells", () => {
  /** A list that counts only two of its pages; `pages` are the ids on each. */
  const readFrom = (maker: PageMaker, pages: readonly (readonly string[])[]) => {
    const asked: number[] = [];
    const read = async (number: number) => {
      asked.push(number);
      const ids = pages[number - 1] ?? [];
      const facts = { totalCount: 4, lastPage: 2, receivedAt: 0 };
      return maker.page(
        ids.map((id) => ({ id })),
        facts,
      );
    };
    return { asked, read };
  };
  const goesOnAfter = (page: ListPage) => valuesOf(page, "id").length === 2;

  it.each([
    { name: "ends with a page that is not full", pages: ["ab", "cd", "ef", "g"], numbers: 4 },
    { name: "ends with a page without rows", pages: ["ab", "cd", "ef"], numbers: 3 },
    { name: "ends with a page that repeats", pages: ["ab", "cd", "ef", "ef", "ef"], numbers: 3 },
    { name: "is asked for no more when that is not full", pages: ["ab", "c"], numbers: 2 },
  ])("$name", async ({ pages, numbers }) => {
    const maker = new PageMaker();
    const { read } = readFrom(
      maker,
      pages.map((ids) => [...ids]),
    );

    const walked: unknown[] = [];
    for await (const { page, number } of walk({ ...quiet, read, goesOnAfter })) {
      walked.push(number);
      page.release();
    }

    expect(walked).toEqual(Array.from({ length: numbers }, (_, index) => index + 1));
    await settled();
    expect(maker.held).toBe(0);
  });
});
