import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Bucket,
  bucketOf,
  cut,
  decodeBuckets,
  type ExportedRow,
  encodeBuckets,
  ROWS_PER_BUCKET,
} from "../../../src/sync/changes/export-buckets.ts";
import { rowsOf, sortedRows } from "./exported-rows.ts";

const UNTIL = Date.parse("2026-08-20T12:00:00Z");

const bucket: fc.Arbitrary<Bucket> = fc.record({
  start: fc.integer({ min: 0, max: 4e12 }),
  count: fc.integer({ min: 1, max: 1_000_000 }),
  digest: fc.integer({ min: 0, max: 0xff_ff_ff }),
  asOf: fc.integer({ min: 0, max: 100_000 }).map((minutes) => UNTIL - minutes * 60_000),
});
const buckets = fc.array(bucket).map((all) => all.sort((one, other) => one.start - other.start));

describe("cut", () => {
  it("puts each row into one bucket, and those of a millisecond into the same", () => {
    fc.assert(
      fc.property(sortedRows({ maxLength: 1_000, mostTies: 150 }), (rows) => {
        const cuts = cut(rows, UNTIL);
        expect(cuts.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
        for (const [index, { start, count }] of cuts.entries()) {
          const end = cuts[index + 1]?.start ?? Number.POSITIVE_INFINITY;
          const inside = rows.filter(({ time }) => time >= start && time < end);
          expect(inside).toHaveLength(count);
          const isOneMoment = inside.every(({ time }) => time === start);
          expect(count <= ROWS_PER_BUCKET || isOneMoment).toBe(true);
        }
      }),
    );
  });

  it("fills buckets as far as it can", () => {
    const cuts = cut(rowsOf(Array.from({ length: 250 }, (_, index) => index)), UNTIL);
    expect(cuts.map(({ start, count }) => [start, count])).toEqual([
      [0, 90],
      [90, 90],
      [180, 70],
    ]);
  });
});

describe("a digest", () => {
  it("is the same in any order, and another when a row changes", () => {
    fc.assert(
      fc.property(
        sortedRows({ maxLength: 50 }).filter((rows) => rows.length > 0),
        fc.nat(),
        fc.integer({ min: 1, max: 0xff_ff_ff }),
        (rows, at, difference) => {
          const { digest } = bucketOf(rows, UNTIL);
          expect(bucketOf([...rows].reverse(), UNTIL).digest).toBe(digest);
          const changed = rows.map(
            (row, index): ExportedRow =>
              index === at % rows.length ? { ...row, hash: row.hash + difference } : row,
          );
          expect(bucketOf(changed, UNTIL).digest).not.toBe(digest);
        },
      ),
    );
  });
});

describe("the bookmark's text", () => {
  it("holds all that is known", () => {
    fc.assert(
      fc.property(buckets, (all) => {
        expect(decodeBuckets(encodeBuckets(all, UNTIL), UNTIL)).toEqual(all);
      }),
    );
  });

  it("knows no later moment than there was, and none later than its end", () => {
    const some = [UNTIL - 61_000, UNTIL - 1, UNTIL + 5_000].map((asOf, start) => {
      return { start, count: 1, digest: 0, asOf };
    });
    const read = decodeBuckets(encodeBuckets(some, UNTIL), UNTIL).map(({ asOf }) => UNTIL - asOf);
    expect(read).toEqual([120_000, 60_000, 0]);
  });

  it("takes 15 characters for a bucket of a day", () => {
    const day = 86_400_000;
    const some = Array.from({ length: 1_300 }, (_, index) => ({
      start: Date.UTC(2023) + index * day,
      count: ROWS_PER_BUCKET,
      digest: 0xff_ff_ff,
      asOf: UNTIL - day,
    }));
    expect(encodeBuckets(some, UNTIL).length / some.length).toBeLessThanOrEqual(15);
  });

  it("is read without harm when it is none of ours", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const { start, count } of decodeBuckets(text, UNTIL))
          expect(start + count).not.toBeNaN();
      }),
    );
  });
});
