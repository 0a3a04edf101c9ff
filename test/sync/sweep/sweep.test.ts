import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListPage } from "../../../src/polar/list.ts";
import type { ListSource } from "../../../src/streams/define.ts";
import type { SweepPosition } from "../../../src/sync/sweep/position.ts";
import { type SweepOptions, sweep } from "../../../src/sync/sweep/sweep.ts";
import { problemOf, reasonToStartOver, type Verdict } from "../../../src/sync/sweep/verdicts.ts";
import { settled } from "../../polar/clocks.ts";
import {
  heapTies,
  MODEL_RANGE,
  ModelList,
  type ModelRow,
  randomTies,
  type Ties,
} from "../model-list.ts";
import { valuesOf } from "../pages.ts";
import { propertyOf } from "../rows.ts";

const BY_TIME: ListSource = { kind: "list", path: "/v1/x/", order: ["created_at"] };

interface Swept {
  /** The ids handed on, in order. */
  readonly written: unknown[];
  /** After each page: where one could go on. */
  readonly positions: (SweepPosition | undefined)[];
  /** How it ended, unless it was stopped before. */
  readonly verdict: Verdict | undefined;
}

async function sweepAll(
  list: ModelList,
  { stopAfter, ...options }: Partial<SweepOptions> & { readonly stopAfter?: number } = {},
): Promise<Swept> {
  const written: unknown[] = [];
  const positions: Swept["positions"] = [];
  const progress = sweep({
    source: BY_TIME,
    primaryKey: ["id"],
    pageSize: 3,
    readAhead: 2,
    read: list.read,
    onRow: (rows, row) => written.push(propertyOf(rows, row, "id")),
    onAllRequested: () => undefined,
    ...options,
  });
  let next = await progress.next();
  for (; !next.done; next = await progress.next()) {
    positions.push(next.value);
    if (positions.length === stopAfter) break;
  }
  if (!next.done)
    await progress.return({
      outcome: "short",
      found: 0,
      expected: 0,
      steady: true,
      unreadable: [],
    });
  await settled();
  expect(list.maker.held).toBe(0);
  return { written, positions, verdict: next.done ? next.value : undefined };
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

/** The rows that were there all the time and have not been written. */
const lost = (list: ModelList, written: readonly unknown[]) =>
  [...list.lasting].filter((id) => !written.includes(id));

const ties = fc.oneof(
  fc
    .nat(1_000)
    .map(
      (seed): Ties =>
        Object.assign(randomTies(seed), { [fc.toStringMethod]: () => `random ${seed}` }),
    ),
  fc.constant<Ties>(Object.assign(heapTies, { [fc.toStringMethod]: () => "heap" })),
);

/** What a list costs that rests: its pages, and the newest of them before and after. */
const atRest = (count: number, pageSize: number) =>
  count < pageSize ? 1 : Math.ceil(count / pageSize) + 2;

describe("a sweep of a list that rests", () => {
  it("reads every page once when nothing ties", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(40),
        fc.integer({ min: 1, max: 9 }),
        ties,
        async (count, pageSize, order) => {
          const list = new ModelList({ rows: rows(count), ties: order });
          const { written, verdict } = await sweepAll(list, { pageSize });
          expect(written).toEqual(list.rows.map(({ id }) => id));
          expect(verdict).toEqual({
            outcome: "whole",
            found: count,
            expected: count,
            steady: true,
            unreadable: [],
          });
          expect(list.requests.length).toBe(atRest(count, pageSize));
        },
      ),
    );
  });

  it("is whole, each row once, whatever ties, as long as the API orders as PostgreSQL does", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600 }),
        fc.constantFrom(1, 2, 30, 100, 150, 350, 1_000),
        fc.shuffledSubarray(rows(600), { minLength: 600 }),
        async (count, group, shuffled) => {
          const tied = shuffled
            .slice(0, count)
            .map((row, index) => ({ ...row, created_at: Math.floor(index / group) }));
          const list = new ModelList({ rows: tied, ties: heapTies });
          const { written, verdict } = await sweepAll(list, { pageSize: 100, readAhead: 8 });
          expect(verdict?.outcome).toBe("whole");
          expect(written.length).toBe(count);
          expect(new Set(written).size).toBe(count);
          expect(list.requests.length).toBeLessThanOrEqual(8 * Math.ceil(count / 73));
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** What happens to a list before one of its pages is read: rows come, or rows go. */
type Change = { readonly insert: number } | { readonly remove: readonly number[] };

const insertion = fc.record({ insert: fc.integer({ min: 1, max: 4 }) });
const removal = fc.record({ remove: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 4 }) });
const changes = (change: fc.Arbitrary<Change>) =>
  fc.array(fc.option(change, { freq: 2 }), { maxLength: 14 });

