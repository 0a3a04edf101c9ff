/** How many requests a sync makes: what is shared is read once. */

/** About how many requests a full sync takes, and a later one that finds nothing changed. */
export interface Requests {
  readonly full: number;
  readonly later: number;
}

/** To prove that a list of several pages is whole. */
export const REQUESTS_OF_A_PROOF = 2;

/** What a source that tells of changes takes: a page of what was told. */
export const REQUESTS_OF_A_TELLER = 1;

/** What a stream that is read by time takes: a count, and the time since, on both sides of a border. */
export const REQUESTS_OF_WINDOWS = 3;

/**
 * The requests of a sync of those of these streams that can be read: what several of them share is
 * read once.
 */
export function requestsOf(
  found: readonly {
    readonly requests: ReadonlyMap<string, Requests>;
    readonly problem: string | undefined;
  }[],
): Requests {
  const readable = found.filter(({ problem }) => problem === undefined);
  const all = new Map(readable.flatMap(({ requests }) => [...requests]));
  return [...all.values()].reduce(
    (sum, { full, later }) => ({ full: sum.full + full, later: sum.later + later }),
    { full: 0, later: 0 },
  );
}
