/** The catalog: what discovery prints, and what comes back with the user's choices in it. */
import * as z from "zod";
import { UserInputError } from "../shared/errors.ts";
import { isJsonObject, parseJson, readJsonText } from "../shared/json-text.ts";
import type { StreamSchema } from "./schema.ts";

export type ReplicationMethod = "FULL_TABLE" | "INCREMENTAL";

/** A stream as discovery is to describe it. */
export interface DiscoverableStream {
  readonly name: string;
  readonly schema: StreamSchema;
  readonly keyProperties: readonly string[];
  readonly replicationMethod: ReplicationMethod;
  /** The column that an incremental sync goes by. */
  readonly replicationKey?: string;
  readonly selectedByDefault: boolean;
  /** Columns that are off unless the user selects them. */
  readonly hiddenProperties: ReadonlySet<string>;
  /** What is off inside of columns, as property paths. */
  readonly hiddenPaths?: readonly (readonly string[])[];
}

// Catalogs pass through other tools, which add keys of their own and leave out what they do not
// need. So whatever we do not read is kept, and null counts as absent.
const text = z.string("must be a string").nullish();
const flag = z.boolean("must be true or false").nullish();
const names = z.array(z.string("must be a string"), "must be a list of names").nullish();
const jsonObject = z.record(z.string(), z.unknown(), "must be an object");

const metadata = z.looseObject(
  {
    inclusion: text,
    selected: flag,
    "selected-by-default": flag,
    "replication-method": text,
    "forced-replication-method": text,
    "replication-key": text,
    "valid-replication-keys": names,
    "table-key-properties": names,
  },
  "must be an object",
);

const metadataEntry = z.looseObject(
  { breadcrumb: z.array(z.string("must be a string"), "must be a list of names"), metadata },
  "must be an object",
);

const catalogStream = z.looseObject(
  {
    tap_stream_id: z.string("must be the name of a stream"),
    selected: flag,
    schema: z
      .looseObject(
        { properties: z.record(z.string(), jsonObject, "must be an object"), required: names },
        "must be an object",
      )
      .nullish(),
    metadata: z.array(metadataEntry, "must be a list").nullish(),
    key_properties: names,
    replication_method: text,
    replication_key: text,
  },
  "must be an object",
);

const catalog = z.looseObject(
  { streams: z.array(catalogStream, "must be a list of streams") },
  'must be an object such as {"streams": […]}',
);

export type Metadata = z.infer<typeof metadata>;
export type MetadataEntry = z.infer<typeof metadataEntry>;
export type CatalogStream = z.infer<typeof catalogStream>;
export type Catalog = z.infer<typeof catalog>;

/** The metadata of the stream itself. */
export function rootMetadata(stream: CatalogStream): Metadata {
  return stream.metadata?.findLast(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};
}

/** The catalog of these streams, in their order. */
export function buildCatalog(streams: Iterable<DiscoverableStream>): Catalog {
  return { streams: [...streams].map(catalogEntry) };
}

function catalogEntry(stream: DiscoverableStream): CatalogStream {
  const { name, schema, keyProperties, replicationMethod, replicationKey } = stream;
  const automatic = new Set(keyProperties);
  if (replicationKey !== undefined) automatic.add(replicationKey);
  const root = {
    inclusion: "available",
    "selected-by-default": stream.selectedByDefault,
    "table-key-properties": [...keyProperties],
    "forced-replication-method": replicationMethod,
    ...(replicationKey === undefined ? {} : { "valid-replication-keys": [replicationKey] }),
  };
  const columns = Object.keys(schema.properties).map((column) => ({
    breadcrumb: ["properties", column],
    metadata: {
      inclusion: automatic.has(column) ? "automatic" : "available",
      "selected-by-default": automatic.has(column) || !stream.hiddenProperties.has(column),
    },
  }));
  const inside = (stream.hiddenPaths ?? []).map((path) => ({
    breadcrumb: path.flatMap((step) => ["properties", step]),
    metadata: { inclusion: "available", "selected-by-default": false },
  }));
  return {
    tap_stream_id: name,
    stream: name,
    key_properties: [...keyProperties],
    replication_method: replicationMethod,
    ...(replicationKey === undefined ? {} : { replication_key: replicationKey }),
    schema: {
      type: schema.type,
      ...(schema.description === undefined ? {} : { description: schema.description }),
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([column, type]) => [column, { ...type }]),
      ),
      required: [...schema.required],
    },
    metadata: [{ breadcrumb: [], metadata: root }, ...columns, ...inside],
  };
}

/**
 * The catalog as discovery prints it. In many short lines: Meltano reads a discovery by lines of at
 * most 64 KiB.
 */
export function printCatalog(content: Catalog): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * Reads a catalog from a file.
 * @throws UserInputError with all mistakes at once
 */
export function readCatalog(path: string): Catalog {
  return parseCatalog(readJsonText(path), path);
}

/**
 * Parses the text of a catalog. `source` names it in errors.
 * @throws UserInputError with all mistakes at once
 */
export function parseCatalog(content: string, source: string): Catalog {
  if (content.trim() === "") {
    throw new UserInputError(`${source}: is empty; make it with --discover`);
  }
  const json = parseJson(content, source);
  const parsed = catalog.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserInputError(
    parsed.error.issues.map((issue) => `${source}: ${pathText(issue.path, json)}${issue.message}`),
  );
}

/** Where a mistake stands: elements of lists by their names, if they have any. */
function pathText(path: readonly PropertyKey[], json: unknown): string {
  let at = json;
  const steps = path.map((step) => {
    at = memberOf(at, step);
    return typeof step === "number" ? (nameOf(at) ?? String(step)) : String(step);
  });
  return steps.length === 0 ? "" : `${steps.join(".")}: `;
}

function memberOf(value: unknown, step: PropertyKey): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  return isJsonObject(value) ? value[String(step)] : undefined;
}

/** What a stream or an entry of metadata is called. */
function nameOf(element: unknown): string | undefined {
  if (!isJsonObject(element)) return undefined;
  const { tap_stream_id: stream, breadcrumb } = element;
  if (typeof stream === "string") return stream;
  return Array.isArray(breadcrumb) ? JSON.stringify(breadcrumb) : undefined;
}
