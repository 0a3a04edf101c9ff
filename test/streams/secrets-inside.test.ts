import { describe, expect, it } from "vitest";
import { selectStreams } from "../../src/singer/selection.ts";
import { streams } from "../../src/streams/index.ts";
import { discover } from "../../src/sync/engine/discovery.ts";

const catalog = discover(streams);

/** What is left out of columns by default, as `stream.column.…`. */
function excludedFrom(source: typeof catalog): string[] {
  const selected = selectStreams(source, catalog, "catalog.json", () => undefined);
  return selected.flatMap(({ stream, excludedPaths }) =>
    excludedPaths.map((path) => [stream, ...path].join(".")),
  );
}

describe("secrets inside of columns", () => {
  it("are off by default wherever a Discord benefit shows its invitation token", () => {
    expect(excludedFrom(catalog)).toEqual([
      "products.benefits.properties.guild_token",
      "subscriptions.product.benefits.properties.guild_token",
      "benefits.properties.guild_token",
    ]);
  });

  it("can be selected like a column", () => {
    const streamsOn = catalog.streams.map((stream) => ({
      ...stream,
      metadata: (stream.metadata ?? []).map((entry) =>
        entry.breadcrumb.at(-1) === "guild_token"
          ? { ...entry, metadata: { ...entry.metadata, selected: true } }
          : entry,
      ),
    }));
    expect(excludedFrom({ streams: streamsOn })).toEqual([]);
  });
});
