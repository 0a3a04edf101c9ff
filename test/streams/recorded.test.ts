/** What a real server sent goes through the declarations without a rest. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Property, Source, Stream } from "../../src/streams/define.ts";
import { streams } from "../../src/streams/index.ts";

const row = z.record(z.string(), z.unknown());
type Row = z.infer<typeof row>;

const folder = new URL("../fixtures/recorded/", import.meta.url);
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/;

/** Recorded answers that hold no rows of a stream. */
const NOT_ROWS = [
  "benefit-id-grants", // the same grants as benefit_grants, by another path
  "customer-state", // a summary, made of rows of other streams
  "events-names", // a part of event_types
  "limit-1000", // a note about an answer, not the answer
  "metrics-limits", // the spans that metrics accepts
];

/** Streams without a recorded row. */
const NOT_RECORDED = [
  "discount_products", // the discounts recorded are for all products
  "benefit_files", // no answer was recorded
  "metric_dashboards", // no answer was recorded
];

interface Recording {
  readonly name: string;
  readonly path: string;
  readonly body: unknown;
}

/** All recorded answers of status 200. */
function recordings(): Recording[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".headers"))
    .map((file) => file.replace(/\.headers$/, ""))
    .filter((name) => !NOT_ROWS.includes(name))
    .flatMap((name) => {
      const headers = readFileSync(new URL(`${name}.headers`, folder), "utf8");
      const [, path = ""] = /^# GET ([^?\s]+)/.exec(headers) ?? [];
      if (!/^HTTP\/1\.1 200 /m.test(headers)) return [];
      const body: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
      return [{ name, path, body }];
    });
}

function matches(path: string, pattern: string): boolean {
  return new RegExp(`^${pattern.replace("{id}", UUID)}$`).test(path);
}

/** Whether a stream reads its rows from within the single rows of this path. */
function hasChildren(path: string): boolean {
  return streams.some(
    ({ source }) =>
      source.kind === "children" && source.parents.some((parent) => matches(path, parent.path)),
  );
}

/** The rows that an answer to the source's own request holds; undefined for another's answer. */
function ownRows(source: Source, { path, body }: Recording): unknown {
  const answers = (pattern: string) => matches(path, pattern);
  const at = (name: string) => row.parse(body)[name];
  switch (source.kind) {
    case "list":
    case "windows":
      // The path with an id answers a single row, if it is not one with children.
      if (answers(`${source.path.replace(/\/$/, "")}/{id}`) && !hasChildren(path)) return [body];
      return answers(source.path) ? at("items") : undefined;
    case "children":
      return source.parents.some((parent) => answers(parent.path)) ? at(source.rowsAt) : undefined;
    case "periods":
      return answers(source.path) ? at(source.rowsAt) : undefined;
    case "array":
      return answers(source.path) ? body : undefined;
    case "nested":
      return undefined;
  }
}

/** The rows that an answer holds for a stream, nested ones too. */
function rowsOf({ source }: Stream, recording: Recording): Row[] | undefined {
  if (source.kind !== "nested") {
    const found = ownRows(source, recording);
    return found === undefined ? undefined : z.array(row).parse(found);
  }
  const parent = streams.find((stream) => stream.name === source.parent);
  const parents = parent === undefined ? undefined : rowsOf(parent, recording);
  return parents?.flatMap((each) => z.array(row).parse(each[source.array]));
}

const schemas = {
  string: z.string(),
  integer: z.number().refine(Number.isInteger),
  number: z.number(),
  boolean: z.boolean(),
  object: row,
  array: z.array(z.unknown()),
};

/** Why a value does not fit its column; undefined if it fits. */
function misfit(value: unknown, declared: Property | undefined): string | undefined {
  if (declared === undefined) return "is not declared";
  if (value === null) return undefined;
  if (!schemas[declared.type].safeParse(value).success) return `is no ${declared.type}`;
  if (declared.format === "date-time" && !INSTANT.test(String(value))) return "is no timestamp";
  return undefined;
}

/** The item's own properties that no column takes, with those whose type is another one. */
function misfits({ properties, source }: Stream, item: Row): string[] {
  if (source.kind === "nested" && source.linksOnly === true) return [];
  return Object.entries(item).flatMap(([name, value]) => {
    const reason = misfit(value, properties[name]);
    return reason === undefined ? [] : [`${name} ${reason}`];
  });
}

const recorded = recordings();

describe.each(recorded.map((recording) => [recording.name, recording] as const))(
  "%s",
  (_, recording) => {
    const readers = streams.filter((stream) => rowsOf(stream, recording) !== undefined);

    it("belongs to a stream", () => {
      expect(readers).not.toEqual([]);
    });

    it("has only declared properties, with their types and keys", () => {
      for (const stream of readers) {
        for (const item of rowsOf(stream, recording) ?? []) {
          expect(misfits(stream, item), stream.name).toEqual([]);
          for (const column of stream.primaryKey) {
            if (stream.properties[column]?.origin === undefined) {
              expect(item[column], `${stream.name}.${column}`).toEqual(expect.any(String));
            }
          }
        }
      }
    });
  },
);

it("covers every stream", () => {
  const covered = streams.filter((stream) =>
    recorded.some((recording) => (rowsOf(stream, recording) ?? []).length > 0),
  );
  expect(streams.filter((stream) => !covered.includes(stream)).map(({ name }) => name)).toEqual(
    NOT_RECORDED,
  );
});
