import type { ArraySource, Stream } from "../../streams/define.ts";
import type { SweepBookmark } from "../bookmarks/sweep-bookmark.ts";
import { nextVersion } from "../bookmarks/table-version.ts";
import type { Context, Place } from "../engine/context.ts";
import type { Sync } from "../engine/step.ts";
import type { Output } from "../records/output.ts";

/** Reads a stream whose rows all come in one answer. */
export async function* syncArray(
  stream: Stream,
  source: ArraySource,
  output: Output,
  bookmark: SweepBookmark,
  context: Context,
  place: Place,
): Sync {
  const version = nextVersion([bookmark], context);
  output.setVersion(context.emitActivateVersion ? version : undefined);
  const { path } = source;
  const { priority } = place;
  const answer = context.reader.readOnce({ path, endpoint: path, query: {}, priority }, undefined);
  place.onAllRequested();
  const page = await answer;
  for (let row = 0; row < page.rows.count; row++) output.add(page.rows, row, page.receivedAt);
  yield* output.take();
  page.release();
  yield { kind: "bookmark", stream: stream.name, bookmark: { version } };
  if (context.emitActivateVersion) yield { kind: "activate", stream: stream.name, version };
  return [{ stream: stream.name, problem: undefined }];
}
