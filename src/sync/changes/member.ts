import type { Changes, ListSource } from "../../streams/define.ts";
import type { Ground } from "../bookmarks/list-bookmark.ts";
import type { StreamTask } from "../contract/kind.ts";

/** A list that takes part in the feed of changes of a run. */
export interface Member {
  readonly task: StreamTask<ListSource>;
  readonly changes: Changes;
  readonly ground: Ground;
  /** The version of its last full sweep, which rows between two sweeps carry, too. */
  readonly version: number | undefined;
  /** Whether this run catches it up; a list whose full sweep is due only tells of its new rows. */
  readonly isCaughtUp: boolean;
}
