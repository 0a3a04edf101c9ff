/** What a run reads: the user's catalog laid over the discovered one. */
import { UserInputError } from "../shared/errors.ts";
import type { JsonObject } from "../shared/json-text.ts";
import { didYouMean } from "../shared/nearest-name.ts";
import type { Catalog, CatalogStream, MetadataEntry, ReplicationMethod } from "./catalog.ts";
import { replicationOf } from "./overrides.ts";
import {
  type JsonColumns,
  selectColumns,
  unlistedColumns,
  withColumns,
  withoutPath,
  writeColumns,
} from "./selected-columns.ts";
import { type PropertyPath, propertyPath, SelectionRules } from "./selection-rules.ts";

/** A selected stream: what its SCHEMA says, and what of each record is written. */
export interface SelectedStream {
  readonly stream: string;
  /**
   * For the SCHEMA message: the catalog's schema, with the selected columns only, and with types that
   * can be had.
   */
  readonly schema: JsonObject;
  readonly keyProperties: readonly string[];
  readonly replicationMethod: ReplicationMethod;
  /** Set for incremental replication only. */
  readonly replicationKey: string | undefined;
  /** The selected columns, in the order of the schema. */
  readonly columns: ReadonlySet<string>;
  /** Those whose values are written as text that holds their JSON: the schema says string. */
  readonly textColumns: ReadonlySet<string>;
  /** Columns that the catalog lacks, as if made by an older tap: neither selected nor deselected. */
  readonly unlistedColumns: ReadonlySet<string>;
  /** Whether every record has every column, null where there is no value, in the schema's order. */
  readonly everyColumn: boolean;
  /** What is left out of selected columns: `["customer", "email"]`. None is inside another. */
  readonly excludedPaths: readonly PropertyPath[];
}

type Tell = (message: string) => void;

/**
 * The streams to sync, in the order of the discovered catalog.
 * @param catalog the user's; without one the streams and columns that are on by default
 * @param source names the user's catalog in messages
 * @param warn takes a line for the log of what looks like a slip, also when an error follows
 * @param jsonColumns how columns of objects and arrays are written
 * @throws UserInputError with all mistakes at once
 */
export function selectStreams(
  catalog: Catalog | undefined,
  discovered: Catalog,
  source: string,
  warn: Tell,
  jsonColumns: JsonColumns = "native",
): SelectedStream[] {
  const mistakes: string[] = [];
  const mistake = (message: string) => void mistakes.push(`${source}: ${message}`);
  const warning = (message: string) => warn(`${source}: ${message}`);
  const known = byName(discovered);
  const chosen = catalog === undefined ? known : byName(catalog);
  for (const name of catalog === undefined ? [] : repeatedNames(catalog)) {
    warning(`streams.${name}: is there more than once; only the last entry counts`);
  }
  for (const [name, stream] of chosen) {
    if (!known.has(name)) tellOfUnknown(name, stream, known.keys(), mistake, warning);
  }
  const selected = [...known].map(([name, ours]) => {
    const about = (tell: Tell) => (message: string) => tell(`streams.${name}: ${message}`);
    const theirs = chosen.get(name);
    return theirs && selectStream(theirs, ours, jsonColumns, about(mistake), about(warning));
  });
  const streams = selected.filter((stream) => stream !== undefined);
  if (streams.length === 0 && mistakes.length === 0) {
    mistake('selects no stream; put "selected": true into the metadata of at least one');
  }
  if (mistakes.length > 0) throw new UserInputError(mistakes);
  return streams;
}

/** The streams by name. Of several with one name the last counts, as with the SDK. */
function byName(catalog: Catalog): Map<string, CatalogStream> {
  return new Map(catalog.streams.map((stream) => [stream.tap_stream_id, stream]));
}

function repeatedNames({ streams }: Catalog): Set<string> {
  const names = streams.map((stream) => stream.tap_stream_id);
  return new Set(names.filter((name, at) => names.indexOf(name) < at));
}

function tellOfUnknown(
  name: string,
  stream: CatalogStream,
  known: Iterable<string>,
  mistake: Tell,
  warn: Tell,
): void {
  const hint = didYouMean(name, known) || "; make the catalog anew with --discover";
  const tell = new SelectionRules(stream).isSelected([]) ? mistake : warn;
  tell(`streams.${name}: is no stream of this tap${hint}`);
}

function selectStream(
  theirs: CatalogStream,
  ours: CatalogStream,
  jsonColumns: JsonColumns,
  mistake: Tell,
  warn: Tell,
): SelectedStream | undefined {
  const isSelected = new SelectionRules(theirs).isSelected([]);
  tellOfMetadata(theirs, isSelected, warn);
  if (!isSelected) return undefined;

  // Who leaves the schema out can't have meant more than discovery's columns and their defaults.
  const schema = theirs.schema ?? ours.schema ?? { properties: {} };
  // What is off inside of a column stays off until a catalog speaks of it: an older one can't.
  const defaults = metadataBelow(ours, theirs.schema ? 1 : 0);
  const metadata = [...defaults, ...(theirs.metadata ?? [])];
  const rules = new SelectionRules({ selected: true, metadata });
  const replication = replicationOf(theirs, ours, mistake, warn);
  const { keyProperties, replicationKey } = replication;
  const forced = replicationKey === undefined ? keyProperties : [...keyProperties, replicationKey];
  const listed = Object.keys(schema.properties);
  const columns = selectColumns(listed, forced, ours, rules, warn);
  const unlisted = unlistedColumns(listed, columns, ours, theirs, warn);
  const excludedPaths = rules.deselectedInside(new Set([...columns, ...unlisted]));
  const selected = excludedPaths.reduce(withoutPath, withColumns(schema, columns, ours));
  const written = writeColumns(selected, keyProperties, ours, jsonColumns, mistake, warn);
  return {
    stream: ours.tap_stream_id,
    ...replication,
    ...written,
    unlistedColumns: unlisted,
    everyColumn: jsonColumns === "text",
    excludedPaths,
  };
}

/** What discovery says of columns (depth 0), or only of what is inside of them (depth 1). */
function metadataBelow(stream: CatalogStream, depth: 0 | 1): MetadataEntry[] {
  return (stream.metadata ?? []).filter(
    ({ breadcrumb }) => (propertyPath(breadcrumb)?.length ?? 0) > depth,
  );
}

function tellOfMetadata(stream: CatalogStream, isSelected: boolean, warn: Tell): void {
  const entries = stream.metadata ?? [];
  for (const { breadcrumb } of entries) {
    if (propertyPath(breadcrumb) !== undefined) continue;
    warn(`${JSON.stringify(breadcrumb)}: is no breadcrumb and has no effect`);
  }
  if (entries.length === 0 && isSelected) {
    warn("has no metadata, and is selected");
  } else if (entries.every(({ breadcrumb }) => breadcrumb.length > 0) && !isSelected) {
    warn("has no metadata for the stream itself (an empty breadcrumb), and is not selected");
  }
}
