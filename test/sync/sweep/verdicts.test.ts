import { describe, expect, it } from "vitest";
import { isWhole, problemOf, type Verdict } from "../../../src/sync/sweep/verdicts.ts";

const verdict: Verdict = { outcome: "whole", found: 9, expected: 9, steady: true, unreadable: [] };

describe("a verdict", () => {
  it("of a whole list is no problem", () => {
    expect(isWhole(verdict)).toBe(true);
    expect(problemOf("orders", verdict)).toBeUndefined();
  });

  it("of a list that does not add up tells both numbers", () => {
    const short = { ...verdict, outcome: "short", expected: 12 } as const;
    expect(isWhole(short)).toBe(false);
    expect(problemOf("orders", short)).toBe(
      "9 rows of orders were found but the API counts 12, however often they were read.",
    );
    const unknown = { ...short, expected: Number.POSITIVE_INFINITY };
    expect(problemOf("orders", unknown)).toContain("but the API gives no count");
  });

  it("of a list with fewer rows than were found says that it has changed", () => {
    expect(problemOf("orders", { ...verdict, outcome: "short", expected: 7 })).toBe(
      "9 rows of orders were found but the API counts 7 now: the list kept changing, and rows that have " +
        "gone since are among those found.",
    );
  });

  it("of a list that kept changing says so even where the numbers agree", () => {
    expect(problemOf("orders", { ...verdict, outcome: "short" })).toContain("kept changing");
  });

  it("with unreadable rows tells how many and where", () => {
    const some = { ...verdict, found: 7, unreadable: [3, 42] };
    expect(isWhole(some)).toBe(false);
    expect(problemOf("orders", some)).toMatch(
      /^2 rows of orders can't be read.*from 0: 3, 42\)\.$/,
    );
  });

  it("does not count an unreadable row twice that was met at two places", () => {
    const some = { ...verdict, found: 8, unreadable: [3, 7] };
    expect(problemOf("orders", some)).toMatch(/^1 rows of orders can't be read/);
  });

  it("does not list unreadable rows without end", () => {
    const many = {
      ...verdict,
      expected: 1_009,
      unreadable: Array.from({ length: 1_000 }, (_, offset) => offset),
    };
    expect(problemOf("orders", many)).toMatch(/^1000 rows .*: 0, 1, .*, 19\)\.$/);
  });
});