function apply(list: ModelList, change: Change | null | undefined): void {
  if (!change) return;
  if ("insert" in change) for (let count = 0; count < change.insert; count++) list.insert();
  else for (const place of change.remove) list.delete(place);
}

const lists = fc.record({
  count: fc.nat(24),
  group: fc.constantFrom(1, 1, 1, 2, 3, 5, 8),
  ties,
  pageSize: fc.integer({ min: 1, max: 6 }),
  readAhead: fc.integer({ min: 1, max: 5 }),
});

/** A list that changes before its second page is read, its third and so on. */
function changing(
  { count, group, ties: order }: { count: number; group: number; ties: Ties },
  planned: readonly (Change | null)[],
): ModelList {
  return new ModelList({
    rows: rows(count, group),
    ties: order,
    before: (read, list) => apply(list, planned[read - 2]),
  });
}

const cases: [string, fc.Arbitrary<Change>][] = [
  ["rows come at the end", insertion],
  ["rows go anywhere", removal],
  ["rows come and go", fc.oneof(insertion, removal)],
];

describe("a sweep that ends whole has not lost a row that was there all the time", () => {
  it.each(cases)("when %s", async (_, change) => {
    let whole = 0;
    await fc.assert(
      fc.asyncProperty(lists, changes(change), async (settings, planned) => {
        const list = changing(settings, planned);
        const { written, verdict } = await sweepAll(list, settings);
        expect(new Set(written).size).toBe(written.length);
        if (verdict?.outcome !== "whole") return;
        whole++;
        expect(lost(list, written)).toEqual([]);
      }),
      { numRuns: 700 },
    );
    expect(whole).toBeGreaterThan(350);
  });

  it("when new rows come first, as they do in a pass that goes the other way", async () => {
    for (let seed = 0; seed < 500; seed++) {
      const settings = { count: 7, group: 4, ties: randomTies(seed), pageSize: 3, readAhead: 1 };
      const planned = [null, null, null, { insert: 3 }, { insert: 3 }];
      const list = changing(settings, planned);
      const { written, verdict } = await sweepAll(list, settings);
      if (verdict?.outcome === "whole") expect(lost(list, written)).toEqual([]);
    }
  });
});

