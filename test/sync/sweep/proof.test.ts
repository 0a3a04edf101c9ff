import { describe, expect, it, onTestFinished } from "vitest";
import { ListPage } from "../../../src/polar/list.ts";
import { isWholeList, prove } from "../../../src/sync/sweep/proof.ts";
import { PageMaker } from "../pages.ts";
import { endOf } from "../syncs.ts";
import { begin, ordered, pageOf, type Row, sweptList } from "./lists.ts";

const maker = new PageMaker();

/** A page of so many rows. */
function page(rows: number, totalCount: number | undefined, lastPage = 1) {
  const items = Array.from({ length: rows }, (_, id) => ({ id }));
  const made = maker.page(items, { totalCount, lastPage, receivedAt: 0 });
  onTestFinished(() => made.release());
  return made;
}

describe("a page is the whole list", () => {
  it.each([
    ["when it has room for more", page.bind(null, 3, 3), true],
    ["when there is nothing", page.bind(null, 0, 0, 0), true],
    [
      "but a full one may be cut: a row may have come after the counting",
      page.bind(null, 4, 4),
      false,
    ],
    ["but not with fewer rows than are counted", page.bind(null, 2, 3), false],
    ["but not where the server gives less than it is asked for", page.bind(null, 3, 6, 2), false],
    ["but not without a count", page.bind(null, 3, undefined), false],
  ])("%s", (_, make, isWhole) => {
    expect(isWholeList(make(), 4)).toBe(isWhole);
  });

  it("but not with rows that can't be read, nor when it took several answers", () => {
    const facts = { totalCount: 3, lastPage: 1, receivedAt: 0, unreadable: [] };
    const [one, other] = [maker.answer([{ id: 1 }]), maker.answer([{ id: 2 }])];
    onTestFinished(() => {
      one.release();
      other.release();
    });
    const isWhole = (page: ListPage) => isWholeList(page, 4, true);
    expect(isWhole(new ListPage([one], facts))).toBe(true);
    expect(isWhole(new ListPage([one], { ...facts, unreadable: [1] }))).toBe(false);
    expect(isWhole(new ListPage([one, other], facts))).toBe(false);
  });

  it("with fewer rows than are counted where rows may be there twice", () => {
    expect(isWholeList(page(2, 3), 4, true)).toBe(true);
    expect(isWholeList(page(3, 4), 4, true)).toBe(false);
    expect(isWholeList(page(2, 3, 2), 4, true)).toBe(false);
  });
});

describe("a range of time", () => {
  const range = { after: "after", before: "before" };
  const old: Row[] = [
    ["a", 1],
    ["b", 2],
  ];
  const newest: Row = ["c", 9];

  /** A list of three rows, of which the older two make a range that these answers are sent for. */
  async function proves(answers: readonly (readonly Row[])[], totalCount: number | undefined) {
    const { list } = sweptList({
      source: { ...ordered, range },
      read: async ({ query }) => {
        if (query.after) return pageOf([newest], { totalCount: 1 });
        if (!query.before) return pageOf([newest, ...old.toReversed()], { totalCount: 3 });
        const facts = { totalCount, lastPage: 1, receivedAt: 0 };
        const pages = answers.flatMap((rows) => pageOf(rows).answers);
        return new ListPage(pages, facts);
      },
    });
    begin(list, 3, 9);
    list.take(pageOf(old), list.first, 1);
    list.ranges?.cut("2026-08-01T12:02:00.000000000");
    list.take(pageOf([newest]), list.first, 2);
    return endOf(prove(list));
  }

  const late: Row = ["late", 1];

  it("is whole with the rows that one answer brings, however many had been seen", async () => {
    expect(await proves([[...old, late]], 3)).toBe(true);
  });

  it("is not when it took several answers, which are no one look", async () => {
    expect(await proves([old, [late]], 3)).toBe(false);
  });

  it("is not when there are more rows than the answer has, or nobody knows", async () => {
    expect(await proves([old], 3)).toBe(false);
    expect(await proves([[...old, late, ["later", 1]]], 4)).toBe(false);
    expect(await proves([old], undefined)).toBe(false);
  });
});
