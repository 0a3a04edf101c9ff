/** What a catalog may change about a stream besides its selection: its key and its replication. */
import { didYouMean } from "../shared/nearest-name.ts";
import { type CatalogStream, type ReplicationMethod, rootMetadata } from "./catalog.ts";

export interface Replication {
  readonly keyProperties: readonly string[];
  readonly replicationMethod: ReplicationMethod;
  /** Set for incremental replication only. */
  readonly replicationKey: string | undefined;
}

/** Takes a line for the log, or for an error. */
type Tell = (message: string) => void;

/**
 * How the user wants the stream replicated. Tools write the same choice to different places: the
 * stream's own keys or its metadata. The first that differs from what discovery said is the user's.
 * @param mistake is told of what can't be done
 */
export function replicationOf(
  stream: CatalogStream,
  discovered: CatalogStream,
  mistake: Tell,
  warn: Tell,
): Replication {
  const theirs = rootMetadata(stream);
  const ours = rootMetadata(discovered);
  const keyProperties =
    changed(discovered.key_properties, stream.key_properties, theirs["table-key-properties"]) ?? [];
  const columns = Object.keys(discovered.schema?.properties ?? {});
  for (const key of keyProperties.filter((name) => !columns.includes(name))) {
    mistake(`key_properties: there is no column "${key}"${didYouMean(key, columns)}`);
  }
  const method = changed(
    discovered.replication_method,
    stream.replication_method,
    theirs["replication-method"],
    theirs["forced-replication-method"],
  );
  const key = changed(
    discovered.replication_key,
    stream.replication_key,
    theirs["replication-key"],
  );
  if (method === "FULL_TABLE") {
    if (key !== undefined && key !== discovered.replication_key) {
      warn(`replication_key: "${key}" has no effect with FULL_TABLE`);
    }
    return { keyProperties, replicationMethod: method, replicationKey: undefined };
  }
  const possible = ours["valid-replication-keys"] ?? [];
  if (method !== "INCREMENTAL") {
    mistake(`replication_method: "${method}" is not possible; use ${possibleMethods(possible)}`);
  } else if (possible.length === 0) {
    mistake("replication_method: INCREMENTAL is not possible for this stream; use FULL_TABLE");
  } else if (key === undefined || !possible.includes(key)) {
    mistake(`replication_key: "${key}" is not possible; use ${possible.join(" or ")}`);
  }
  return { keyProperties, replicationMethod: "INCREMENTAL", replicationKey: key };
}

/** The first of the candidates that is given and differs from `discovered`, or that. */
function changed<T>(
  discovered: T | null | undefined,
  ...candidates: (T | null | undefined)[]
): T | undefined {
  const asDiscovered = JSON.stringify(discovered);
  const other = candidates.find(
    (candidate) =>
      candidate !== null && candidate !== undefined && JSON.stringify(candidate) !== asDiscovered,
  );
  return other ?? discovered ?? undefined;
}

function possibleMethods(replicationKeys: readonly string[]): string {
  return replicationKeys.length > 0 ? "FULL_TABLE or INCREMENTAL" : "FULL_TABLE";
}
