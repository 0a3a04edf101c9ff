import { describe, expect, it } from "vitest";
import type { ListSource } from "../../../src/streams/define.ts";
import { begin, ordered, pageOf, type Row, sweptList } from "./lists.ts";

const three: Row[] = [
  ["a", 1],
  ["b", 2],
  ["c", 3],
];
const unordered: ListSource = { ...ordered, order: [] };

describe("a list may go on after the page that its count makes the last", () => {
  it.each<[string, Row[], boolean]>([
    ["when that is full and has only older rows than the newest", three, true],
    ["but not when it is not full", three.slice(1), false],
    [
      "but not when it has the newest row",
      [
        ["a", 1],
        ["b", 2],
        ["z", 9],
      ],
      false,
    ],
    [
      "but not when it has a newer one",
      [
        ["a", 1],
        ["b", 2],
        ["z", 10],
      ],
      false,
    ],
  ])("%s", (_, rows, goesOn) => {
    const { list } = sweptList();
    begin(list, 3, 9);
    const page = pageOf(rows);
    expect(list.goesOnAfter(page)).toBe(goesOn);
    page.release();
  });

  it("when it is full, where no row shows its time", () => {
    const { list } = sweptList({ source: unordered });
    begin(list, 3, 9);
    const page = pageOf(three);
    expect(list.goesOnAfter(page)).toBe(true);
    page.release();
  });
});

describe("the count of an answer", () => {
  it("is the list's where nothing is filtered, and not where something is", async () => {
    const { list } = sweptList({
      read: async ({ query }) => pageOf(three, { totalCount: query.status ? 1 : 7 }),
    });
    begin(list, 5, 9);
    const counts: number[] = [];
    for (const part of [{ ...list.first, query: { status: "open" } }, list.first]) {
      (await list.read(part, 1)).release();
      counts.push(list.counts.latest);
    }
    expect(counts).toEqual([5, 7]);
  });
});

describe("rows are handed on", () => {
  it("the oldest first, though the newest come first", () => {
    const { list, written } = sweptList();
    begin(list, 3, 9);
    list.takeBeside(
      pageOf([
        ["c", 3],
        ["b", 2],
        ["a", 1],
      ]),
      list.newest,
    );
    list.takeAll(
      pageOf([
        ["e", 5],
        ["d", 4],
      ]),
    );
    list.take(
      pageOf([
        ["f", 6],
        ["g", 7],
      ]),
      list.first,
      3,
    );
    expect(written).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
  });

  it("as they come where there is no order, and once each", () => {
    const { list, written } = sweptList({ source: unordered });
    begin(list, 3, 9);
    list.takeAll(
      pageOf([
        ["c", 3],
        ["a", 1],
        ["c", 3],
      ]),
    );
    list.takeBeside(
      pageOf([
        ["b", 2],
        ["a", 1],
      ]),
      list.newest,
    );
    expect(written).toEqual(["c", "a", "b"]);
  });
});

describe("what a resumed sweep must see itself", () => {
  const source: ListSource = { ...ordered, otherOrders: ["amount"] };

  /** A list that was interrupted when so many rows were settled. */
  function resumed(settled: number, latest: number | undefined) {
    const { list } = sweptList({ source });
    const time = "2026-08-01T12:03:00.000000000";
    const known = { count: 9, most: 9, rows: 6, unreadable: [] };
    list.counts.resume({ ...known, ...(settled > 0 && { settled: { time, rows: settled } }) });
    const page = pageOf([], { totalCount: latest });
    list.counts.note(page);
    page.release();
    return list;
  }

  it.each([
    [3, 10, { firstPage: 1 }, { lastPage: 3 }],
    [5, 10, { firstPage: 1 }, { lastPage: 2 }],
    [6, 10, { firstPage: 2 }, { lastPage: 2 }],
    [6, 6, { firstPage: 2 }, { lastPage: 1 }],
    [0, 10, {}, {}],
    [6, undefined, {}, {}],
  ])("begins behind %d settled rows of %s, from either end", (settled, latest, first, newest) => {
    const list = resumed(settled, latest);
    expect(list.unsettled(list.first)).toEqual(first);
    expect(list.unsettled(list.newest)).toEqual(newest);
  });

  it("is everything in any other order, and in a part of the list", () => {
    const list = resumed(6, 10);
    expect(list.unsettled({ ...list.first, sorting: ["amount", "created_at"] })).toEqual({});
    expect(list.unsettled({ ...list.first, query: { status: "open" } })).toEqual({});
  });
});
