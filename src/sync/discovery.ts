import type { Catalog, DiscoverableStream } from "../singer/catalog.ts";
import { buildCatalog } from "../singer/catalog.ts";
import { streamSchema } from "../singer/schema.ts";
import type { Stream } from "../streams/define.ts";
import { EXTRA_COLUMN } from "./records/row-plan.ts";

/** The catalog of these streams: what `--discover` prints. */
export function discover(streams: readonly Stream[]): Catalog {
  return buildCatalog(streams.map(describe));
}

/** Streams that are read by time go by it; all others have to be read as a whole. */
function replication({
  source,
}: Stream): Pick<DiscoverableStream, "replicationMethod" | "replicationKey"> {
  switch (source.kind) {
    case "windows":
      return { replicationMethod: "INCREMENTAL", replicationKey: source.timestamp };
    case "periods":
      return { replicationMethod: "INCREMENTAL", replicationKey: "timestamp" };
    default:
      return { replicationMethod: "FULL_TABLE" };
  }
}

function describe(stream: Stream): DiscoverableStream {
  const columns = Object.entries(stream.properties).map(([name, property]) => {
    const { type, format, description } = property;
    return { name, type, description, ...(format ? { format } : {}) };
  });
  const hidden = Object.entries(stream.properties).filter(([, property]) => property.hidden);
  return {
    name: stream.name,
    schema: streamSchema(
      [
        ...columns,
        {
          name: EXTRA_COLUMN,
          type: "object",
          description:
            "Properties that this version of the tap does not know, and values of an unexpected type.",
        },
      ],
      stream.primaryKey,
      stream.description,
    ),
    keyProperties: stream.primaryKey,
    ...replication(stream),
    selectedByDefault: stream.selectedByDefault,
    hiddenProperties: new Set(hidden.map(([name]) => name)),
    hiddenPaths: Object.entries(stream.properties).flatMap(([name, { secretsInside = [] }]) =>
      secretsInside.map((path) => [name, ...path]),
    ),
  };
}
