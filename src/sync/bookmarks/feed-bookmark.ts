import * as z from "zod";

/**
 * Where the sources stand that tell of changes is kept beside the bookmarks of the streams, under this
 * name: `{"sources": {"events": {"until": "…", "count": 112}}}`.
 */
export const FEED_BOOKMARK = "change_sources";

/** Where the reading of one source stands. */
const toldBookmark = z.object({
  /** Everything told of the time before is known… */
  until: z.iso.datetime({ offset: true }),
  /** …and so many rows were told of the time within the overlap before it. */
  count: z.int().nonnegative(),
});

export type ToldBookmark = z.infer<typeof toldBookmark>;

export const feedBookmark = z.looseObject({
  sources: z.record(z.string(), toldBookmark).default({}),
});
