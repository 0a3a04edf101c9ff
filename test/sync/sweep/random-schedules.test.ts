/**
 * The same claim as in all short schedules, in random longer ones: up to seven rows, three changes,
 * three interruptions. One that breaks it is printed with its seed, and made smaller;
 * SCHEDULES_SECONDS tries more of them.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { reasonToStartOver } from "../../../src/sync/sweep/verdicts.ts";
import { type Change, changesOf, rowsOf, ScheduledList } from "../scheduled-list.ts";
import { AGAIN, hideEachOther, isVerdict, read, sources } from "./scheduled-sweeps.ts";

const seconds = Number(process.env.SCHEDULES_SECONDS ?? 3);

const schedule = fc.record({
  kind: fc.constantFrom<keyof typeof sources>(
    "ordered by time",
    "with ranges of time",
    "without an order",
    "that can be split",
  ),
  count: fc.nat({ max: 7 }),
  changes: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  /** After so many pages a run ends, and the next one goes on. */
  stops: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
  pageSize: fc.constantFrom(2, 3),
  readAhead: fc.constantFrom(1, 2, 3),
  isAtomic: fc.boolean(),
  choices: fc.infiniteStream(fc.nat()),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

function changesIn({ count, changes }: Schedule) {
  return changes.flatMap((number, nth) => {
    const all = changesOf(count, nth);
    return all[number % all.length] ?? [];
  });
}

/** Whether some of the changes leave no trace together. */
function areHidden({ kind, stops }: Schedule, changes: readonly Change[]): boolean {
  // Three that can't be told from none also hide in a range of time.
  const isHard = stops.length > 0 || changes.length > 2;
  return changes.some((one, at) =>
    changes.slice(at + 1).some((other) => hideEachOther(sources[kind], one, other, isHard)),
  );
}

/** Reads the list, run after run. Undefined where the last one has to start over. */
async function readIn(
  { kind, stops, pageSize, readAhead }: Schedule,
  scheduled: ScheduledList,
  written: unknown[],
) {
  const options = { source: sources[kind], pageSize, readAhead };
  let resumed = {};
  for (const pages of [...stops, Number.POSITIVE_INFINITY]) {
    const end = await read(scheduled, written, { ...options, ...resumed }, pages);
    if (isVerdict(end)) return reasonToStartOver(end) === undefined ? end : undefined;
    if (end === undefined && pages === Number.POSITIVE_INFINITY) return undefined;
    // Without a position the next run begins anew, and writes all rows again.
    if (end === undefined) written.length = 0;
    resumed = end ? { resume: end } : {};
  }
  return undefined;
}

test("what is called whole has no row missing that was there all the time", {
  timeout: (seconds + 60) * 1_000,
}, async () => {
  const tried = { schedules: 0, whole: 0, resumed: 0 };
  await fc.assert(
    fc.asyncProperty(schedule, async (one) => {
      const changes = changesIn(one);
      fc.pre(!areHidden(one, changes));
      const choose = (ways: number) => (ways < 2 ? 0 : Number(one.choices.next().value) % ways);
      const { count, isAtomic } = one;
      const scheduled = new ScheduledList({ rows: rowsOf(count), changes, choose, isAtomic });
      const written: unknown[] = [];
      const verdict = await scheduled.serve(readIn(one, scheduled, written));
      tried.schedules++;
      if (verdict?.outcome !== "whole") return;
      tried.whole++;
      if (one.stops.length > 0) tried.resumed++;
      const names = changes.map(({ name }) => name);
      const missing = scheduled.lasting.filter((id) => !written.includes(id));
      expect({ names, missing, twice: written.includes(AGAIN) }).toEqual({
        names,
        missing: [],
        twice: false,
      });
    }),
    { interruptAfterTimeLimit: seconds * 1_000, numRuns: 100_000_000, endOnFailure: false },
  );
  if (process.env.SCHEDULES_SECONDS !== undefined)
    process.stdout.write(`${JSON.stringify(tried)}\n`);
  expect(tried.whole).toBeGreaterThan(tried.schedules / 2);
});
