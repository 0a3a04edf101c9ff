import { describe, expect, it } from "vitest";
import { UserInputError } from "../../src/shared/errors.ts";
import type { Catalog, CatalogStream } from "../../src/singer/catalog.ts";
import type { JsonColumns } from "../../src/singer/selected-columns.ts";
import { selectStreams } from "../../src/singer/selection.ts";
import { discover, metadataOf } from "./streams.ts";

function selectFrom(catalog: Catalog | undefined, jsonColumns?: JsonColumns) {
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  const streams = selectStreams(catalog, discover(), "catalog.json", warn, jsonColumns);
  return { streams, warnings, names: streams.map(({ stream }) => stream) };
}

/** What is selected after the user changed the entries of the discovered catalog. */
function select(change: (orders: CatalogStream, events: CatalogStream) => void) {
  const catalog = discover();
  const [orders, events] = catalog.streams;
  if (orders === undefined || events === undefined) throw new Error("two streams are discovered");
  change(orders, events);
  return selectFrom(catalog);
}

function mistakesIn(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof UserInputError) return error.mistakes;
    throw error;
  }
  return [];
}

const columnsOf = ({ streams }: ReturnType<typeof select>) => [...(streams[0]?.columns ?? [])];

describe("streams", () => {
  it("are the default ones without a catalog", () => {
    const { names, warnings } = selectFrom(undefined);
    expect(names).toEqual(["orders"]);
    expect(warnings).toEqual([]);
  });

  it("are the same with the catalog as discovered", () => {
    expect(selectFrom(discover())).toEqual(selectFrom(undefined));
  });

  it("that are there twice are told of, and the last one counts", () => {
    const [orders, events] = discover().streams;
    if (orders === undefined || events === undefined) throw new Error("two streams are discovered");
    const off = { ...orders, metadata: [{ breadcrumb: [], metadata: { selected: false } }] };
    const { names, warnings } = selectFrom({ streams: [off, events, orders, orders] });
    expect(names).toEqual(["orders"]);
    expect(warnings).toEqual([
      "catalog.json: streams.orders: is there more than once; only the last entry counts",
    ]);
  });

  it("are switched by metadata", () => {
    const { names, warnings } = select((orders, events) => {
      metadataOf(orders).selected = false;
      metadataOf(events).selected = true;
    });
    expect(names).toEqual(["events"]);
    expect(warnings).toEqual([]);
  });

  it("are switched by `selected` at their top, where metadata does not say it", () => {
    expect(
      select((orders, events) => {
        orders.selected = false;
        events.selected = true;
      }).names,
    ).toEqual(["events"]);
    expect(
      select((orders, events) => {
        orders.selected = false;
        metadataOf(orders).selected = true;
        events.selected = true;
        metadataOf(events).selected = false;
      }).names,
    ).toEqual(["orders"]);
  });

  it("are off when the catalog lacks them", () => {
    const catalog = discover();
    expect(selectFrom({ streams: catalog.streams.slice(0, 1) }).names).toEqual(["orders"]);
  });

  it("come in the order of discovery, not of the catalog", () => {
    const catalog = discover();
    for (const stream of catalog.streams) stream.selected = true;
    const reversed = { streams: catalog.streams.toReversed() };
    expect(selectFrom(reversed).names).toEqual(["orders", "events"]);
  });

  it("that do not exist are a mistake when selected, with the nearest name", () => {
    const mistakes = mistakesIn(() =>
      select((orders) => {
        orders.tap_stream_id = "order";
      }),
    );
    expect(mistakes).toEqual([
      'catalog.json: streams.order: is no stream of this tap; did you mean "orders"?',
    ]);
  });

  it("that do not exist are a warning when deselected", () => {
    const catalog = discover();
    catalog.streams.push({ tap_stream_id: "gone", selected: false });
    expect(selectFrom(catalog).warnings).toEqual([
      "catalog.json: streams.gone: is no stream of this tap; make the catalog anew with --discover",
    ]);
  });

  it("without metadata are selected as the SDK does it, with a warning", () => {
    const selection = select((orders) => {
      orders.metadata = [];
    });
    expect(columnsOf(selection)).toContain("client_secret");
    expect(selection.warnings).toEqual([
      "catalog.json: streams.orders: has no metadata, and is selected",
      "catalog.json: streams.orders: has no metadata for columns that are off by default, and so selects client_secret",
    ]);
  });

  it("with nothing but their name and a choice get the default columns", () => {
    const selection = selectFrom({ streams: [{ tap_stream_id: "events", selected: true }] });
    expect(selection.names).toEqual(["events"]);
    expect(columnsOf(selection).toSorted()).toEqual(["amount", "created_at", "customer", "id"]);
    expect(selection.streams[0]?.schema.properties).toHaveProperty("amount");
  });

  it("whose own metadata is missing among that of columns are off, with a warning", () => {
    const { names, warnings } = select((orders, events) => {
      orders.metadata = (orders.metadata ?? []).slice(1);
      metadataOf(events).selected = true;
    });
    expect(names).toEqual(["events"]);
    expect(warnings).toEqual([
      "catalog.json: streams.orders: has no metadata for the stream itself (an empty breadcrumb), and is not selected",
    ]);
  });

  it("none at all is a mistake", () => {
    const nothing = [
      'catalog.json: selects no stream; put "selected": true into the metadata of at least one',
    ];
    expect(mistakesIn(() => selectFrom({ streams: [] }))).toEqual(nothing);
    expect(
      mistakesIn(() =>
        select((orders) => {
          metadataOf(orders).selected = false;
        }),
      ),
    ).toEqual(nothing);
  });
});

