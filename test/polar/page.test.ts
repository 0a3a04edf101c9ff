import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BodyPool } from "../../src/polar/body.ts";
import { InvalidJsonError } from "../../src/polar/json/json-index.ts";
import { type Page, PagePool } from "../../src/polar/page.ts";
import { jsonText, rowsText } from "./json/json-texts.ts";

const bodies = new BodyPool();
const pages = new PagePool();

function read(content: string | Uint8Array, rowsAt: string | null = "items"): Page {
  const body = bodies.take();
  body.append(Buffer.from(content));
  const page = pages.take();
  page.read(body, 1_790_000_000_123, rowsAt ?? undefined);
  return page;
}

/** The rows as JSON texts. */
function rowsOf({ rows }: Page): string[] {
  return Array.from({ length: rows.count }, (_, row) => {
    const members = rows.shape(row).names.map((_, position) => {
      const property = rows.first(row) + position;
      return rows.bytes.toString("utf8", rows.keyStart(property) - 1, rows.valueEnd(property));
    });
    return `{${members.join()}}`;
  });
}

const counts = ({ totalCount, lastPage }: Page) => ({ totalCount, lastPage });

describe("a page", () => {
  it("has rows, both counts and the time", () => {
    const page = read(
      '{"items":[{"id":"a"},{"id":"b"}],"pagination":{"total_count":7,"max_page":4}}',
    );
    expect(rowsOf(page)).toEqual(['{"id":"a"}', '{"id":"b"}']);
    expect(counts(page)).toEqual({ totalCount: 7, lastPage: 4 });
    expect(page.receivedAt).toBe(1_790_000_000_123);
  });

  it("may have its parts in any order, with white space and more properties between", () => {
    const page = read(
      ' {"x": [1] ,\n "pagination" : {"max_page" : 1, "y": 0, "total_count": 1}, "items" : [ {} ] }\r\n',
    );
    expect(rowsOf(page)).toEqual(["{}"]);
    expect(counts(page)).toEqual({ totalCount: 1, lastPage: 1 });
  });

  it.each([
    '{"items":[]}',
    '{"items":[],"pagination":null}',
    '{"items":[],"pagination":[]}',
    '{"items":[],"pagination":{"has_next_page":true}}',
    '{"items":[],"pagination":{"total_count":"7","max_page":4}}',
    '{"items":[],"pagination":{"total_count":-1,"max_page":4}}',
    '{"items":[],"pagination":{"total_count":1.5,"max_page":4}}',
  ])("knows no counts where the answer gives none: %s", (text) => {
    expect(counts(read(text))).toEqual({ totalCount: undefined, lastPage: undefined });
  });

  it.each([true, false])("knows whether there is a next page in the cursor's form (%s)", (has) => {
    const page = read(`{"items":[],"pagination":{"has_next_page":${has}}}`);
    expect(page.hasNextPage).toBe(has);
  });

  it("does not keep the counts of the answer before", () => {
    const pool = new PagePool();
    const page = pool.take();
    for (const text of [
      '{"items":[],"pagination":{"total_count":0,"max_page":0}}',
      '{"items":[]}',
    ]) {
      const body = bodies.take();
      body.append(Buffer.from(text));
      page.read(body, 0, "items");
    }
    expect(counts(page)).toEqual({ totalCount: undefined, lastPage: undefined });
  });

  it("finds the rows under the name that it is told", () => {
    const text = '{"items":[{"id":"a"}],"seats":[{"id":"b"}]}';
    expect(rowsOf(read(text, "seats"))).toEqual(['{"id":"b"}']);
    expect(() => read(text, "quantities")).toThrow(InvalidJsonError);
  });

  it("may be the array itself", () => {
    expect(rowsOf(read(' [{"id":"a"}, {"id":"b"}] ', null))).toEqual(['{"id":"a"}', '{"id":"b"}']);
  });

  it("may be a single row, whatever stands inside of its values", () => {
    const text = '{"id":"a","metadata":{"n":1,"of":[{"x":{}}]},"list":[{"y":2},[]],"name":"b"}';
    expect(rowsOf(read(text, null))).toEqual([text]);
    expect(() => read('"a"', null)).toThrow(InvalidJsonError);
  });

  it("gives every row of any answer as it came, but for line breaks between values", () => {
    fc.assert(
      fc.property(rowsText, jsonText, (rows, other) => {
        const text = `{"other":${other},"items":${rows}}`;
        const page = read(text);
        const found = rowsOf(page).map((row): unknown => JSON.parse(row));
        expect(isDeepStrictEqual(found, JSON.parse(rows))).toBe(true);
        const bytes = Buffer.from(page.rows.bytes).toString();
        expect(bytes).toBe(text.replaceAll(/[\n\r]/g, " "));
        page.release();
      }),
      { numRuns: 500 },
    );
  });

  it("leaves escaped line breaks in strings alone", () => {
    const page = read('{"items":[{"a":\r\n"1\\n2\\r",\n"b":\r1}]}');
    expect(rowsOf(page)).toEqual(['{"a":  "1\\n2\\r","b": 1}']);
  });

  it.each([
    ["nothing", ""],
    ["an array", "[]"],
    ["another type", '"items"'],
    ["no rows", '{"pagination":{"total_count":0,"max_page":0}}'],
    ["rows that are no array", '{"items":{}}'],
    ["rows that are null", '{"items":null}'],
    ["a cut", '{"items":[{"id":"a"}]'],
    ["a cut inside", '{"items":[{"id":"a'],
    ["something after it", '{"items":[]} x'],
    ["a second answer after it", '{"items":[]}{"items":[]}'],
    ["garbage inside", '{"items":[{"id":"a"}],"pagination":{"total_count":}}'],
    ["a byte order mark", '\ufeff{"items":[]}'],
    ["HTML", "<html></html>"],
    ["UTF-16", Buffer.from('{"items":[]}', "utf16le")],
    ["bytes that are not UTF-8", Buffer.from('{"items":[{"id":"\xe9"}]}', "latin1")],
    [
      "a surrogate in UTF-8",
      Buffer.from([...Buffer.from('{"items":[{"a":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}]}')]),
    ],
  ])("refuses %s", (_, content) => {
    expect(() => read(content)).toThrow(InvalidJsonError);
  });

  it("tells nothing of a refused answer's content", () => {
    expect(() => read('{"items":[{"email":"a@example.com" "b"}]}')).toThrow(
      /^invalid JSON at byte \d+$/,
    );
  });

  it.each(["orders", "page-last", "err-page-past-end", "events-cursor", "org2-orders"])(
    "reads the recorded answer %s",
    (name) => {
      const bytes = readFileSync(new URL(`../fixtures/recorded/${name}.json`, import.meta.url));
      const { items, pagination } = JSON.parse(bytes.toString());
      const page = read(bytes);
      expect(rowsOf(page).map((row) => JSON.parse(row))).toEqual(items);
      expect(page.totalCount).toBe(pagination.total_count);
      expect(page.lastPage).toBe(pagination.max_page);
    },
  );
});

