import { describe, expect, it, onTestFinished } from "vitest";
import { ListPage } from "../../../src/polar/list.ts";
import { isWholeList } from "../../../src/sync/sweep/proof.ts";
import { PageMaker } from "../pages.ts";

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
