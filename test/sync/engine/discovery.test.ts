import { describe, expect, it } from "vitest";
import { streams } from "../../../src/streams/index.ts";
import { discover } from "../../../src/sync/engine/discovery.ts";

const catalog = discover(streams);

it("every stream is in the catalog once, in the order of the declarations", () => {
  expect(catalog.streams.map((stream) => stream.tap_stream_id)).toEqual(
    streams.map(({ name }) => name),
  );
});

describe.each(streams)("the catalog's $name", (stream) => {
  const entry = catalog.streams.find((one) => one.tap_stream_id === stream.name);
  const metadata = new Map(
    entry?.metadata?.map((one) => [one.breadcrumb.join("."), one.metadata] as const),
  );

  it("has the declared columns, and _extra after them", () => {
    const columns = Object.keys(entry?.schema?.properties ?? {});
    expect(columns).toEqual([...Object.keys(stream.properties), "_extra"]);
    for (const column of columns) expect(metadata.has(`properties.${column}`)).toBe(true);
  });

  it("is replicated by time where it can be, else as a whole", () => {
    const { source } = stream;
    let key: string | undefined;
    if (source.kind === "windows") key = source.timestamp;
    if (source.kind === "list") key = source.changes?.createdBy;
    if (source.kind === "periods") key = "timestamp";
    expect(entry?.replication_method).toBe(key === undefined ? "FULL_TABLE" : "INCREMENTAL");
    expect(entry?.replication_key).toBe(key);
    if (key !== undefined) expect(metadata.get(`properties.${key}`)?.inclusion).toBe("automatic");
  });

  it("has its key, which can't be deselected and is never null", () => {
    expect(entry?.key_properties).toEqual(stream.primaryKey);
    for (const column of stream.primaryKey) {
      expect(metadata.get(`properties.${column}`)?.inclusion).toBe("automatic");
      const type = entry?.schema?.properties[column]?.type;
      expect(type).toHaveLength(1);
    }
  });

  it("leaves out hidden columns, and itself if it is not one of the default streams", () => {
    expect(metadata.get("")?.["selected-by-default"]).toBe(stream.selectedByDefault);
    for (const [column, { hidden }] of Object.entries(stream.properties)) {
      const byDefault = metadata.get(`properties.${column}`)?.["selected-by-default"];
      expect(byDefault).toBe(hidden === undefined || stream.primaryKey.includes(column));
    }
  });
});
