/** What a record looks like when the catalog or a setting wants other columns than discovery says. */
import { describe, expect, test } from "vitest";
import { objectOf, propertiesOf, Raw } from "../../simulator/json.ts";
import { streams } from "../../src/streams/index.ts";
import { fakeApi, listAnswer } from "../support/fake-api.ts";
import { catalogOf } from "../support/organization.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, simulate } from "../support/simulation.ts";
import { memberText } from "../support/target-jsonl/member-text.ts";

const frozenAt = "2026-08-20T12:00:00.000Z";

const schemasOf = (lines: readonly string[]) =>
  messagesOf(lines).flatMap((message) => (message.type === "SCHEMA" ? [message] : []));

/** The catalog of one stream, with the entry changed. */
function changed(name: string, change: (entry: Entry) => void) {
  const [entry] = catalogOf(name).streams.filter((one) => one.tap_stream_id === name);
  const copy = JSON.parse(JSON.stringify(entry));
  change(copy);
  return { streams: [copy] };
}

interface Entry {
  schema: { properties: Record<string, object> };
  metadata: { breadcrumb: string[] }[];
}

/** Lines of the log that warn. */
const warningsIn = (stderr: string) => stderr.split("\n").filter((line) => / WARNING /.test(line));

test("json_columns text: every column in every record, in order; objects and arrays as their JSON", async () => {
  const sizes = { customers: 30, orders: 40, subscriptions: 30, events: 40 };
  const simulator = await simulate({ seed: 3, sizes, ties: "stable" });
  const input = { catalog: catalogOf(...streams.map(({ name }) => name)), frozenAt };
  const config = configFor(simulator, { start_date: "2026-07-20" });

  const native = await runTap({ ...input, config });
  const text = await runTap({ ...input, config: { ...config, json_columns: "text" } });

  expect([native.exitCode, text.exitCode]).toEqual([0, 0]);
  const schemas = new Map(schemasOf(text.lines).map((schema) => [schema.stream, schema.schema]));
  expect(JSON.stringify([...schemas.values()])).not.toMatch(/"type":\["null","(object|array)"\]/);
  const declared = new Map(
    schemasOf(native.lines).map(({ stream, schema }) => [stream, schema.properties]),
  );
  const expected = recordsIn(native.lines).map(({ stream, text: record }) => {
    const members = propertiesOf(record);
    const columns = Object.entries(declared.get(stream) ?? {}).map(([name, column]) => {
      const value = members.get(name)?.text ?? "null";
      const isJson = value !== "null" && /object|array/.test(JSON.stringify(column));
      return [name, new Raw(isJson ? JSON.stringify(value) : value)] as const;
    });
    return { stream, text: objectOf(new Map(columns)) };
  });
  expect(expected.length).toBeGreaterThan(500);
  expect(recordsIn(text.lines)).toEqual(expected);
});

describe("types that the catalog overrides", () => {
  test("anything becomes text, and an integer a number", async () => {
    const simulator = await simulate({ seed: 3, sizes: { orders: 30 }, ties: "stable" });
    const text = { type: ["string", "null"] };
    const number = { anyOf: [{ type: "number" }, { type: "null" }] };
    const catalog = changed("orders", ({ schema }) => {
      const { properties } = schema;
      Object.assign(properties, { metadata: text, items: text, paid: text, tax_amount: text });
      Object.assign(properties, { net_amount: number });
    });
    const config = configFor(simulator);

    const native = await runTap({ config, catalog: catalogOf("orders") });
    const run = await runTap({ config, catalog });

    expect(run.exitCode, run.stderr).toBe(0);
    expect(schemasOf(run.lines)[0]?.schema.properties).toMatchObject({
      metadata: text,
      net_amount: number,
    });
    const asText = ["metadata", "items", "paid", "tax_amount"];
    const expected = recordsIn(native.lines).map(({ stream, text: record }) => {
      const members = [...propertiesOf(record)].map(([name, { text: value }]) => {
        const isText = asText.includes(name) && value !== "null";
        return [name, new Raw(isText ? JSON.stringify(value) : value)] as const;
      });
      return { stream, text: objectOf(new Map(members)) };
    });
    expect(recordsIn(run.lines)).toEqual(expected);
    expect(expected.some(({ text: record }) => record.includes('"tax_amount":"'))).toBe(true);
  });

  test("what can't be had ends the run before the first request", async () => {
    const simulator = await simulate();
    const catalog = changed("orders", ({ schema }) => {
      schema.properties.metadata = { type: ["null", "integer"] };
      schema.properties.number = { type: ["null", "object"] };
    });

    const { exitCode, lines, stderr } = await runTap({ config: configFor(simulator), catalog });

    expect({ exitCode, lines, requests: simulator.requests }).toEqual({
      exitCode: 2,
      lines: [],
      requests: [],
    });
    expect(stderr).toMatch(/streams\.orders: metadata: holds object, which its schema must take/);
  });
});

