import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ForbiddenError, ServerError } from "../../src/polar/errors.ts";
import { type ListPage, ListReader } from "../../src/polar/list.ts";
import type { ListRequest } from "../../src/polar/page-search.ts";
import { openClient } from "./clients.ts";
import { startServer } from "./servers.ts";

const LIST: ListRequest = {
  path: "/v1/checkouts/",
  endpoint: "/v1/checkouts/",
  sorting: ["created_at", "-amount"],
  query: { status: "open" },
  rowsAt: "items",
  priority: 3,
};

/** A list of so many rows, some of which the server can't print: their pages answer 500. */
async function open(count: number, isPoisoned: (offset: number) => boolean) {
  const server = await startServer((response, _, { target }) => {
    const query = new URL(target, "http://x").searchParams;
    const limit = Number(query.get("limit"));
    const from = (Number(query.get("page")) - 1) * limit;
    const offsets = Array.from({ length: count }, (_, offset) => offset).slice(from, from + limit);
    if (offsets.some(isPoisoned)) {
      response.writeHead(500).end("Internal Server Error");
      return;
    }
    const items = offsets.map((id) => ({ id }));
    const pagination = { total_count: count, max_page: Math.ceil(count / limit) };
    response.end(JSON.stringify({ items, pagination }));
  });
  const { client } = openClient(server.url, { requestsPerMinute: 100_000 });
  return { server, reader: new ListReader(client) };
}

