import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { catalogOf, catalogWith } from "../support/organization.ts";
import { recordsOf } from "../support/records.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, expectedRecords, simulate } from "../support/simulation.ts";

/** Runs the tap with this catalog on a short organization. */
async function sync(catalog: object | undefined) {
  const simulator = await simulate();
  const run = await runTap({ config: configFor(simulator), catalog });
  const schemas = messagesOf(run.lines).flatMap((message) =>
    message.type === "SCHEMA" ? [message] : [],
  );
  return { ...run, simulator, schemas, records: recordsOf(run.lines) };
}

const entryShape = z.looseObject({ schema: z.looseObject({ properties: z.looseObject({}) }) });

/** A stream's entry of the catalog, selected, with its schema open to changes. */
function entryOf(stream: string) {
  const [entry] = catalogOf(stream).streams.filter((one) => one.tap_stream_id === stream);
  if (!entry) throw new Error(`no stream ${stream}`);
  return { ...entry, ...entryShape.parse(entry) };
}

function metadataOf(...path: readonly string[]) {
  return (metadata: { inclusion?: string; selected?: boolean }) => ({
    breadcrumb: path.flatMap((name) => ["properties", name]),
    metadata,
  });
}

test("streams and columns: just these, and keys always", async () => {
  const catalog = catalogWith({ orders: ["created_at", "metadata"], refunds: true });

  const { simulator, schemas, records, exitCode } = await sync(catalog);

  expect(exitCode).toBe(0);
  expect(schemas.map(({ stream }) => stream)).toEqual(["orders", "refunds"]);
  const columns = ["id", "created_at", "metadata"];
  expect(Object.keys(schemas[0]?.schema.properties ?? {}).sort()).toEqual([...columns].sort());
  const orders = records.filter(({ stream }) => stream === "orders");
  expect(new Map(orders.map(({ id, text }) => [id, text]))).toEqual(
    expectedRecords(simulator, "orders", new Set(columns)),
  );
});

test("inside a column: what a nested breadcrumb deselects is neither in schema nor record", async () => {
  const entry = entryOf("orders");
  entry.metadata.push(metadataOf("customer", "email")({ selected: false }));
  entry.metadata.push(metadataOf("items", "items", "label")({ selected: false }));

  const { simulator, records, exitCode } = await sync({ streams: [entry] });

  expect(exitCode).toBe(0);
  const whole = expectedRecords(simulator, "orders", new Set(["customer"]));
  for (const { id, text } of records) {
    const { customer } = JSON.parse(text);
    const { customer: original } = JSON.parse(whole.get(id) ?? "");
    expect(customer).not.toHaveProperty("email");
    expect({ ...customer, email: original.email }).toEqual(original);
  }
  expect(records).toHaveLength(whole.size);
});

describe("columns that hold secrets", () => {
  test("are off by default", async () => {
    const { records, schemas } = await sync(catalogOf("checkouts"));

    expect(Object.keys(schemas[0]?.schema.properties ?? {})).not.toContain("client_secret");
    expect(records.some(({ text }) => text.includes('"client_secret"'))).toBe(false);
    expect(records).not.toHaveLength(0);
  });

  test("come when they are selected", async () => {
    const { simulator, records } = await sync(catalogWith({ checkouts: ["client_secret"] }));

    const expected = expectedRecords(
      simulator,
      "checkouts",
      new Set(["id", "created_at", "client_secret"]),
    );
    expect(new Map(records.map(({ id, text }) => [id, text]))).toEqual(expected);
  });
});

