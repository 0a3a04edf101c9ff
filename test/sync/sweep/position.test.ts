import { describe, expect, it } from "vitest";
import type { PageFacts } from "../../../src/polar/list.ts";
import { Positions } from "../../../src/sync/sweep/position.ts";
import { begin, ordered, pageOf, type Row, sweptList } from "./lists.ts";

interface Walked {
  readonly pages: readonly (readonly Row[])[];
  /** How many rows the API counts; nine unless said otherwise. */
  readonly count?: number | undefined;
  readonly order?: readonly string[];
  /** Of each page. */
  readonly facts?: readonly Partial<PageFacts>[];
}

/** The position that is known after each page of a first pass. */
function positionsOf({ pages, order = ["created_at"], facts = [], ...options }: Walked) {
  const { list } = sweptList({ source: { ...ordered, order } });
  begin(list, "count" in options ? options.count : 9, 9);
  const positions = new Positions(list, ["id"]);
  return pages.map((rows, index) => {
    const page = pageOf(rows, facts[index]);
    positions.arrive(page, index + 1);
    positions.pass(index + 1);
    list.take(page, list.first, index + 1);
    return positions.latest;
  });
}

const one: Row[] = [
  ["a", 1],
  ["b", 2],
  ["c", 3],
];
const two: Row[] = [
  ["d", 4],
  ["e", 5],
  ["f", 6],
];
const three: Row[] = [
  ["g", 7],
  ["h", 8],
  ["i", 9],
];
const pagesOf = (walked: Walked) => positionsOf(walked).map((position) => position?.page);

describe("a sweep may be interrupted", () => {
  it("before each page, when nothing ties across its border", () => {
    const [first, second, third] = positionsOf({ pages: [one, two, three] });
    expect(first).toBeUndefined();
    const known = { count: 9, most: 9, newest: expect.stringContaining(":09:"), unreadable: [] };
    expect(second).toMatchObject({ ...known, page: 2, rows: 3 });
    expect(second?.settled).toEqual({ time: "2026-08-01T12:03:00.000000000", rows: 3 });
    expect(third).toMatchObject({ ...known, page: 3, rows: 6 });
    expect(third?.digest).not.toBe(second?.digest);
  });

  it.each<[string, Walked]>([
    [
      "rows tie across it",
      {
        pages: [
          one,
          [
            ["d", 3],
            ["e", 5],
            ["f", 6],
          ],
        ],
      },
    ],
    [
      "a row came twice before it",
      {
        pages: [
          [
            ["a", 1],
            ["b", 2],
            ["b", 2],
          ],
          two,
        ],
      },
    ],
    [
      "a newer row came before it",
      {
        pages: [
          [
            ["a", 1],
            ["b", 2],
            ["new", 11],
          ],
          two,
        ],
      },
    ],
    ["the API does not count", { pages: [one, two], count: undefined }],
    [
      "it is not known whether two unreadable rows are one",
      {
        pages: [[["a", 1]], two, three],
        facts: [{ unreadable: [1, 2] }],
      },
    ],
    [
      "an unreadable row stands before it",
      {
        pages: [
          [
            ["a", 1],
            ["b", 2],
          ],
          two,
        ],
        facts: [{ unreadable: [2] }],
      },
    ],
    [
      "an unreadable row stands behind it",
      {
        pages: [
          one,
          [
            ["e", 5],
            ["f", 6],
          ],
        ],
        facts: [{}, { unreadable: [3] }],
      },
    ],
  ])("but not at a border when %s", (_, walked) => {
    expect(pagesOf(walked)).toEqual(walked.pages.map(() => undefined));
  });

  it("at a later border when the first one ties, and stays there", () => {
    const pages = [
      one,
      [
        ["d", 3],
        ["e", 5],
        ["f", 6],
      ],
      three,
      [["j", 9]],
    ] satisfies Row[][];
    expect(pagesOf({ pages })).toEqual([undefined, undefined, 3, 3]);
  });

  it("among rows of one time, where another key tells them apart; but no time is settled there", () => {
    const pages = [
      [
        ["a", 1, 1],
        ["b", 1, 2],
        ["c", 1, 3],
      ],
      [
        ["d", 1, 4],
        ["e", 5],
        ["f", 6],
      ],
      three,
    ] satisfies Row[][];
    const [, second, third] = positionsOf({ pages, order: ["created_at", "amount"] });
    expect(second).toMatchObject({ page: 2, settled: undefined });
    expect(third).toMatchObject({ page: 3, settled: { rows: 6 } });
  });
});

describe("the page before an interruption", () => {
  it.each<[string, Row[], boolean]>([
    [
      "is the same in another order",
      [
        ["c", 3],
        ["a", 1],
        ["b", 2],
      ],
      true,
    ],
    [
      "is another with another row",
      [
        ["a", 1],
        ["b", 2],
        ["x", 3],
      ],
      false,
    ],
    [
      "is another with a row less",
      [
        ["a", 1],
        ["b", 2],
      ],
      false,
    ],
  ])("%s", (_, rows, isKnown) => {
    const digest = positionsOf({ pages: [one, two] })[1]?.digest ?? "";
    const position = { page: 2, digest, count: 9, most: 9, rows: 3, unreadable: [] };
    const { list } = sweptList();
    const positions = new Positions(list, ["id"]);
    const page = pageOf(rows);
    expect(positions.recognize(page, position)).toBe(isKnown);
    expect(positions.reached).toBe(`2026-08-01T12:0${rows.at(-1)?.[1]}:00.000000000`);
    page.release();
  });
});