describe("an interrupted sweep that goes on to its end has not lost a row, either", () => {
  const rarely = (change: fc.Arbitrary<Change>) =>
    fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, changes(change));

  it.each(cases)("when %s", async (_, change) => {
    let resumed = 0;
    await fc.assert(
      fc.asyncProperty(
        lists,
        rarely(change),
        fc.integer({ min: 2, max: 8 }),
        fc.option(change, { freq: 1 }),
        rarely(change),
        async (settings, before, stopAfter, between, after) => {
          let planned: readonly (Change | null)[] = before;
          let begun = 0;
          const list = new ModelList({
            rows: rows(settings.count, settings.group),
            ties: settings.ties,
            before: (read, self) => apply(self, planned[read - begun - 2]),
          });
          const first = await sweepAll(list, { ...settings, stopAfter });
          const resume = first.positions.at(-1);
          if (!resume || first.verdict) return;

          apply(list, between);
          begun = list.requests.length;
          planned = after;
          const second = await sweepAll(list, { ...settings, resume });
          if (second.verdict && reasonToStartOver(second.verdict)) return;
          resumed++;
          expect(second.verdict?.outcome).toBe("whole");
          expect(lost(list, [...first.written, ...second.written])).toEqual([]);
        },
      ),
      { numRuns: 700 },
    );
    expect(resumed).toBeGreaterThan(30);
  });

  it("goes on where it stood when nothing has changed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 40 }),
        async (count, pageSize, stopAfter) => {
          const list = new ModelList({ rows: rows(count), ties: heapTies });
          const pages = Math.ceil(count / pageSize);
          const first = await sweepAll(list, { pageSize, stopAfter: Math.min(stopAfter, pages) });
          const resume = first.positions.at(-1);
          if (pages === 1) {
            expect(resume).toBeUndefined();
            return;
          }
          const page = Math.min(stopAfter, pages);
          expect(resume).toMatchObject({ page, rows: (page - 1) * pageSize });
          const before = list.requests.length;
          const second = await sweepAll(list, { pageSize, resume });
          expect(second.verdict).toMatchObject({ outcome: "whole", found: count, expected: count });
          expect(second.written).toEqual(
            list.rows.slice((page - 1) * pageSize).map(({ id }) => id),
          );
          // The page before the position, to compare, those after it, and the newest at the end.
          expect(list.requests.length - before).toBe(pages - page + 3);
        },
      ),
    );
  });

  it("never stands where ties cross the border of two pages", async () => {
    const stable: Ties = (all, compare) => all.toSorted(compare);
    const list = new ModelList({ rows: rows(20, 5), ties: stable });
    const { positions } = await sweepAll(list, { pageSize: 2 });
    expect(positions.slice(0, 10).map((position) => position?.page)).toEqual([
      ...[undefined, undefined, undefined, undefined, undefined],
      ...[6, 6, 6, 6, 6],
    ]);
  });

  describe("where a page repeats a row, and so another has been missed", () => {
    // Of three that tie, the second page repeats the first in the place of the third.
    const unsteady: Ties = (all, compare, bound) =>
      bound === 6 ? all.toReversed().toSorted(compare) : all.toSorted(compare);
    const tied = rows(20).map((row, index) => ({
      ...row,
      created_at: index < 3 ? row.created_at : Math.max(5, index),
    }));
    const mended = { pageSize: 2, readAhead: 1 };

    it("reads the tie again in pages of another size, and stands behind it", async () => {
      const list = new ModelList({ rows: tied, ties: unsteady });
      const { positions, written, verdict } = await sweepAll(list, mended);
      expect(verdict?.outcome).toBe("whole");
      expect(written.length).toBe(20);
      expect(new Set(written).size).toBe(20);
      const last = positions.findLast((position) => position !== undefined);
      expect([last?.page, last?.rows]).toEqual([10, 18]);
      const others = list.requests.filter(({ part }) => part.limit !== 2);
      expect(others.map(({ part, page }) => [part.limit, page])).toEqual([[100, 1]]);
      expect(list.requests.length).toBe(atRest(20, 2) + 1);
    });

    it("takes nothing from behind the tie that comes later anyway", async () => {
      const list = new ModelList({ rows: tied, ties: unsteady });
      const { written } = await sweepAll(list, mended);
      expect(written.slice(4)).toEqual(list.rows.slice(4).map(({ id }) => id));
    });

    it("looks once for what can't be found there, and stands before it", async () => {
      // A row comes in the middle of the pages that are read: the next page repeats one, and nothing
      // is missing behind it.
      const list = new ModelList({
        rows: rows(20),
        ties: heapTies,
        before: (read, it) => {
          if (read !== 4) return;
          it.rows.splice(1, 0, { id: "late", created_at: 0.5, amount: 0, status: "open" });
        },
      });
      const { positions, verdict } = await sweepAll(list, { pageSize: 4, readAhead: 1 });
      expect(verdict?.outcome).toBe("whole");
      expect(positions.findLast((position) => position !== undefined)?.page).toBe(2);
      const others = list.requests.filter(({ part }) => part.limit > 4);
      expect(others.length).toBe(2);
    });

    it.each([
      ["", undefined],
      [", though a row behind it can't be read", "row-8"],
    ])(
      "reads nothing again from before the place where an interrupted sweep stood%s",
      async (_, poison) => {
        // All of one time, so that only the second key tells what lies behind.
        const source: ListSource = { ...BY_TIME, order: ["created_at", "amount"] };
        const later = rows(20).map((row, index) => ({
          ...row,
          created_at: 0,
          amount: index < 8 ? index : Math.max(11, index),
        }));
        // Of four that tie, the sixth page repeats the first two in the place of the others.
        const repeating: Ties = (all, compare, bound) =>
          bound === 12 ? all.toReversed().toSorted(compare) : all.toSorted(compare);
        let isAfter = false;
        const isPoisoned = ({ id }: ModelRow) => isAfter && id === poison;
        const list = new ModelList({ rows: later, ties: repeating, isPoisoned });
        const first = await sweepAll(list, { ...mended, source, stopAfter: 5 });
        const resume = first.positions.at(-1);
        expect(resume?.page).toBe(5);
        isAfter = true;

        const { written, verdict } = await sweepAll(list, { ...mended, source, resume });

        expect(verdict?.outcome).toBe("whole");
        const rest = list.rows.slice(8).flatMap(({ id }) => (id === poison ? [] : [id]));
        expect([...written].sort()).toEqual([...rest].sort());
        const others = list.requests.filter(({ part }) => part.limit !== 2);
        expect(others.length).toBe(1);
      },
    );

    it("does not take a row of the page before that place for a new one", async () => {
      const source: ListSource = { ...BY_TIME, order: ["created_at", "amount"] };
      const tied = rows(20).map((row, index) => ({ ...row, created_at: 0, amount: index }));
      let begun = Number.POSITIVE_INFINITY;
      const list = new ModelList({
        rows: tied,
        ties: heapTies,
        // The page before has been read: a row that comes in front of it moves its last one on.
        before: (read, it) => {
          if (read !== begun + 2) return;
          it.rows.push({ id: "late", created_at: 0, amount: 0.5, status: "open" });
        },
      });
      const first = await sweepAll(list, { ...mended, source, stopAfter: 5 });
      begun = list.requests.length;
      const resume = first.positions.at(-1);
      const { written } = await sweepAll(list, { ...mended, source, resume });
      expect(first.written).toContain("row-7");
      expect(written).not.toContain("row-7");
      expect(written.slice(0, 3)).toEqual(["row-8", "row-9", "row-10"]);
    });

    it("comes to the end in runs that are too short for the list", async () => {
      const list = new ModelList({ rows: rows(60, 6), ties: randomTies(3) });
      const written = new Set<unknown>();
      let resume: SweepPosition | undefined;
      let verdict: Verdict | undefined;
      for (let run = 0; run < 12 && !verdict; run++) {
        const options = { pageSize: 4, readAhead: 1, stopAfter: 9, resume };
        const swept = await sweepAll(list, options);
        for (const id of swept.written) written.add(id);
        resume = swept.positions.findLast((position) => position !== undefined) ?? resume;
        verdict = swept.verdict;
      }
      expect(verdict?.outcome).toBe("whole");
      expect(written.size).toBe(60);
    });
  });

  it("is told to have moved when the page before its position is another", async () => {
    const list = new ModelList({ rows: rows(20), ties: heapTies });
    const { positions } = await sweepAll(list, { pageSize: 2, stopAfter: 5 });
    list.delete(0);
    const { verdict, written } = await sweepAll(list, { pageSize: 2, resume: positions.at(-1) });
    expect(verdict?.outcome).toBe("moved");
    expect(written).toEqual([]);
  });

  it("asks for nothing behind the end of a list that has become shorter", async () => {
    const list = new ModelList({ rows: rows(20), ties: heapTies });
    const { positions } = await sweepAll(list, { pageSize: 2, stopAfter: 5 });
    list.rows.splice(8);
    const before = list.requests.length;
    const { written } = await sweepAll(list, { pageSize: 2, resume: positions.at(-1) });
    const asked = list.requests.slice(before).map(({ page }) => page);
    expect(asked.slice(0, 2)).toEqual([4, 1]);
    expect(new Set(written).size).toBe(written.length);
  });

  it.each([
    ["always one too many", (_: number) => 21, 18],
    ["more each time", (read: number) => 20 + read, undefined],
  ])("is unproven, not short, where the API counts %s", async (_, countAt, requests) => {
    const list = new ModelList({ rows: rows(20), ties: heapTies });
    const { positions } = await sweepAll(list, { pageSize: 2, stopAfter: 5 });
    const before = list.requests.length;
    const read: typeof list.read = async (part, page) => {
      const answer = await list.read(part, page);
      const totalCount = countAt(list.requests.length - before);
      return new ListPage(answer.answers, { ...answer, totalCount });
    };
    const options = { read, pageSize: 2, readAhead: 1, resume: positions.at(-1) };
    const { verdict } = await sweepAll(list, options);
    expect(verdict?.outcome).toBe("unproven");
    if (requests !== undefined) expect(list.requests.length - before).toBe(requests);
  });

  it("reads again only what lies behind the last settled time, when the rest ties", async () => {
    const list = new ModelList({ rows: rows(200), ties: heapTies });
    const { positions } = await sweepAll(list, { pageSize: 10, stopAfter: 5 });
    const rest: ModelRow[] = list.rows.slice(100).map((row) => ({ ...row, created_at: 100 }));
    const tied = new ModelList({
      rows: [...list.rows.slice(0, 100), ...rest],
      ties: randomTies(7),
    });
    const { verdict, written } = await sweepAll(tied, { pageSize: 10, resume: positions.at(-1) });
    expect(verdict?.outcome).toBe("whole");
    expect([...written].sort()).toEqual(
      tied.rows
        .slice(40)
        .map(({ id }) => id)
        .sort(),
    );
    const again = tied.requests.filter(({ part }) => part.limit !== 10);
    expect(again.every(({ part, page }) => page * part.limit >= 40)).toBe(true);
  });

  it.each([1, 2, 3])(
    "has all rows together with the first, whatever ties (pages of %i)",
    async (pageSize) => {
      let resumed = 0;
      for (let seed = 0; seed < 60; seed++) {
        const list = new ModelList({ rows: rows(16, 1 + (seed % 5)), ties: randomTies(seed) });
        const stopAfter = 3 + (seed % 8);
        const first = await sweepAll(list, { pageSize, stopAfter });
        const resume = first.positions.at(-1);
        if (!resume || first.verdict) continue;
        const second = await sweepAll(list, { pageSize, resume });
        expect(new Set(second.written).size).toBe(second.written.length);
        if (second.verdict?.outcome !== "whole") continue;
        resumed++;
        expect(lost(list, [...first.written, ...second.written])).toEqual([]);
      }
      expect(resumed).toBeGreaterThan(10);
    },
  );

  it("finds what a deletion behind its position has moved out of sight", async () => {
    const list = new ModelList({ rows: rows(200), ties: heapTies });
    const { positions } = await sweepAll(list, { pageSize: 10, stopAfter: 5 });
    let once = true;
    const read: typeof list.read = async (part, page) => {
      const answer = await list.read(part, page);
      // As soon as the page before the position has been recognized.
      if (once) list.delete(0);
      once = false;
      return answer;
    };
    const resume = positions.at(-1);
    const { verdict, written } = await sweepAll(list, { pageSize: 10, read, resume });
    expect(verdict?.outcome).toBe("whole");
    const expected = list.rows.slice(39).map(({ id }) => id);
    expect([...written].sort()).toEqual(expected.sort());
  });
});