describe("a catalog that is older than the tap", () => {
  const settings = { access_token: "polar_oat_Zx81TestOnly" };
  const lacks =
    (...columns: string[]) =>
    (entry: Entry) => {
      for (const column of columns) delete entry.schema.properties[column];
      entry.metadata = entry.metadata.filter(
        ({ breadcrumb }) => !columns.includes(breadcrumb[1] ?? ""),
      );
    };
  const row = { id: "a", created_at: "2026-05-01T00:00:00Z" };

  test("what it lacks stays in _extra, with one warning", async () => {
    const customer = { ...row, external_id: "ext-1", locale: "sv", brand_new: { a: 1 } };
    const api = await fakeApi(() => listAnswer([customer, { ...customer, id: "b" }]));
    const config = { ...settings, api_url: api.url };

    const run = await runTap({
      config,
      catalog: changed("customers", lacks("external_id", "locale")),
    });

    expect(run.exitCode).toBe(0);
    const { external_id, locale, brand_new } = customer;
    expect(recordsIn(run.lines).map(({ text }) => JSON.parse(text)._extra)).toEqual(
      [customer, customer].map(() => ({ external_id, locale, brand_new })),
    );
    const lacking = warningsIn(run.stderr).filter((line) => line.includes("--discover"));
    expect(lacking).toHaveLength(1);
    expect(lacking[0]).toContain(
      "customers: the catalog lacks external_id, locale; run --discover",
    );
  });

  test("what is secret inside of that stays out, and so does what is secret as a whole", async () => {
    const properties = { guild_id: "1", guild_token: "EXAMPLE_SECRET" };
    const api = await fakeApi(({ path }) =>
      listAnswer([
        path === "/v1/benefits/"
          ? { ...row, properties }
          : { ...row, client_secret: "EXAMPLE_SECRET" },
      ]),
    );
    const config = { ...settings, api_url: api.url };
    const streams = [
      ...changed("benefits", lacks("properties")).streams,
      ...changed("checkouts", lacks("client_secret")).streams,
    ];

    const { lines, exitCode } = await runTap({ config, catalog: { streams } });

    expect(exitCode).toBe(0);
    const records = recordsIn(lines).map(({ text }) => JSON.parse(text)._extra);
    expect(records).toEqual(expect.arrayContaining([{ properties: { guild_id: "1" } }, undefined]));
    expect(lines.join("\n")).not.toContain("EXAMPLE_SECRET");
  });
});

test("a column that no row has any more is told of once", async () => {
  const page = { id: "a", created_at: "2026-05-01T00:00:00Z", email: null };
  const api = await fakeApi(() => listAnswer([page, { ...page, id: "b", name: "n" }]));
  const config = { access_token: "polar_oat_Zx81TestOnly", api_url: api.url };
  const catalog = changed("customers", ({ schema, metadata }) => {
    const kept = ["id", "created_at", "email", "name", "locale"];
    for (const column of Object.keys(schema.properties)) {
      if (!kept.includes(column)) delete schema.properties[column];
    }
    expect(metadata.length).toBeGreaterThan(kept.length);
  });

  const run = await runTap({ config, catalog });

  expect(run.exitCode).toBe(0);
  const gone = warningsIn(run.stderr).filter((line) => line.includes("no row has"));
  expect(gone).toHaveLength(1);
  expect(gone[0]).toContain("customers: no row has locale, and a target empties such a column.");
});

/** The records of a run, as text. */
function recordsIn(lines: readonly string[]): { stream: string; text: string }[] {
  return lines
    .filter((line) => line.startsWith('{"type":"RECORD"'))
    .map((line) => {
      const text = memberText(Buffer.from(line), "record")?.text.toString() ?? "";
      return { stream: /"stream":"(\w+)"/.exec(line)?.[1] ?? "", text };
    });
}