describe("shapes that other tools give a catalog", () => {
  test("selected at the stream's top level, without metadata", async () => {
    const { schema, tap_stream_id } = entryOf("products");
    const catalog = { streams: [{ tap_stream_id, schema, selected: true }] };

    const { schemas, records, stderr, exitCode } = await sync(catalog);

    expect(exitCode).toBe(0);
    expect(schemas.map(({ stream }) => stream)).toEqual(["products"]);
    expect(records).toHaveLength(6);
    expect(stderr).toContain("products: has no metadata");
  });

  test("Meltano: every breadcrumb answered, unknown ones automatic, the rest kept", async () => {
    const streams = catalogOf("customers").streams.map((stream) => ({
      ...stream,
      selected: stream.tap_stream_id === "customers",
      metadata: [
        ...stream.metadata.map(({ breadcrumb, metadata }) => ({
          breadcrumb,
          metadata: { ...metadata, selected: !["name", "email"].includes(breadcrumb[1] ?? "") },
        })),
        metadataOf("billing_address", "city")({ inclusion: "automatic", selected: true }),
        metadataOf("billing_address", "line1")({ inclusion: "automatic", selected: false }),
      ],
    }));
    for (const { tap_stream_id, metadata } of streams) {
      for (const entry of metadata) {
        if (entry.breadcrumb.length === 0) {
          Object.assign(entry.metadata, { selected: tap_stream_id === "customers" });
        }
      }
    }

    const { schemas, records, exitCode } = await sync({ streams });

    expect(exitCode).toBe(0);
    expect(schemas.map(({ stream }) => stream)).toEqual(["customers"]);
    const properties = Object.keys(schemas[0]?.schema.properties ?? {});
    expect(properties).not.toContain("email");
    expect(properties).toContain("tax_id");
    const addresses = records.map(({ text }) => JSON.parse(text).billing_address).filter(Boolean);
    expect(addresses).not.toHaveLength(0);
    for (const address of addresses) {
      expect(address).toHaveProperty("city");
      expect(address).not.toHaveProperty("line1");
    }
  });

  test("a stream that is absent is off; one that this tap does not know is told if deselected", async () => {
    const unknown = { tap_stream_id: "order", metadata: [metadataOf()({ selected: false })] };
    const catalog = { streams: [entryOf("refunds"), unknown] };

    const { schemas, stderr, exitCode } = await sync(catalog);

    expect(exitCode).toBe(0);
    expect(schemas.map(({ stream }) => stream)).toEqual(["refunds"]);
    expect(stderr).toMatch(/streams\.order: is no stream of this tap.*orders/);
  });
});

describe("overrides", () => {
  let entry: ReturnType<typeof entryOf>;
  beforeAll(() => {
    entry = entryOf("refunds");
  });

  test("of a property's schema", async () => {
    const { properties } = entry.schema;
    const schema = { ...entry.schema, properties: { ...properties, amount: { type: "number" } } };

    const { schemas } = await sync({ streams: [{ ...entry, schema }] });

    expect(schemas[0]?.schema.properties).toEqual({
      ...Object.fromEntries(Object.entries(properties)),
      amount: { type: ["null", "number"] },
    });
  });

  test("of the key", async () => {
    const { schemas } = await sync({ streams: [{ ...entry, key_properties: ["id", "order_id"] }] });

    expect(schemas[0]?.key_properties).toEqual(["id", "order_id"]);
  });

  test("of the replication: what is not possible is told before any request", async () => {
    const replicated = { ...entryOf("benefits"), replication_method: "INCREMENTAL" };

    const { exitCode, stderr, simulator, lines } = await sync({ streams: [replicated] });

    expect({ exitCode, lines }).toEqual({ exitCode: 2, lines: [] });
    expect(stderr).toMatch(/streams\.benefits: replication_method: INCREMENTAL is not possible/);
    expect(simulator.requests).toEqual([]);
  });
});

test("properties that the tap does not know are kept in _extra, and named but once", async () => {
  const simulator = await simulate();
  for (const { id } of simulator.rows("customers")) {
    simulator.update("customers", id, { surprise: "EXAMPLE_SECRET", email_verified: "maybe" });
  }

  const config = configFor(simulator);
  const { lines, stderr } = await runTap({ config, catalog: catalogOf("customers") });

  const records = recordsOf(lines).map(({ text }) => JSON.parse(text));
  expect(records).toHaveLength(25);
  for (const { _extra, ...rest } of records) {
    expect(_extra).toEqual({ surprise: "EXAMPLE_SECRET", email_verified: "maybe" });
    expect(rest).not.toHaveProperty("email_verified");
  }
  expect(stderr.match(/customers\.surprise is not known/g)).toHaveLength(1);
  expect(stderr.match(/customers\.email_verified has a value of another type/g)).toHaveLength(1);
});