describe("rows that the server fails to send", () => {
  it("are told by their offsets, and all others are read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.uniqueArray(fc.nat(39), { maxLength: 6 }),
        fc.integer({ min: 2, max: 9 }),
        async (count, offsets, pageSize) => {
          const poisoned = offsets.filter((offset) => offset < count).sort((a, b) => a - b);
          const ids = new Set(poisoned.map((offset) => `row-${offset}`));
          const list = new ModelList({
            rows: rows(count),
            ties: heapTies,
            isPoisoned: ({ id }) => ids.has(id),
          });
          const { written, verdict } = await sweepAll(list, { pageSize });
          expect(verdict).toMatchObject({
            outcome: "whole",
            found: count - poisoned.length,
            expected: count,
            unreadable: poisoned,
          });
          expect(written).toEqual(list.rows.map(({ id }) => id).filter((id) => !ids.has(id)));
          // Without rows of two different times between them they may be one that was met twice.
          const areSure = poisoned.every(
            (offset, index) => offset > (poisoned[index - 1] ?? -3) + 2,
          );
          const pages = Math.ceil(count / pageSize);
          expect(list.requests.length).toBeLessThanOrEqual(
            areSure ? pages + 2 : 1 + 3 * (pages + 2),
          );
        },
      ),
    );
  });

  it("do not stand for a readable row that ties with them", async () => {
    const poisoned = ["row-5", "row-6", "row-17"];
    for (let seed = 0; seed < 301; seed++) {
      const list = new ModelList({
        rows: rows(34, 10),
        ties: randomTies(seed),
        isPoisoned: ({ id }) => poisoned.includes(id),
      });
      const source = { ...BY_TIME, otherOrders: ["amount"] };
      const { written, verdict } = await sweepAll(list, { source, pageSize: 6 });
      expect(verdict?.outcome).toBe("whole");
      expect(lost(list, written).sort()).toEqual(["row-17", "row-5", "row-6"]);
      expect(verdict && problemOf("x", verdict)).toMatch(/^3 rows of x can't be read/);
    }
  });

  it("are not taken for a row that is missed as long as another way may bring that", async () => {
    const all = rows(4, 4);
    const [a, b, c, poison] = all;
    if (!a || !b || !c || !poison) throw new Error("there are four rows");
    // In pages of two the one is met on both, and a row is not.
    const unsteady: Ties = (_, __, bound) => {
      if (bound === 2) return [a, poison, b, c];
      return bound === 4 ? [a, c, poison, b] : all;
    };
    const isPoisoned = (row: ModelRow) => row === poison;
    const list = new ModelList({ rows: all, ties: unsteady, isPoisoned });
    const { written, verdict } = await sweepAll(list, { pageSize: 2, readAhead: 1 });
    expect(written).toEqual(["row-0", "row-1", "row-2"]);
    expect(verdict).toMatchObject({ outcome: "whole", found: 3, expected: 4 });
  });

  it("are told when they come without a usable key, too", async () => {
    const list = new ModelList({ rows: rows(10), ties: heapTies });
    const keyless = ["row-4", "row-5"];
    const read: typeof list.read = async (part, page) => {
      const answer = await list.read(part, page);
      const ids = valuesOf(answer, "id");
      if (!ids.some((id) => keyless.includes(String(id)))) return answer;
      answer.release();
      const rows = ids.map((id) => (keyless.includes(String(id)) ? { id: null } : { id }));
      return list.maker.page(rows, answer);
    };
    const { written, verdict } = await sweepAll(list, { read });
    expect(verdict).toMatchObject({ outcome: "whole", found: 8, expected: 10, unreadable: [4, 5] });
    expect(written).not.toContain("row-4");
  });
});

