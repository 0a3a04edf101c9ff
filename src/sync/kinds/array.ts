import type { ArraySource } from "../../streams/define.ts";
import { readSweepBookmark, type SweepBookmark } from "../bookmarks/sweep-bookmark.ts";
import { nextVersion } from "../bookmarks/table-version.ts";
import { defineKind, method, type OpenTask } from "../contract/kind.ts";
import type { Sync } from "../contract/step.ts";
import { outputOf } from "../records/output.ts";

/** A stream whose rows all come in one answer. */
export const array = defineKind("array", {
  methods: {
    FULL_TABLE: method({
      readBookmark: ({ stream }, context) =>
        readSweepBookmark(stream.name, { order: [], pageSize: context.pageSize }, context),
      sync: syncArray,
    }),
  },
});

async function* syncArray(task: OpenTask<ArraySource, SweepBookmark>): Sync {
  const { stream, source, bookmark, lane } = task;
  const output = outputOf(task);
  const version = nextVersion([bookmark], lane);
  output.setVersion(lane.emitActivateVersion ? version : undefined);
  const { path } = source;
  const { priority } = lane;
  const answer = lane.reader.readOnce({ path, endpoint: path, query: {}, priority }, undefined);
  lane.onAllRequested();
  const page = await answer;
  const { rows, receivedAt } = page;
  const placeOf = (_: unknown, row: number) => `position ${row}, from 0`;
  for (let row = 0; row < rows.count; row++) output.add(rows, row, { receivedAt, placeOf });
  yield* output.take();
  page.release();
  yield { kind: "bookmark", stream: stream.name, bookmark: { version } };
  const { problem } = output;
  if (lane.emitActivateVersion && problem === undefined) {
    yield { kind: "activate", stream: stream.name, version };
  }
  return [{ stream: stream.name, problem }];
}