describe("columns", () => {
  it("are the default ones, and only those are in the schema", () => {
    const selection = selectFrom(undefined);
    expect(columnsOf(selection).toSorted()).toEqual(["amount", "created_at", "customer", "id"]);
    const properties = selection.streams[0]?.schema.properties ?? {};
    expect(Object.keys(properties)).toEqual(["id", "created_at", "amount", "customer"]);
  });

  it("are switched by metadata; the key can't be", () => {
    const selection = select((orders) => {
      metadataOf(orders, "id").selected = false;
      metadataOf(orders, "amount").selected = false;
      metadataOf(orders, "client_secret").selected = true;
    });
    expect(columnsOf(selection).toSorted()).toEqual([
      "client_secret",
      "created_at",
      "customer",
      "id",
    ]);
  });

  it("that are off by default come without a warning when they are asked for", () => {
    const { warnings } = select((orders) => {
      metadataOf(orders, "client_secret").selected = true;
    });
    expect(warnings).toEqual([]);
  });

  it("that are off are not required, whatever else stands among those that are", () => {
    const schema = { properties: { id: { type: "string" }, amount: { type: "integer" } } };
    const odd: unknown = { ...schema, required: ["id", "amount"] };
    const { streams } = select((orders) => {
      Object.assign(orders, { schema: odd });
      metadataOf(orders, "amount").selected = false;
    });
    expect(streams[0]?.schema.required).toEqual(["id"]);
  });

  it("of the key are on even when the catalog hides or lacks them", () => {
    const selection = select((orders) => {
      metadataOf(orders, "id").inclusion = "unsupported";
      delete orders.schema?.properties.id;
    });
    expect(columnsOf(selection)).toContain("id");
    expect(selection.streams[0]?.schema.properties).toHaveProperty("id", {
      type: ["string"],
      description: "Key.",
    });
  });

  it("that are unsupported are off, selected or not", () => {
    const selection = select((orders) => {
      metadataOf(orders, "amount").inclusion = "unsupported";
      metadataOf(orders, "amount").selected = true;
    });
    expect(columnsOf(selection)).not.toContain("amount");
  });

  it("that are automatic by the catalog are on", () => {
    const selection = select((orders) => {
      Object.assign(metadataOf(orders, "amount"), { inclusion: "automatic", selected: false });
    });
    expect(columnsOf(selection)).toContain("amount");
  });

  it("that do not exist are told of and left out", () => {
    const selection = select((orders) => {
      const metadata = { selected: true };
      orders.metadata?.push({ breadcrumb: ["properties", "amounts"], metadata });
      if (orders.schema) orders.schema.properties.renamed = { type: ["null", "string"] };
    });
    expect(columnsOf(selection)).not.toContain("renamed");
    expect(selection.streams[0]?.schema.properties).not.toHaveProperty("renamed");
    expect(selection.warnings).toEqual([
      "catalog.json: streams.orders: renamed: is selected, but no column of this stream, and is left out",
      'catalog.json: streams.orders: amounts: is selected, but no column of this stream, and is left out; did you mean "amount"?',
    ]);
  });

  it("asked for that the catalog's schema lacks are told of; it replaces ours", () => {
    const selection = select((orders) => {
      delete orders.schema?.properties.amount;
      delete orders.schema?.properties.customer;
      metadataOf(orders, "amount").selected = true;
    });
    expect(columnsOf(selection).toSorted()).toEqual(["created_at", "id"]);
    expect(selection.warnings).toEqual([
      "catalog.json: streams.orders: amount: is selected, but missing from the schema, and is left out",
    ]);
  });

  it("have the catalog's schema", () => {
    const type = { type: ["null", "string"], maxLength: 5 };
    const { streams } = select((orders) => {
      if (orders.schema) orders.schema.properties.amount = type;
    });
    expect(streams[0]?.schema).toMatchObject({ type: "object", properties: { amount: type } });
    expect(streams[0]?.schema.required).toEqual(["id"]);
  });
});