describe("where the API knows ranges of time", () => {
  const source: ListSource = { ...BY_TIME, range: MODEL_RANGE };
  it.each([
    ["that are read", { count: 10, page: 2, time: 5.5 }],
    ["that are counted", { count: 40, page: 15, time: 35.5 }],
  ])(
    "ranges %s show a row that has moved out of sight while the count stayed",
    async (_, story) => {
      const { count, page, time } = story;
      const list = new ModelList({
        rows: rows(count),
        ties: heapTies,
        before: (read, it) => {
          // The first read is of the newest.
          if (read !== page + 1) return;
          it.delete(0);
          it.rows.push({ id: "late", created_at: time, amount: 0, status: "open" });
        },
      });
      const { written, verdict } = await sweepAll(list, { source, pageSize: 2, readAhead: 1 });
      expect(verdict?.outcome).toBe("whole");
      expect(lost(list, written)).toEqual([]);
      expect(new Set(written).size).toBe(written.length);
    },
  );

  it("ranges that are read bring such a row, though as many have gone from there", async () => {
    const list = new ModelList({
      rows: rows(10),
      ties: heapTies,
      before: (read, it) => {
        if (read === 3) {
          it.delete(0);
          it.rows.push({ id: "late", created_at: 5.5, amount: 0, status: "open" });
        }
        // All pages have been read.
        if (read === 7) it.delete(it.rows.findIndex(({ id }) => id === "row-4"));
      },
    });
    const { written, verdict } = await sweepAll(list, { source, pageSize: 2, readAhead: 1 });
    expect(verdict?.outcome).toBe("whole");
    expect(written.slice(0, 3)).toEqual(["row-0", "row-1", "row-3"]);
    expect(lost(list, written)).toEqual([]);
  });

  it("a row that can't be read is missing in its range, and nothing else is", async () => {
    const isPoisoned = ({ id }: ModelRow) => id === "row-4";
    const list = new ModelList({ rows: rows(10), ties: heapTies, isPoisoned });
    const { verdict } = await sweepAll(list, { source, pageSize: 2 });
    expect(verdict).toMatchObject({ outcome: "whole", found: 9, unreadable: [4] });
    // The page that it stands on does not tell where a range would end.
    expect(list.requests.length).toBe(atRest(10, 2) + 4);
  });

  it.each([2, 5])("what a sweep interrupted at page %d has read is counted", async (page) => {
    const list = new ModelList({ rows: rows(10), ties: heapTies });
    const { positions } = await sweepAll(list, { source, pageSize: 2, stopAfter: page });
    const resume = positions.at(-1);
    expect(resume?.page).toBe(page);
    const before = list.requests.length;
    const { written, verdict } = await sweepAll(list, { source, pageSize: 2, resume });
    expect(verdict?.outcome).toBe("whole");
    expect(written).toEqual(list.rows.slice(2 * (page - 1)).map(({ id }) => id));
    // The page before, those after it, and the newest; one range was read before, one after each page.
    expect(list.requests.length - before).toBe(1 + (6 - page) + 1 + 1 + (6 - page));
  });

  it.each([
    [10, 0],
    [20, 5],
    [40, 5],
  ])(
    "a list of %d rows that rests costs a request for each: %d that count",
    async (count, counting) => {
      const list = new ModelList({ rows: rows(count), ties: heapTies });
      const { written, verdict } = await sweepAll(list, { source, pageSize: 2 });
      expect(verdict?.outcome).toBe("whole");
      expect(written.length).toBe(count);
      expect(list.requests.length).toBe(atRest(count, 2) + 5);
      expect(list.requests.filter(({ part }) => part.limit === 1)).toHaveLength(counting);
    },
  );
});

