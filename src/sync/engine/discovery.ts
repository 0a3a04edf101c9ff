import type { Catalog, DiscoverableStream } from "../../singer/catalog.ts";
import { buildCatalog } from "../../singer/catalog.ts";
import { streamSchema } from "../../singer/schema.ts";
import type { Stream } from "../../streams/define.ts";
import { kinds } from "../kinds/index.ts";
import { EXTRA_COLUMN } from "../records/chosen-columns.ts";

/** The catalog of these streams: what `--discover` prints. */
export function discover(streams: readonly Stream[]): Catalog {
  return buildCatalog(streams.map(describe));
}

/** What the kind of the stream's source can do best. */
function replication({
  source,
}: Stream): Pick<DiscoverableStream, "replicationMethod" | "replicationKey"> {
  const { methodsOf, replicationKey } = kinds[source.kind];
  const [replicationMethod = "FULL_TABLE"] = methodsOf(source);
  const key = replicationKey(source, replicationMethod);
  return { replicationMethod, ...(key === undefined ? {} : { replicationKey: key }) };
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