describe("memory", () => {
  it("of a released page is used again, and only then", () => {
    const ownBodies = new BodyPool();
    const ownPages = new PagePool();
    const take = () => {
      const page = ownPages.take();
      const body = ownBodies.take();
      body.append(Buffer.from('{"items":[{"id":"a"}]}'));
      page.read(body, 0, "items");
      return { page, body };
    };
    const first = take();
    const second = take();
    expect(second.page).not.toBe(first.page);
    expect(second.body).not.toBe(first.body);
    first.page.release();
    expect(first.page.rows.count).toBe(0);
    expect(rowsOf(second.page)).toEqual(['{"id":"a"}']);
    const third = take();
    expect(third).toEqual(first);
    expect(third.page).toBe(first.page);
    expect(third.body).toBe(first.body);
  });

  it("of a refused answer stays with whoever gave it", () => {
    const ownBodies = new BodyPool();
    const ownPages = new PagePool();
    const body = ownBodies.take();
    body.append(Buffer.from("{"));
    const page = ownPages.take();
    expect(() => page.read(body, 0, "items")).toThrow(InvalidJsonError);
    page.release();
    expect(ownPages.take()).toBe(page);
    expect(ownBodies.take()).not.toBe(body);
  });
});

describe("a body", () => {
  it("holds what was appended, however much and in whatever pieces", () => {
    const pool = new BodyPool();
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(100), fc.nat(900_000)), { maxLength: 6 }),
        fc.nat(255),
        (sizes, byte) => {
          const body = pool.take();
          const chunks = sizes.map((size, index) => Buffer.alloc(size, byte + index));
          for (const chunk of chunks) body.append(chunk);
          expect(body.bytes.equals(Buffer.concat(chunks))).toBe(true);
          body.release();
          expect(body.bytes.length).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("does not follow when the memory of a chunk changes", () => {
    const body = new BodyPool().take();
    const chunk = Buffer.from("abc");
    body.append(chunk);
    chunk.fill(0);
    expect(body.bytes.toString()).toBe("abc");
  });
});