it("more new rows than a page are read at the end of the list, and not the list again", async () => {
  const list = new ModelList({
    rows: rows(20),
    ties: heapTies,
    before: (read, grown) => {
      if (read === 4) for (let row = 0; row < 10; row++) grown.insert();
    },
  });
  const { written, verdict } = await sweepAll(list, { pageSize: 4, readAhead: 1 });
  expect(verdict?.outcome).toBe("whole");
  expect(written.length).toBe(30);
  const asked = list.requests.map(({ part, page }) => `${part.sorting.join()} ${page}`);
  const behind = asked.slice(atRest(20, 4));
  expect(behind).toEqual([
    "created_at 5",
    "created_at 6",
    "created_at 7",
    "created_at 8",
    "-created_at 1",
  ]);
});

it("a list without an order is asked for its last page once more: new rows are there", async () => {
  const source: ListSource = { ...BY_TIME, order: [] };
  const stable: Ties = (all) => [...all];
  const before = (read: number, list: ModelList) => read === 4 && list.insert();
  const list = new ModelList({ rows: rows(5), ties: stable, before });
  const { written, verdict } = await sweepAll(list, { source, pageSize: 2, readAhead: 1 });
  expect(verdict?.outcome).toBe("whole");
  expect(written.length).toBe(6);
  expect(list.requests.map(({ page }) => page)).toEqual([1, 2, 3, 3, 3]);
});

