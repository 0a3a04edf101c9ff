import { describe, expect, it } from "vitest";
import { UserInputError } from "../../src/shared/errors.ts";
import { parseCatalog, printCatalog, readCatalog } from "../../src/singer/catalog.ts";
import { discover, metadataOf } from "./streams.ts";

function mistakesIn(text: string): readonly string[] {
  try {
    parseCatalog(text, "catalog.json");
  } catch (error) {
    if (error instanceof UserInputError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("buildCatalog", () => {
  const [orders, events] = discover().streams;

  it("describes a full-table stream as the SDK does", () => {
    expect(orders).toMatchObject({
      tap_stream_id: "orders",
      stream: "orders",
      key_properties: ["id"],
      replication_method: "FULL_TABLE",
    });
    expect(orders).not.toHaveProperty("replication_key");
    expect(metadataOf(orders)).toEqual({
      inclusion: "available",
      "selected-by-default": true,
      "table-key-properties": ["id"],
      "forced-replication-method": "FULL_TABLE",
    });
  });

  it("describes an incremental stream with its key, which is automatic", () => {
    expect(events).toMatchObject({
      replication_method: "INCREMENTAL",
      replication_key: "created_at",
    });
    expect(metadataOf(events)).toMatchObject({
      "selected-by-default": false,
      "valid-replication-keys": ["created_at"],
    });
    expect(metadataOf(events, "created_at").inclusion).toBe("automatic");
  });

  it("has metadata for every column: hidden ones are off, keys automatic", () => {
    expect(metadataOf(orders, "id")).toEqual({
      inclusion: "automatic",
      "selected-by-default": true,
    });
    expect(metadataOf(orders, "amount")).toEqual({
      inclusion: "available",
      "selected-by-default": true,
    });
    expect(metadataOf(orders, "client_secret")).toEqual({
      inclusion: "available",
      "selected-by-default": false,
    });
    expect(orders?.metadata).toHaveLength(6);
  });

  it("declares flat columns, nullable but for the key", () => {
    expect(orders?.schema).toEqual({
      type: "object",
      properties: {
        id: { type: ["string"], description: "Key." },
        created_at: { type: ["null", "string"], format: "date-time" },
        amount: { type: ["null", "integer"] },
        customer: { type: ["null", "object"] },
        client_secret: { type: ["null", "string"] },
      },
      required: ["id"],
    });
  });
});

describe("printCatalog", () => {
  it("prints short lines that read back as the same catalog", () => {
    const text = printCatalog(discover());
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(200);
    expect(text.endsWith("}\n")).toBe(true);
    expect(parseCatalog(text, "catalog.json")).toEqual(discover());
  });
});

describe("parseCatalog", () => {
  it("keeps what it does not know, and takes null for absent", () => {
    const content = {
      streams: [
        {
          tap_stream_id: "orders",
          replication_key: null,
          is_view: false,
          metadata: [
            { breadcrumb: [], metadata: { selected: null, "sql-datatype": "x" }, note: 1 },
          ],
        },
      ],
      version: 1,
    };
    expect(parseCatalog(JSON.stringify(content), "catalog.json")).toEqual(content);
  });

  it.each([
    ["", "catalog.json: is empty; make it with --discover"],
    [" \n", "catalog.json: is empty; make it with --discover"],
    ["{", "catalog.json: is not valid JSON at line 1, column 2; correct it there"],
    ["[]", 'catalog.json: must be an object such as {"streams": […]}'],
    ["{}", "catalog.json: streams: must be a list of streams"],
    ['{"streams":[{}]}', "catalog.json: streams.0.tap_stream_id: must be the name of a stream"],
    [
      '{"streams":[{"tap_stream_id":"a","metadata":[{"breadcrumb":[],"metadata":{"selected":"yes"}}]}]}',
      "catalog.json: streams.a.metadata.[].metadata.selected: must be true or false",
    ],
    [
      '{"streams":[{"tap_stream_id":"b","metadata":[{"breadcrumb":["properties","email"],"metadata":{"selected":1}}]}]}',
      'catalog.json: streams.b.metadata.["properties","email"].metadata.selected: must be true or false',
    ],
    [
      '{"streams":[{"tap_stream_id":"a","schema":{"properties":[]}}]}',
      "catalog.json: streams.a.schema.properties: must be an object",
    ],
  ])("refuses %s", (text, line) => {
    expect(mistakesIn(text)).toEqual([line]);
  });

  it("tells all mistakes at once", () => {
    expect(mistakesIn('{"streams":[{}, {"tap_stream_id":"a","key_properties":"id"}]}')).toEqual([
      "catalog.json: streams.0.tap_stream_id: must be the name of a stream",
      "catalog.json: streams.a.key_properties: must be a list of names",
    ]);
  });
});

it("readCatalog names a file that is not there", () => {
  expect(() => readCatalog("/nowhere/catalog.json")).toThrow("/nowhere/catalog.json: no such file");
});
