import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ListSource } from "../../src/streams/define.ts";
import { type SweepOptions, type SweepPosition, sweep, type Verdict } from "../../src/sync/sweep.ts";
import { settled } from "../polar/clocks.ts";
import { heapTies, ModelList, type ModelOptions, type ModelRow, randomTies, type Ties } from "./model-list.ts";
import { valueOf } from "./rows.ts";

const BY_TIME: ListSource = { kind: "list", path: "/v1/x/", order: ["created_at"] };

interface Swept {
  /** The ids handed on, in order. */
  readonly written: unknown[];
  /** After each page: where one could go on, and how many rows had been handed on. */
  readonly positions: { position: SweepPosition | undefined; written: number }[];
  readonly verdict: Verdict;
}

async function sweepAll(list: ModelList, options: Partial<SweepOptions> = {}): Promise<Swept> {
  const written: unknown[] = [];
  const positions: Swept["positions"] = [];
  const progress = sweep({
    source: BY_TIME,
    primaryKey: ["id"],
    pageSize: 3,
    readAhead: 2,
    read: list.read,
    onRow: (rows, row) => written.push(valueOf(rows, row, "id")),
    onAllRequested: () => undefined,
    ...options,
  });
  let next = await progress.next();
  for (; !next.done; next = await progress.next()) {
    positions.push({ position: next.value, written: written.length });
  }
  await settled();
  expect(list.maker.held).toBe(0);
  return { written, positions, verdict: next.value };
}

/** So many rows, of which as many as `group` share each time. */
function rows(count: number, group = 1): ModelRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `row-${index}`,
    created_at: Math.floor(index / group),
    amount: (index * 7) % 5,
    status: index % 3 === 0 ? "open" : "closed",
  }));
}

const lost = (list: ModelList, written: readonly unknown[]) =>
  [...list.lasting].filter((id) => !written.includes(id));

const ties = fc.oneof(
  fc.nat(1_000).map((seed): Ties => Object.assign(randomTies(seed), { [fc.toStringMethod]: () => `random ${seed}` })),
  fc.constant<Ties>(Object.assign(heapTies, { [fc.toStringMethod]: () => "heap" })),
);

describe("a sweep of a list that rests", () => {
  it("reads every page once when nothing ties", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 9 }), ties, async (count, pageSize, order) => {
        const list = new ModelList({ rows: rows(count), ties: order });
        const { written, verdict } = await sweepAll(list, { pageSize });
        expect(written).toEqual(list.rows.map(({ id }) => id));
        expect(verdict).toEqual({ outcome: "whole", found: count, expected: count, unreadable: [] });
        expect(list.requests.length).toBe(Math.max(1, Math.ceil(count / pageSize)));
      }),
    );
  });

  it("is whole, each row once, whatever ties, as long as the API orders as PostgreSQL does", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600 }),
        fc.constantFrom(1, 2, 30, 100, 150, 350, 1_000),
        fc.shuffledSubarray(rows(600), { minLength: 600 }),
        async (count, group, shuffled) => {
          const tied = shuffled.slice(0, count).map((row, index) => ({ ...row, created_at: Math.floor(index / group) }));
          const list = new ModelList({ rows: fc.sample(fc.constant(tied), 1)[0] ?? [], ties: heapTies });
          const { written, verdict } = await sweepAll(list, { pageSize: 100, readAhead: 8 });
          expect(verdict.outcome).toBe("whole");
          expect(written.length).toBe(count);
          expect(new Set(written).size).toBe(count);
          expect(list.requests.length).toBeLessThanOrEqual(8 * Math.ceil(count / 73));
        },
      ),
      { numRuns: 40 },
    );
  });
});

const change = fc.record({ insert: fc.nat(3), remove: fc.array(fc.nat(1_000), { maxLength: 3 }) });
const changes = fc.array(fc.oneof({ arbitrary: fc.constant({ insert: 0, remove: [] }), weight: 2 }, change), { maxLength: 14 });

describe("probe", () => {
  for (const kind of ["del", "ins", "either"]) {
  it(kind, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({min:0,max:24}), fc.integer({min:1,max:8}), changes, ties, fc.integer({min:2,max:6}), fc.integer({min:1,max:5}), async (count, group, list0, order, pageSize, readAhead) => {
        const list = new ModelList({ rows: rows(count, group), ties: order, before: (read, self) => {
          const c = list0[read - 2];
          if (!c) return;
          const isDel = kind === "del" || (kind === "either" && c.remove.length > 0);
          if (isDel) for (const place of c.remove) self.delete(place);
          else for (let i = 0; i < c.insert; i++) self.insert();
        } });
        const { written, verdict } = await sweepAll(list, { pageSize, readAhead });
        if (verdict.outcome === "whole") expect(lost(list, written)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
  }
});