it("no page before the first is asked for, though the list is emptied meanwhile", async () => {
  const source: ListSource = { ...BY_TIME, order: [] };
  const before = (read: number, list: ModelList) => {
    if (read === 2) list.rows = [];
  };
  const list = new ModelList({ rows: rows(3), ties: (all) => [...all], before });
  const { written, verdict } = await sweepAll(list, { source, pageSize: 2, readAhead: 1 });
  expect(verdict?.outcome).toBe("whole");
  expect(written.length).toBe(2);
  expect(Math.min(...list.requests.map(({ page }) => page))).toBe(1);
});

describe("a sweep that can't add up", () => {
  it("says so with both numbers, after a bounded number of requests", async () => {
    const list = new ModelList({ rows: rows(250), ties: heapTies });
    const read: typeof list.read = async (part, page) => {
      const answer = await list.read(part, page);
      return new ListPage(answer.answers, { ...answer, totalCount: 251 });
    };
    const { verdict, written } = await sweepAll(list, { read, pageSize: 100 });
    expect(verdict).toMatchObject({ outcome: "short", found: 250, expected: 251 });
    expect(written.length).toBe(250);
    expect(list.requests.length).toBeLessThanOrEqual(1 + 5 * (4 + 1));
  });

  it("is not read again where that is not wanted", async () => {
    const list = new ModelList({ rows: rows(6, 6), ties: randomTies(1) });
    const read: typeof list.read = async (part, page) => {
      const answer = await list.read(part, page);
      return new ListPage(answer.answers, { ...answer, totalCount: 7, lastPage: 2 });
    };
    const { verdict } = await sweepAll(list, { read, mostPasses: 0 });
    expect(verdict?.outcome).toBe("short");
    expect(list.requests.length).toBeLessThanOrEqual(2 + 3);
  });

  it("has no number to add up to where the API gives none", async () => {
    const list = new ModelList({ rows: rows(5), ties: heapTies });
    const read: typeof list.read = async (part, page) => {
      const answer = await list.read(part, page);
      return new ListPage(answer.answers, { ...answer, totalCount: undefined, lastPage: 2 });
    };
    const { verdict, written } = await sweepAll(list, { read });
    expect(written.length).toBe(5);
    expect(verdict).toMatchObject({ outcome: "short", expected: Number.POSITIVE_INFINITY });
    expect(list.requests.length).toBe(3);
  });

  describe("is read again as long as that brings something", () => {
    /** Answers that depend on how many ways the list has been asked for. */
    async function sweepWays(answerAt: (ways: number) => { shown: number; totalCount: number }) {
      const list = new ModelList({ rows: rows(12), ties: heapTies });
      const ways = new Set<string>();
      const read: typeof list.read = async (part, page) => {
        ways.add(`${part.sorting.join()} ${part.limit}`);
        const { shown, totalCount } = answerAt(ways.size);
        list.rows = rows(shown);
        const answer = await list.read(part, page);
        return new ListPage(answer.answers, { ...answer, totalCount });
      };
      const { verdict, written } = await sweepAll(list, { read, pageSize: 4 });
      return { outcome: verdict?.outcome, written: written.length, ways: ways.size };
    }

    it("a row more each time", async () => {
      const swept = await sweepWays((ways) => ({ shown: Math.min(12, 5 + ways), totalCount: 12 }));
      expect(swept).toEqual({ outcome: "whole", written: 12, ways: 8 });
    });

    it("a count that comes nearer each time", async () => {
      const swept = await sweepWays((ways) => ({ shown: 8, totalCount: Math.max(8, 15 - ways) }));
      expect(swept).toEqual({ outcome: "whole", written: 8, ways: 8 });
    });

    it("and not four times for nothing", async () => {
      const swept = await sweepWays(() => ({ shown: 8, totalCount: 9 }));
      expect(swept).toEqual({ outcome: "short", written: 8, ways: 5 });
    });
  });

  it("is read on where the API counts nothing, though there are rows", async () => {
    const list = new ModelList({ rows: rows(5), ties: heapTies });
    const read: typeof list.read = async (part, page) => {
      const answer = await list.read(part, page);
      return new ListPage(answer.answers, { ...answer, totalCount: 0, lastPage: 0 });
    };
    expect((await sweepAll(list, { read, pageSize: 2 })).written.length).toBe(5);
  });

  it("is read on behind a short page where the API does not count", async () => {
    const list = new ModelList({ rows: [], ties: heapTies });
    const pages = [["a", "b"], ["c"], ["d", "e"]];
    const read: typeof list.read = async (_, page) => {
      const items = (pages[page - 1] ?? []).map((id) => ({ id }));
      const facts = { totalCount: undefined, lastPage: page + 1, receivedAt: 0 };
      return list.maker.page(items, facts);
    };
    expect((await sweepAll(list, { read, pageSize: 2 })).written).toEqual([..."abcde"]);
  });

  it("is mended part by part where the API has filters whose values cover every row", async () => {
    const source: ListSource = { ...BY_TIME, order: [], splits: { status: ["open", "closed"] } };
    const list = new ModelList({ rows: rows(150, 150), ties: randomTies(3) });
    const { verdict, written } = await sweepAll(list, { source, pageSize: 100 });
    expect(verdict?.outcome).toBe("whole");
    expect(written.length).toBe(150);
    const filters = list.requests.map(({ part }) => part.query.status);
    expect(new Set(filters)).toEqual(new Set([undefined, "open", "closed"]));
    expect(list.requests.length).toBeLessThanOrEqual(4 + 2);
  });
});

describe("leaving a sweep early", () => {
  it("gives back every page", async () => {
    for (let stopAfter = 1; stopAfter <= 8; stopAfter++) {
      const list = new ModelList({ rows: rows(20, 4), ties: randomTies(stopAfter) });
      const { positions } = await sweepAll(list, { stopAfter, readAhead: 4 });
      expect(positions.length).toBe(stopAfter);
    }
  });
});