/** What is selected when the user's catalog has this schema for a column of the orders. */
function selectWith(column: string, schema: Record<string, unknown>, jsonColumns?: JsonColumns) {
  const catalog = discover();
  const [orders] = catalog.streams;
  if (!orders?.schema) throw new Error("orders have a schema");
  orders.schema.properties[column] = schema;
  return selectFrom(catalog, jsonColumns);
}

describe("columns that the catalog lacks", () => {
  const without = (...columns: string[]) =>
    select((orders) => {
      for (const column of columns) {
        delete orders.schema?.properties[column];
        orders.metadata = orders.metadata?.filter(({ breadcrumb }) => breadcrumb[1] !== column);
      }
    });

  it("are told of in one line, and known as such", () => {
    const { streams, warnings } = without("customer", "amount");
    expect([...(streams[0]?.unlistedColumns ?? [])]).toEqual(["amount", "customer"]);
    expect([...(streams[0]?.columns ?? [])]).toEqual(["id", "created_at"]);
    expect(warnings).toEqual([
      "catalog.json: streams.orders: the catalog lacks amount, customer; run --discover to have them as columns",
    ]);
  });

  it("are none of those that are off by default, or of the key", () => {
    const { streams, warnings } = without("client_secret", "id");
    expect(streams[0]?.unlistedColumns).toEqual(new Set());
    expect(streams[0]?.columns).toContain("id");
    expect(warnings).toEqual([]);
  });

  it("are none that the catalog deselects", () => {
    const { streams, warnings } = select((orders) => {
      delete orders.schema?.properties.amount;
      metadataOf(orders, "amount").selected = false;
    });
    expect(streams[0]?.unlistedColumns).toEqual(new Set());
    expect(warnings).toEqual([]);
  });
});

describe("types that the catalog overrides", () => {
  it("are had where they can be: anything as text, an integer as a number", () => {
    const text = { type: ["null", "string"] };
    const object = selectWith("customer", text);
    expect(object.streams[0]?.schema.properties).toMatchObject({ customer: text });
    expect([...(object.streams[0]?.textColumns ?? [])]).toEqual(["customer"]);
    const number = selectWith("amount", { type: ["null", "number"] });
    expect(number.streams[0]?.textColumns).toEqual(new Set());
    expect([...object.warnings, ...number.warnings]).toEqual([]);
  });

  it("are mistakes where they can't", () => {
    expect(mistakesIn(() => selectWith("customer", { type: ["null", "array"] }))).toEqual([
      "catalog.json: streams.orders: customer: holds object, which its schema must take, or any string",
    ]);
    expect(mistakesIn(() => selectWith("id", { type: ["integer"] }))).toEqual([
      "catalog.json: streams.orders: id: holds string, which its schema must take, or any string",
    ]);
  });

  it("do not matter where the column is off", () => {
    const catalog = discover();
    const [orders] = catalog.streams;
    if (orders?.schema) orders.schema.properties.customer = { type: "integer" };
    metadataOf(orders, "customer").selected = false;
    expect(selectFrom(catalog).names).toEqual(["orders"]);
  });

  it("take null, but for the key: Polar sends it", () => {
    const { streams, warnings } = selectWith("customer", { type: "string" });
    expect(streams[0]?.schema.properties).toMatchObject({
      id: { type: ["string"] },
      customer: { type: ["null", "string"] },
    });
    expect(warnings).toEqual([
      "catalog.json: streams.orders: customer: may be null, which its schema does not take; the SCHEMA says so",
    ]);
  });
});

