import * as z from "zod";
import { isoTime } from "../../shared/time.ts";

/**
 * What all lists share that are caught up is kept beside the bookmarks of the streams, under this name:
 * where the sources stand that tell of changes, and, as long as a list has not heard it, whom other
 * lists have touched: `{"sources": {"events": {"until": "…", "spans": [{"from": "…", "count": 112}]}},
 * "touched": [{"at": "…", "by": {"orders.come": "…"}}]}`.
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

/** Whom the rows of lists have touched, as one run has heard it. */
const touchesBookmark = z.object({
  /** Lists that are known up to this moment have heard it. */
  at: isoTime,
  /** By what has touched them (see `Hints`), the customers' ids: 16 bytes each, in Base64. */
  by: z.record(z.string(), z.string()),
});

export type TouchesBookmark = z.infer<typeof touchesBookmark>;

export const feedBookmark = z.looseObject({
  sources: z.record(z.string(), toldBookmark).default({}),
  /** When sources that were never read have refused the token. */
  refused: z.record(z.string(), isoTime).default({}),
  touched: z.array(touchesBookmark).default([]),
  /** What lists have told up to this moment is not kept: it was too much. */
  forgotten_at: isoTime.optional(),
});
