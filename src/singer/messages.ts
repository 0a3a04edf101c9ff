/** The lines of the Singer protocol, each with its line break. */
import type { SelectedStream } from "./selection.ts";
import type { State } from "./state.ts";

/** Describes a stream. Comes before its first record. */
export function schemaMessage(selected: SelectedStream): string {
  const { stream, schema, keyProperties, replicationKey } = selected;
  return line({
    type: "SCHEMA",
    stream,
    schema,
    key_properties: keyProperties,
    ...(replicationKey === undefined ? {} : { bookmark_properties: [replicationKey] }),
  });
}

/** Where the next run may begin, should this be the last line. */
export function stateMessage(state: State): string {
  return `{"type":"STATE","value":${state.toJson()}}\n`;
}

/** Tells the target that rows of older versions are gone. `version` is in epoch seconds. */
export function activateVersionMessage(stream: string, version: number): string {
  return line({ type: "ACTIVATE_VERSION", stream, version });
}

/** What stands around the bytes of a record to make a RECORD line. */
export interface RecordFrame {
  readonly prefix: Buffer;
  readonly suffix: Buffer;
}

/**
 * The frame of a stream's records.
 * @param timeExtracted when they were read
 * @param version of the table, in epoch seconds, where the target is to tell old rows from new
 */
export function recordFrame(stream: string, timeExtracted: Date, version?: number): RecordFrame {
  const versionMember = version === undefined ? "" : `,"version":${version}`;
  const time = timeExtracted.toISOString();
  return {
    prefix: Buffer.from(`{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`),
    suffix: Buffer.from(`${versionMember},"time_extracted":"${time}"}\n`),
  };
}

function line(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
