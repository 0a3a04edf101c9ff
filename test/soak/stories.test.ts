/** A small slice of `npm run soak`, and that it sees what it is there to see. */
import { describe, expect, test } from "vitest";
import { playSeed } from "../../soak/stories.ts";
import { Tally } from "../../soak/tally.ts";
import { columnsOf } from "../../soak/truth.ts";
import { Warehouse } from "../../soak/warehouse.ts";
import { streamNamed } from "../support/organization.ts";
import { readLine } from "../support/tables.ts";

test("twelve stories end well", { timeout: 300_000 }, async () => {
  const tally = new Tally();
  const seeds = Array.from({ length: 12 }, (_, at) => at + 1);
  const problems: string[] = [];
  const play = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      for (const problem of await playSeed(seed, tally)) problems.push(`${seed}: ${problem}`);
    }
  };

  await Promise.all([play(), play(), play()]);

  expect(problems).toEqual([]);
  for (const group of ["faults", "kills", "changes"]) expect(tally.sum(group)).toBeGreaterThan(10);
  expect(Object.fromEntries(tally.of("rows")).compared).toBeGreaterThan(1_000);
});

describe("the warehouse", () => {
  const products = streamNamed("products");
  const schema = readLine(
    '{"type":"SCHEMA","stream":"products","schema":{"properties":{"id":{},"name":{},"_extra":{}}},"key_properties":["id"]}',
  );
  const record = (id: string, rest: string, version = 1) =>
    readLine(
      `{"type":"RECORD","stream":"products","version":${version},"record":{"id":"${id}"${rest}}}`,
    );
  const truth = new Map([
    ['["a"]', columnsOf(products, '{"id":"a","name":1.0}')],
    ['["b"]', columnsOf(products, '{"id":"b","name":2.0}')],
  ]);

  function differenceAfter(...lines: ReturnType<typeof record>[]) {
    const warehouse = new Warehouse();
    warehouse.load([schema, ...lines]);
    return warehouse.compare(products, truth);
  }

  test("finds nothing where all is as it is at the API", () => {
    const difference = differenceAfter(record("a", ',"name":1.0'), record("b", ',"name":2.0'));

    expect(difference).toEqual({ lost: [], wrong: [] });
  });

  test("finds a lost row, and a value that is only nearly the same", () => {
    expect(differenceAfter(record("a", ',"name":1'))).toEqual({
      lost: ['["b"]'],
      wrong: ['["a"] in name'],
    });
  });

  test("finds a missing value, and one that the tap did not know", () => {
    const { wrong } = differenceAfter(record("a", ""), record("b", ',"name":2.0,"_extra":{}'));

    expect(wrong).toEqual(['["a"] in name', '["b"] in _extra']);
  });

  test("finds a row that should have been deleted", () => {
    const activate = readLine('{"type":"ACTIVATE_VERSION","stream":"products","version":2}');
    const rows = [record("a", ',"name":1.0', 2), record("b", ',"name":2.0', 2)];

    expect(differenceAfter(record("c", ""), ...rows).wrong).toEqual([]);
    expect(differenceAfter(record("c", "", 2), ...rows, activate).wrong).toEqual([
      '["c"] is not deleted',
    ]);
  });
});