describe("JSON as text", () => {
  it("makes strings of all columns of objects and arrays, and has every column in every record", () => {
    const [native] = selectFrom(undefined).streams;
    const [text] = selectFrom(undefined, "text").streams;
    expect(native?.everyColumn).toBe(false);
    expect(text?.everyColumn).toBe(true);
    expect([...(text?.textColumns ?? [])]).toEqual(["customer"]);
    expect(text?.schema).toEqual({
      ...native?.schema,
      properties: { ...Object(native?.schema.properties), customer: { type: ["null", "string"] } },
    });
    expect([...(text?.columns ?? [])]).toEqual(Object.keys(Object(text?.schema.properties)));
  });

  it("leaves a catalog's own string as it is, and overrides its object", () => {
    const own = { type: ["null", "string"], maxLength: 9 };
    expect(selectWith("customer", own, "text").streams[0]?.schema.properties).toMatchObject({
      customer: own,
    });
    const object = { type: ["null", "object"], properties: {}, description: "Buyer." };
    const { streams } = selectWith("customer", object, "text");
    expect(Object(streams[0]?.schema.properties).customer).toEqual({
      type: ["null", "string"],
      description: "Buyer.",
    });
  });
});

describe("what is inside a column", () => {
  /** As Meltano writes it for `!orders.customer.email`: a breadcrumb that discovery never listed. */
  const meltano = (selected: boolean, ...path: string[]) => ({
    breadcrumb: path.flatMap((name) => ["properties", name]),
    metadata: { inclusion: "automatic", selected },
  });

  it("is left out when deselected", () => {
    const { streams, warnings } = select((orders) => {
      orders.metadata?.push(
        meltano(false, "customer", "email"),
        meltano(true, "customer", "name"),
        meltano(false, "customer", "address", "line1"),
      );
    });
    expect(streams[0]?.excludedPaths).toEqual([
      ["customer", "email"],
      ["customer", "address", "line1"],
    ]);
    expect(streams[0]?.columns).toContain("customer");
    expect(warnings).toEqual([]);
  });

  it("is named once, by the shortest path", () => {
    const { streams } = select((orders) => {
      orders.metadata?.push(
        meltano(true, "customer", "address", "line1"),
        meltano(false, "customer", "address"),
      );
    });
    expect(streams[0]?.excludedPaths).toEqual([["customer", "address"]]);
  });

  it("does not matter where the column is off", () => {
    const { streams } = select((orders) => {
      metadataOf(orders, "customer").selected = false;
      orders.metadata?.push(meltano(false, "customer", "email"));
      orders.metadata?.push(meltano(true, "customer", "name"));
    });
    expect(streams[0]?.columns).not.toContain("customer");
    expect(streams[0]?.excludedPaths).toEqual([]);
  });

  it("leaves a nested schema as it is where that requires what is no name", () => {
    const { streams } = select((orders) => {
      if (!orders.schema) throw new Error("orders have a schema");
      orders.schema.properties.customer = {
        type: ["null", "object"],
        properties: { email: { type: "string" } },
        required: ["email", { toString: null }],
      };
      orders.metadata?.push(meltano(false, "customer", "email"));
    });
    expect(streams[0]?.schema.properties).toMatchObject({
      customer: { properties: {}, required: [{ toString: null }] },
    });
  });

  it("leaves the user's own nested schema too", () => {
    const { streams } = select((orders) => {
      if (orders.schema) {
        orders.schema.properties.customer = {
          type: ["null", "object"],
          properties: { email: { type: "string" }, name: { type: "string" } },
          required: ["email", "name"],
        };
      }
      orders.metadata?.push(meltano(false, "customer", "email"));
    });
    expect(streams[0]?.schema.properties).toMatchObject({
      customer: { properties: { name: { type: "string" } }, required: ["name"] },
    });
    expect(JSON.stringify(streams[0]?.schema)).not.toContain("email");
  });

  it("odd breadcrumbs are told of", () => {
    const { warnings } = select((orders) => {
      orders.metadata?.push({ breadcrumb: ["customer"], metadata: { selected: false } });
    });
    expect(warnings).toEqual([
      'catalog.json: streams.orders: ["customer"]: is no breadcrumb and has no effect',
    ]);
  });
});

