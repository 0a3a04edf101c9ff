import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, type ExportedRow } from "../../../src/sync/changes/export-buckets.ts";
import { chooseSome, divide, hasChanged, settle } from "../../../src/sync/changes/export-pieces.ts";
import { rowsOf, sortedRows } from "./exported-rows.ts";

const EVER = Number.NEGATIVE_INFINITY;

/** What may happen to rows between two looks. */
interface Change {
  readonly does: "update" | "remove" | "import";
  readonly at: number;
  readonly time: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  does: fc.constantFrom<Change["does"][]>("update", "remove", "import"),
  at: fc.nat(),
  time: fc.integer({ min: -10, max: 1_000_010 }),
});

function changed(rows: readonly ExportedRow[], changes: readonly Change[]) {
  let now = [...rows];
  for (const [index, { does, at, time }] of changes.entries()) {
    const row = now[at % now.length];
    if (does === "import") now.push({ time, hash: 1_000_003 * (index + 1), id: undefined });
    else if (row && does === "remove") now = now.filter((one) => one !== row);
    else if (row) now = now.map((one) => (one === row ? { ...one, hash: one.hash + 1 } : one));
  }
  return now.sort((one, other) => one.time - other.time);
}

/** When the buckets were known, and when the pieces were exported. */
const [BEFORE, NOW] = [1_000, 2_000];

describe("pieces", () => {
  it("show no change where there is none, and none after what has changed is read", () => {
    fc.assert(
      fc.property(
        sortedRows({}),
        fc.array(change, { maxLength: 8 }),
        fc.nat(),
        (rows, changes, some) => {
          const to = 2_000_000;
          const known = cut(rows, BEFORE);
          expect(divide(rows, known, EVER, to).filter(hasChanged)).toEqual([]);
          const later = rowsOf([to, to + 1, to + 1]);
          const now = changed(rows, known.length > 0 ? changes : []);
          const pieces = divide([...now, ...later], known, EVER, to);
          expect(pieces.flatMap((piece) => piece.rows)).toEqual(known.length > 0 ? now : []);
          const unread = new Set(
            pieces.filter(hasChanged).filter((_, index) => (index + some) % 2),
          );
          const settled = settle(pieces, unread, later, NOW);
          const again = divide([...now, ...later], settled, EVER, to + 2);
          const left = again.filter(hasChanged);
          // Only what was not read is still to be read.
          const places = left.flatMap((piece) => piece.rows);
          expect([...unread].flatMap((piece) => piece.rows)).toEqual(places);
          // What was changed since is to be told of these alone.
          const old = settled.filter(({ asOf }) => asOf === BEFORE);
          expect(old).toEqual([...unread].map((piece) => piece.known));
        },
      ),
    );
  });

  it("have changed when a row has come, whatever stands for it", () => {
    const row = { time: 1, hash: 0, id: undefined };
    const [piece] = divide([row, row], cut([row], BEFORE), EVER, 2);
    expect(piece && hasChanged(piece)).toBe(true);
  });

  it("know where their rows stand in the whole", () => {
    const rows = rowsOf(Array.from({ length: 250 }, (_, index) => index));
    const places = divide(rows, cut(rows, BEFORE), EVER, 1_000).map(({ rank, from, to }) => [
      rank,
      from,
      to,
    ]);
    expect(places).toEqual([
      [0, EVER, 90],
      [90, 90, 180],
      [180, 180, 1_000],
    ]);
  });

  it("let the newest bucket grow, and then begin another", () => {
    const rows = rowsOf(Array.from({ length: 230 }, (_, index) => index));
    const known = cut(rows.slice(0, 150), BEFORE);
    const grown = settle(divide(rows, known, EVER, 150), new Set(), rows.slice(150), NOW);
    expect(grown).toEqual(cut(rows, NOW));
  });
});

describe("chooseSome", () => {
  const pieces = divide(
    rowsOf(Array.from({ length: 900 }, (_, index) => index)),
    cut(rowsOf(Array.from({ length: 900 }, (_, index) => index)), BEFORE),
    EVER,
    900,
  );

  it("takes all where they are few", () => {
    expect(chooseSome(pieces.slice(0, 3), 3, 17)).toEqual(pieces.slice(0, 3));
  });

  it("takes as many as it may, and each in some run", () => {
    const seen = new Set(pieces.flatMap((_, seed) => chooseSome(pieces, 2, seed)));
    expect(seen).toEqual(new Set(pieces));
    for (let seed = 0; seed < 20; seed++) {
      expect(new Set(chooseSome(pieces, 2, seed))).toHaveProperty("size", 2);
    }
  });
});