/** The ids of a page's rows, in order. */
function idsOf(page: ListPage): number[] {
  return [...page].flatMap((rows) =>
    Array.from({ length: rows.count }, (_, row) => {
      return Number(rows.text(rows.first(row)));
    }),
  );
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

describe("a page of a list", () => {
  it("is asked for by page, limit, order and filters", async () => {
    const { server, reader } = await open(10, () => false);
    (await reader.read(LIST, 2, 4)).release();
    expect(server.requests.map(({ target }) => target)).toEqual([
      "/v1/checkouts/?status=open&page=2&limit=4&sorting=created_at&sorting=-amount",
    ]);
  });

  it.each([
    [10, 1, 4, range(0, 4), 3],
    [10, 3, 4, range(8, 10), 3],
    [10, 4, 4, [], 3],
    [0, 1, 100, [], 0],
    [100, 1, 100, range(0, 100), 1],
  ])(
    "of %i rows, page %i by %i, brings its rows and the counts",
    async (count, page, limit, ids, lastPage) => {
      const { reader } = await open(count, () => false);
      const read = await reader.read(LIST, page, limit);
      expect(idsOf(read)).toEqual(ids);
      expect(read).toMatchObject({ unreadable: [], totalCount: count, lastPage });
      read.release();
    },
  );

  it("follows the server's own count of pages where it clamps the limit", async () => {
    const server = await startServer((response) =>
      response.end('{"items":[],"pagination":{"total_count":450,"max_page":5}}'),
    );
    const reader = new ListReader(openClient(server.url).client);
    expect((await reader.read(LIST, 1, 1_000)).lastPage).toBe(5);
  });

  it("past the end says nothing of the list where it claims that there are no rows", async () => {
    const server = await startServer((response) =>
      response.end('{"items":[],"pagination":{"total_count":0,"max_page":0}}'),
    );
    const reader = new ListReader(openClient(server.url).client);
    expect((await reader.read(LIST, 3, 10)).totalCount).toBeUndefined();
    expect((await reader.read(LIST, 1, 10)).totalCount).toBe(0);
  });

  it("does not say so, either, behind a row that can't be read", async () => {
    const server = await startServer((response, _, { target }) => {
      const query = new URL(target, "http://x").searchParams;
      if (query.get("page") === "1") response.writeHead(500).end("Internal Server Error");
      else response.end('{"items":[],"pagination":{"total_count":0,"max_page":0}}');
    });
    const reader = new ListReader(openClient(server.url, { maxRetries: 0 }).client);
    expect(await reader.read(LIST, 1, 4)).toMatchObject({ unreadable: [0], totalCount: undefined });
  });

  it("supposes one more page where the answer has no count", async () => {
    const server = await startServer((response) => response.end('{"items":[{"id":1}]}'));
    const reader = new ListReader(openClient(server.url).client);
    expect(await reader.read(LIST, 3, 10)).toMatchObject({ totalCount: undefined, lastPage: 4 });
  });
});

describe("rows that the server fails to send", () => {
  it("may be ten in a row, and no more", async () => {
    const ten = await open(16, (offset) => offset < 10);
    const page = await ten.reader.read(LIST, 1, 16);
    expect(page.unreadable).toEqual(range(0, 10));
    page.release();
    const eleven = await open(16, (offset) => offset < 11);
    await expect(eleven.reader.read(LIST, 1, 16)).rejects.toThrow(ServerError);
  });

  it("may be many, as long as others stand between them", async () => {
    const { reader } = await open(32, (offset) => offset % 2 === 1);
    const page = await reader.read(LIST, 1, 32);
    expect(idsOf(page)).toEqual(range(0, 16).map((half) => half * 2));
    expect(page.unreadable).toHaveLength(16);
    page.release();
  });

  it.each([100, 97, 7, 1])("are told apart from all others, by %i rows a page", async (limit) => {
    const single = fc.nat(249).map((offset) => [offset]);
    const some = fc.uniqueArray(fc.nat(249), { maxLength: 6 });
    const neighbours = fc
      .tuple(fc.nat(240), fc.integer({ min: 2, max: 9 }))
      .map(([from, length]) => range(from, from + length));
    await fc.assert(
      fc.asyncProperty(fc.oneof(single, some, neighbours), async (poisoned) => {
        const { reader } = await open(250, (offset) => poisoned.includes(offset));
        const found: number[] = [];
        const unreadable: number[] = [];
        const pages = new Set(poisoned.map((offset) => Math.floor(offset / limit) + 1));
        for (const page of [1, ...pages]) {
          const read = await reader.read(LIST, page, limit);
          const from = (page - 1) * limit;
          const bad = poisoned.filter((offset) => offset >= from && offset < from + limit);
          const all = range(from, Math.min(from + limit, 250));
          expect(idsOf(read)).toEqual(all.filter((offset) => !bad.includes(offset)));
          expect(read.unreadable).toEqual(bad.sort((one, other) => one - other));
          if (bad.length < limit) {
            expect(read).toMatchObject({ totalCount: 250, lastPage: Math.ceil(250 / limit) });
          }
          found.push(...idsOf(read));
          unreadable.push(...read.unreadable);
          read.release();
        }
        expect(new Set(unreadable)).toEqual(new Set(poisoned));
      }),
      // Of a prime number of rows each is asked for alone.
      { numRuns: limit === 97 ? 2 : 8 },
    );
  });

  it("cost few requests: one of 100 is found with 22", async () => {
    const { server, reader } = await open(100, (offset) => offset === 42);
    const page = await reader.read(LIST, 1, 100);
    expect(page.unreadable).toEqual([42]);
    page.release();
    // 4 for the page, then per part that fails 2, and 1 for each of the others.
    expect(server.requests.length).toBe(4 + (2 + 1) + (1 + 2) + (4 + 2) + (4 + 2));
  });

  it("are found at once when the page is read again, and without waiting on another page", async () => {
    const { server, reader } = await open(100, (offset) => offset === 7 || offset === 60);
    (await reader.read(LIST, 1, 50)).release();
    const first = server.requests.length;
    const again = await reader.read(LIST, 1, 50);
    expect(again.unreadable).toEqual([7]);
    again.release();
    // The pages that hold the row are not asked for; the row itself is, once more and a last time.
    const asked = server.requests.slice(first).map(({ target }) => target);
    expect(asked.filter((target) => target.includes("page=1&limit=50"))).toEqual([]);
    expect(asked.length).toBeLessThan(first - 4);
    const before = server.requests.length;
    (await reader.read(LIST, 2, 50)).release();
    const whole = server.requests.slice(before).filter(({ target }) => target.includes("limit=50"));
    expect(whole.length).toBe(2);
  });

  it("do not keep a later page from being read in one piece", async () => {
    const { server, reader } = await open(20, (offset) => offset === 3);
    (await reader.read(LIST, 1, 10)).release();
    const before = server.requests.length;
    const page = await reader.read(LIST, 2, 10);
    expect(idsOf(page)).toEqual(range(10, 20));
    expect(page.answers.length).toBe(1);
    expect(server.requests.length).toBe(before + 1);
  });

  it("are no longer searched for when nearly all fail", async () => {
    const { server, reader } = await open(1_000, () => true);
    await expect(reader.read(LIST, 1, 100)).rejects.toThrow(ServerError);
    // The page, one part of each size on the way down, and eleven rows in three groups of five.
    expect(server.requests.length).toBeLessThanOrEqual(4 + 2 * (3 + 2 + 11));
  });
});

describe("a failure that is nobody's row", () => {
  it("in the middle of a search ends it, and gives back what has been read", async () => {
    let refused = false;
    const server = await startServer((response, _, { target }) => {
      const query = new URL(target, "http://x").searchParams;
      if (query.get("limit") === "4") response.writeHead(500).end();
      else if (query.get("page") === "2" && !refused) {
        refused = true;
        response.writeHead(403).end("{}");
      } else response.end('{"items":[{"id":1}],"pagination":{"total_count":4,"max_page":2}}');
    });
    const reader = new ListReader(openClient(server.url).client);
    const allocations = vi.spyOn(Buffer, "allocUnsafeSlow");
    onTestFinished(() => allocations.mockRestore());
    for (let count = 0; count < 3; count++) {
      refused = false;
      await expect(reader.read(LIST, 1, 4)).rejects.toThrow(ForbiddenError);
    }
    // One body for the first half, one for the second.
    expect(allocations.mock.calls.filter(([size]) => size === 512 * 1024).length).toBe(2);
    const first = await reader.read(LIST, 1, 2);
    const second = await reader.read(LIST, 2, 2);
    expect(new Set([...first.answers, ...second.answers]).size).toBe(2);
  });
});

describe("an answer that is no page", () => {
  const { path, endpoint, query, priority } = LIST;

  it("is read once, with the filters alone", async () => {
    const server = await startServer((response) =>
      response.end('{"quantities":[{"q":1},{"q":2}]}'),
    );
    const reader = new ListReader(openClient(server.url).client);
    const page = await reader.readOnce({ path, endpoint, query, priority }, "quantities");
    expect(page.rows.count).toBe(2);
    expect(page.totalCount).toBeUndefined();
    expect(server.requests.map(({ target }) => target)).toEqual(["/v1/checkouts/?status=open"]);
  });

  it("may be an array", async () => {
    const server = await startServer((response) => response.end('[{"id":1},{"id":2},{"id":3}]'));
    const reader = new ListReader(openClient(server.url).client);
    const page = await reader.readOnce({ path, endpoint, query: {}, priority }, undefined);
    expect(page.rows.count).toBe(3);
    expect(server.requests[0]?.target).toBe("/v1/checkouts/");
  });
});
