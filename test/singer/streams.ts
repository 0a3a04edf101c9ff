/** Two streams of no API in particular, for the tests of the protocol. */
import { buildCatalog, type Catalog, type CatalogStream } from "../../src/singer/catalog.ts";
import { type Column, streamSchema } from "../../src/singer/schema.ts";

const columns: Column[] = [
  { name: "id", type: "string", description: "Key." },
  { name: "created_at", type: "string", format: "date-time" },
  { name: "amount", type: "integer" },
  { name: "customer", type: "object" },
  { name: "client_secret", type: "string" },
];

/** `orders` is on by default, `events` is not and is read by `created_at`. */
export function discover(): Catalog {
  const schema = streamSchema(columns, ["id"]);
  const common = { schema, keyProperties: ["id"], hiddenProperties: new Set(["client_secret"]) };
  return buildCatalog([
    { ...common, name: "orders", replicationMethod: "FULL_TABLE", selectedByDefault: true },
    {
      ...common,
      name: "events",
      replicationMethod: "INCREMENTAL",
      replicationKey: "created_at",
      selectedByDefault: false,
    },
  ]);
}

/** The metadata of a column, or of the stream, to be changed in place. */
export function metadataOf(stream: CatalogStream | undefined, ...column: string[]) {
  const breadcrumb = column.flatMap((name) => ["properties", name]);
  const entry = stream?.metadata?.find(
    (candidate) => JSON.stringify(candidate.breadcrumb) === JSON.stringify(breadcrumb),
  );
  if (entry === undefined) throw new Error(`no metadata for ${JSON.stringify(breadcrumb)}`);
  return entry.metadata;
}
