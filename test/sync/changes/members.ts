/** Lists that take part in the catching up, for tests. */
import type { Ground } from "../../../src/sync/bookmarks/list-bookmark.ts";
import type { Member } from "../../../src/sync/changes/member.ts";
import type { LaneContext } from "../../../src/sync/contract/context.ts";
import { streamNamed } from "../../support/organization.ts";
import { taskOf } from "../syncs.ts";

/** What is known of an empty list that was swept and caught up at this moment. */
export const groundAt = (moment: number): Ground => ({
  newest: undefined,
  sweptAt: moment,
  caughtUpAt: moment,
  count: 0,
  recent: undefined,
  open: undefined,
  unreadable: 0,
  rowsPerCustomer: undefined,
});

export function memberOf(name: string, ground: Ground, lane: LaneContext): Member {
  const stream = streamNamed(name);

  if (stream.source.kind !== "list" || !stream.source.changes) {
    throw new Error(`${name} is not caught up`);
  }
  const task = taskOf(stream, stream.source, undefined, lane);
  const { changes } = stream.source;
  return { task, changes, ground, version: undefined, isCaughtUp: true };
}
