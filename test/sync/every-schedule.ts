/** Runs something once for every sequence of choices that it can make. */

/** Picks one of so many ways, from 0. */
export type Choose = (ways: number) => number;

/**
 * Calls `run` until every sequence of choices has been made once, or `most` runs are over; returns
 * how many there were. A run must make the same choices again when it gets the same answers.
 */
export async function forEverySchedule(
  run: (choose: Choose) => Promise<void>,
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  const taken: { way: number; readonly ways: number }[] = [];
  for (let runs = 1; ; runs++) {
    let at = 0;
    await run((ways) => {
      if (ways < 2) return 0;
      const known = taken[at++];
      if (known) return known.way;
      taken.push({ way: 0, ways });
      return 0;
    });
    let last = taken.at(-1);
    while (last && last.way + 1 === last.ways) {
      taken.pop();
      last = taken.at(-1);
    }
    if (!last || runs >= most) return runs;
    last.way++;
  }
}
