import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdSet } from "../../../src/sync/sweep/id-set.ts";

const ZERO = "00000000-0000-0000-0000-000000000000";

/** Adds an id that stands somewhere in the middle of other bytes. */
function add(ids: IdSet, id: string): boolean {
  const bytes = Buffer.from(`"${id}"`);
  return ids.add(bytes, 1, bytes.length - 1);
}

/** Few hexadecimal digits, so that equal and nearly equal ids are common. */
const nearUuid = fc
  .tuple(fc.nat(35), fc.constantFrom(..."0123456789abcdefABCDEFg-"))
  .map(([at, digit]) => ZERO.slice(0, at) + digit + ZERO.slice(at + 1));

const id = fc.oneof(
  fc.uuid(),
  nearUuid,
  fc.constantFrom(ZERO, ZERO.replace("-0", "0-"), `${ZERO}0`, ZERO.slice(1), "", "1", "-1"),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
  fc.uuid().map((uuid) => uuid.replaceAll("-", "")),
  fc.string({ unit: "grapheme" }),
);

describe("IdSet", () => {
  it("is a set, whatever the ids look like", () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), (list) => {
        const ids = new IdSet();
        const reference = new Set<string>();
        for (const one of [...list, ...list]) {
          expect(add(ids, one)).toBe(!reference.has(one));
          reference.add(one);
          expect(ids.size).toBe(reference.size);
        }
      }),
    );
  });

  it("tells all UUIDs apart that differ in one digit", () => {
    const ids = new IdSet();
    const all = new Set([ZERO]);
    for (let at = 0; at < 36; at++) {
      if (ZERO[at] === "-") continue;
      for (const digit of "123456789abcdef")
        all.add(ZERO.slice(0, at) + digit + ZERO.slice(at + 1));
    }
    for (const one of all) expect(add(ids, one)).toBe(true);
    for (const one of all) expect(add(ids, one)).toBe(false);
    expect(ids.size).toBe(1 + 32 * 15);
  });

  it.each<[number, string, (index: number) => string]>([
    [50_000, "at random", () => randomUUID()],
    [200_000, "one after the other", (index) => `00000000-0000-4000-8000-${hex(index, 12)}`],
    [50_000, "counted at the front", (index) => `${hex(index, 8)}-0000-4000-8000-000000000000`],
    [50_000, "in time order", (index) => `01${hex(index, 6)}-${randomUUID().slice(9)}`],
  ])("holds %i UUIDs made %s", (count, _, make) => {
    const ids = new IdSet();
    const list = Array.from({ length: count }, (_, index) => Buffer.from(make(index)));
    let added = 0;
    for (const bytes of list) if (ids.add(bytes, 0, 36)) added++;
    expect(added).toBe(count);
    for (const bytes of list) if (ids.add(bytes, 0, 36)) added++;
    expect(added).toBe(count);
    expect(ids.size).toBe(count);
  });

  it("takes no more than 40 bytes for each", () => {
    const count = 200_000;
    const bytes = Buffer.alloc(36);
    const before = memoryInUse();
    const ids = new IdSet();
    for (let index = 0; index < count; index++) {
      bytes.write(randomUUID());
      ids.add(bytes, 0, 36);
    }
    expect(memoryInUse() - before).toBeLessThan(40 * count);
    expect(ids.size).toBe(count);
  });
});

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** Bytes that are still there after everything that nobody needs has gone. */
function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  // What one collection finds unused the next one has given back for certain.
  for (let round = 0; round < 3; round++) runInNewContext("gc")();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
