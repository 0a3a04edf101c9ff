import { Ajv } from "ajv";
import formats from "ajv-formats";
import { beforeAll, describe, expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { streams } from "../../src/streams/index.ts";
import { FEED_BOOKMARK } from "../../src/sync/bookmarks/feed-bookmark.ts";
import {
  catalogOf,
  catalogWith,
  daysBetween,
  type JsonRow,
  keysOf,
  keyText,
  recordsByStream,
  requestsOf,
  tableRows,
} from "../support/organization.ts";
import {
  lastStateOf,
  messagesOf,
  runIntoTarget,
  runTap,
  type TapInput,
} from "../support/run-tap.ts";
import { configFor, requestCount, simulate } from "../support/simulation.ts";
import type { SchemaMessage } from "../support/singer-messages.ts";

const names = streams.map(({ name }) => name);
const frozenAt = "2026-11-01T12:00:00.000Z";
/** Before the oldest row; without it there would be three more years of empty figures. */
const startDate = "2025-07-01";
const days = daysBetween(startDate, "2026-11-01");

/** Above 100 where it takes no time, so that ties cross the border of a page. */
const sizes = {
  customers: 130,
  products: 9,
  orders: 140,
  subscriptions: 120,
  refunds: 30,
  checkouts: 115,
  benefits: 21,
  members: 150,
  events: 420,
  webhook_deliveries: 250,
  payments: 130,
  benefit_grants: 210,
};

function inputFor(simulator: Simulator, settings: object = {}): TapInput {
  const config = configFor(simulator, { start_date: startDate, ...settings });
  return { config, catalog: catalogOf(...names), frozenAt };
}

/** The SCHEMA of each stream. */
function schemasOf(lines: readonly string[]): Map<string, SchemaMessage> {
  const found = new Map<string, SchemaMessage>();
  for (const message of messagesOf(lines)) {
    if (message.type === "SCHEMA") found.set(message.stream, message);
  }
  return found;
}

/** A run whose simulator is gone by the time the tests look at it. */
interface Run {
  readonly lines: readonly string[];
  readonly exitCode: number | undefined;
  readonly requests: number;
  readonly records: ReadonlyMap<string, JsonRow[]>;
  readonly schemas: ReadonlyMap<string, SchemaMessage>;
}

async function sync(simulator: Simulator, catalog: object): Promise<Run> {
  const { lines, exitCode } = await runTap({ ...inputFor(simulator), catalog });
  const requests = requestCount(simulator);
  return { lines, exitCode, requests, records: recordsByStream(lines), schemas: schemasOf(lines) };
}

describe("all streams together", () => {
  /** The columns that are on by default, with ties that change places. */
  let whole: Run;
  const expected = new Map<string, string[]>();
  /** Every column, with ties that keep still. */
  let everyColumn: Run;
  let fewestRequests = 0;

  beforeAll(async () => {
    const simulator = await simulate({ sizes });
    whole = await sync(simulator, catalogOf(...names));
    for (const name of names) expected.set(name, await keysOf(simulator, name, days));

    const still = await simulate({ sizes, ties: "stable" });
    const allColumns = streams.map(
      ({ name, properties }) => [name, [...Object.keys(properties), "_extra"]] as const,
    );
    everyColumn = await sync(still, catalogWith(Object.fromEntries(allColumns)));
    // A range has 366 days at most, so 489 days make two.
    for (const name of names) fewestRequests += requestsOf(still, name, 2);
  });

  test("are complete, and all stand in the last state", () => {
    expect(whole.exitCode).toBe(0);
    expect(everyColumn.exitCode).toBe(0);
    const bookmarks = Object.keys(lastStateOf(whole.lines)?.bookmarks ?? {});
    expect(bookmarks.sort()).toEqual([...names, FEED_BOOKMARK].sort());
  });

  /**
   * With ties that keep still no list has to be read twice, so that the fewest is also the most:
   * each page of each list once, one request for each parent, and the ranges of the figures. Nothing
   * comes on top: the first call, made alone, is a page of the first stream, and no parents' list is
   * read for its own sake, since all of them are selected. One request to each of the two sources of
   * changes tells from where on the next sync has to hear them.
   */
  test("take as many requests as there are pages and parents", () => {
    expect(fewestRequests).toBeGreaterThan(300);
    expect(everyColumn.requests).toBe(fewestRequests + 2);
  });

  describe.each(streams)("$name", (stream) => {
    const { name } = stream;

    test("has every row once", () => {
      const keys = expected.get(name) ?? [];
      expect(keys.length).toBeGreaterThan(0);
      expect(new Set(keys).size).toBe(keys.length);
      const written = (whole.records.get(name) ?? []).map((record) => keyText(stream, record));
      expect(written.sort()).toEqual(keys);
    });

    test("announces its default columns, its key, and sends nothing else", () => {
      const schema = whole.schemas.get(name);
      const { properties } = stream;
      const visible = Object.keys(properties).filter((column) => !properties[column]?.hidden);
      const announced = Object.keys(schema?.schema.properties ?? {});
      expect(announced.toSorted()).toEqual([...visible, "_extra"].sort());
      expect(schema?.key_properties).toEqual(stream.primaryKey);
      const sent = new Set(
        (whole.records.get(name) ?? []).flatMap((record) => Object.keys(record)),
      );
      expect([...sent].filter((column) => !announced.includes(column))).toEqual([]);
    });

    test("has records that fit its schema, with nothing unknown", () => {
      const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
      formats.default(ajv);
      for (const { schemas, records } of [whole, everyColumn]) {
        const validate = ajv.compile(schemas.get(name)?.schema ?? false);
        const all = records.get(name) ?? [];
        const mistakes = all.flatMap((record) =>
          validate(record) ? [] : [ajv.errorsText(validate.errors)],
        );
        expect(mistakes).toEqual([]);
        expect(all.filter((record) => "_extra" in record)).toEqual([]);
        expect(all).not.toHaveLength(0);
      }
    });

    test("sends hidden columns when they are selected", () => {
      const { properties } = stream;
      const hidden = Object.keys(properties).filter((column) => properties[column]?.hidden);
      const sent = new Set(everyColumn.records.get(name)?.flatMap((record) => Object.keys(record)));
      expect(hidden.filter((column) => !sent.has(column))).toEqual([]);
    });
  });
});

/** For runs about something else. */
const few = {
  members: 20,
  payments: 20,
  license_keys: 20,
  benefit_grants: 20,
  events: 120,
  webhook_deliveries: 40,
};

test("arrive in a target", async () => {
  const simulator = await simulate({ sizes: few });

  const { tap, target } = await runIntoTarget(inputFor(simulator));

  expect(tap.exitCode).toBe(0);
  expect(target).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await target.rows("events")).toHaveLength(tableRows(simulator, "events").length);
});

test("are written the same, whatever the concurrency", async () => {
  const outputs: string[] = [];
  for (const concurrency of [1, 16]) {
    const simulator = await simulate({ sizes: few });
    const input = inputFor(simulator, { concurrency, start_date: "2026-06-01" });
    const { lines, exitCode } = await runTap(input);
    expect(exitCode).toBe(0);
    outputs.push(lines.join("\n"));
  }

  expect(outputs[1]).toBe(outputs[0]);
  expect(outputs[0]).toContain('"stream":"license_key_activations"');
});
