import * as z from "zod";
import { isoTime } from "../../shared/time.ts";

/**
 * Where the sources stand that tell of changes is kept beside the bookmarks of the streams, under this
 * name: `{"sources": {"events": {"until": "…", "spans": [{"from": "…", "count": 112}]}}}`.
 */
export const FEED_BOOKMARK = "change_sources";

/** Where the reading of one source stands. */
const toldBookmark = z.object({
  /** Everything told of the time before is known… */
  until: isoTime,
  /** …of which so many rows were told in each span, the oldest first. The last one ends there. */
  spans: z.array(z.object({ from: isoTime, count: z.int().nonnegative() })).default([]),
});

export type ToldBookmark = z.infer<typeof toldBookmark>;

export const feedBookmark = z.looseObject({
  sources: z.record(z.string(), toldBookmark).default({}),
  /** When sources that were never read have refused the token. */
  refused: z.record(z.string(), isoTime).default({}),
});