describe("overrides", () => {
  const replication = ({ streams }: ReturnType<typeof select>) =>
    streams.map(({ keyProperties, replicationMethod, replicationKey }) => [
      keyProperties.join(),
      replicationMethod,
      replicationKey,
    ]);

  it("none: as discovered", () => {
    const selection = select((_, events) => {
      events.selected = true;
    });
    expect(replication(selection)).toEqual([
      ["id", "FULL_TABLE", undefined],
      ["id", "INCREMENTAL", "created_at"],
    ]);
  });

  const method = "FULL_TABLE";
  it.each<[string, (events: CatalogStream) => object]>([
    ["the stream's top", (events) => Object.assign(events, { replication_method: method })],
    ["metadata", (events) => Object.assign(metadataOf(events), { "replication-method": method })],
    [
      "forced metadata",
      (events) => Object.assign(metadataOf(events), { "forced-replication-method": method }),
    ],
  ])("of the method at %s", (_, change) => {
    const selection = select((orders, events) => {
      orders.selected = false;
      events.selected = true;
      change(events);
    });
    expect(replication(selection)).toEqual([["id", "FULL_TABLE", undefined]]);
  });

  it.each<[string, (orders: CatalogStream) => void]>([
    [
      "the stream's top",
      (orders) => {
        orders.key_properties = ["client_secret"];
      },
    ],
    [
      "metadata",
      (orders) => {
        orders.key_properties = null;
        metadataOf(orders)["table-key-properties"] = ["client_secret"];
      },
    ],
  ])("of the key at %s, which then is written whatever the selection says", (_, change) => {
    const selection = select(change);
    expect(replication(selection)).toEqual([["client_secret", "FULL_TABLE", undefined]]);
    expect(columnsOf(selection)).toContain("client_secret");
  });

  it("to no key at all are honoured", () => {
    const selection = select((orders) => {
      orders.key_properties = [];
    });
    expect(selection.streams[0]?.keyProperties).toEqual([]);
  });

  it("that can't be are mistakes, all told at once", () => {
    const mistakes = mistakesIn(() =>
      select((orders, events) => {
        orders.replication_method = "INCREMENTAL";
        orders.key_properties = ["amuont"];
        events.selected = true;
        events.replication_key = "amount";
      }),
    );
    expect(mistakes).toEqual([
      'catalog.json: streams.orders: key_properties: there is no column "amuont"; did you mean "amount"?',
      "catalog.json: streams.orders: replication_method: INCREMENTAL is not possible for this stream; use FULL_TABLE",
      'catalog.json: streams.events: replication_key: "amount" is not possible; use created_at',
    ]);
    const logBased = mistakesIn(() =>
      select((orders) => {
        orders.replication_method = "LOG_BASED";
      }),
    );
    expect(logBased).toEqual([
      'catalog.json: streams.orders: replication_method: "LOG_BASED" is not possible; use FULL_TABLE',
    ]);
  });

  it("that are as discovered have no effect either, and are not told of", () => {
    const { streams, warnings } = select((_, events) => {
      metadataOf(events).selected = true;
      events.replication_method = "FULL_TABLE";
    });
    expect(streams.at(-1)).toMatchObject({ stream: "events", replicationMethod: "FULL_TABLE" });
    expect(warnings).toEqual([]);
  });

  it("that have no effect are told of", () => {
    const { warnings } = select((orders) => {
      metadataOf(orders)["replication-key"] = "created_at";
    });
    expect(warnings).toEqual([
      'catalog.json: streams.orders: replication_key: "created_at" has no effect with FULL_TABLE',
    ]);
  });
});
