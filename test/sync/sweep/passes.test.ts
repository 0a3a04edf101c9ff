import { describe, expect, it } from "vitest";
import type { ListSource } from "../../../src/streams/define.ts";
import { firstPass, otherPasses } from "../../../src/sync/sweep/passes.ts";

const plain: ListSource = { kind: "list", path: "/v1/x/", order: ["created_at", "-email"] };
const rich: ListSource = {
  ...plain,
  otherOrders: ["amount", "-status"],
  splits: { status: ["open", "closed"], kind: ["a"] },
  query: { archived: "false" },
};

describe("the first pass", () => {
  it("goes in the declared order, with the declared filters", () => {
    expect(firstPass(rich, 50)).toEqual({
      sorting: ["created_at", "-email"],
      query: { archived: "false" },
      limit: 50,
    });
    expect(firstPass(plain, 100).query).toEqual({});
  });
});

describe("the other passes", () => {
  it("are all different from the first and from each other", () => {
    for (const source of [plain, rich]) {
      for (const pageSize of [100, 97, 10]) {
        const all = [[firstPass(source, pageSize)], ...otherPasses(source, pageSize)];
        expect(new Set(all.map((pass) => JSON.stringify(pass))).size).toBe(all.length);
      }
    }
  });

  it("begin with the other direction, then other keys, then parts", () => {
    const passes = [...otherPasses(rich, 100)];
    const filtered = (more: object) => ({ archived: "false", ...more });
    expect(passes.slice(0, 5)).toEqual([
      [{ sorting: ["-created_at", "email"], query: filtered({}), limit: 100 }],
      [{ sorting: ["amount", "created_at", "-email"], query: filtered({}), limit: 100 }],
      [{ sorting: ["-status", "created_at", "-email"], query: filtered({}), limit: 100 }],
      [
        { sorting: ["created_at", "-email"], query: filtered({ status: "open" }), limit: 100 },
        { sorting: ["created_at", "-email"], query: filtered({ status: "closed" }), limit: 100 },
      ],
      [{ sorting: ["created_at", "-email"], query: filtered({ kind: "a" }), limit: 100 }],
    ]);
  });

  it("move the page borders, never beyond what the API allows", () => {
    for (const pass of otherPasses(plain, 100)) {
      for (const { limit } of pass) expect(limit).toBeLessThanOrEqual(100);
    }
    const limits = [...otherPasses(plain, 100)].flatMap((pass) => pass.map(({ limit }) => limit));
    expect(new Set(limits).size).toBeGreaterThan(5);
  });

  it("are other borders only, for a list that can't be sorted", () => {
    const unsorted: ListSource = { kind: "list", path: "/v1/files/", order: [] };
    const passes = [...otherPasses(unsorted, 100)];
    expect(passes.length).toBeGreaterThan(0);
    expect(passes.flat().every(({ sorting, limit }) => sorting.length === 0 && limit < 100)).toBe(
      true,
    );
  });
});
