/** The claim of docs/completeness.md from outside: one change, at each moment of a run. */
import { describe, expect, test } from "vitest";
import { fakeApi } from "../support/fake-api.ts";
import { catalogWith } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { runTap } from "../support/run-tap.ts";
import { type Change, changesOf, rowsOf, type ScheduledRow } from "../sync/scheduled-list.ts";

const COUNT = 4;
const START = Date.parse("2026-08-01T12:00:00Z");

/** Before the nth request is counted, or between its counting and its reading. */
interface Moment {
  readonly request: number;
  readonly inBetween: boolean;
}

/** Customers, two a page, of which one comes, goes or moves at one moment of the run. */
async function runWith(change: Change, { request, inBetween }: Moment) {
  let rows: readonly ScheduledRow[] = rowsOf(COUNT);
  let asked = 0;
  const api = await fakeApi(({ query }) => {
    asked++;
    if (asked === request && !inBetween) rows = change.apply(rows);
    const count = rows.length;
    if (asked === request && inBetween) rows = change.apply(rows);
    const sign = query.get("sorting")?.startsWith("-") ? -1 : 1;
    const [page, limit] = [Number(query.get("page")), Number(query.get("limit"))];
    const items = rows
      .toSorted((one, other) => sign * (one.minute - other.minute || one.rank - other.rank))
      .slice((page - 1) * limit, page * limit)
      .map(({ id, minute }) => ({ id, created_at: new Date(START + minute * 60_000) }));
    const pagination = { total_count: count, max_page: Math.ceil(count / limit) };
    return { body: JSON.stringify({ items, pagination }) };
  });
  const run = await runTap({
    config: { api_url: api.url, access_token: "polar_oat_Zx81TestOnly", page_size: 2 },
    catalog: catalogWith({ customers: ["id"] }),
  });
  const lasting = rowsOf(COUNT).map(({ id }) => id);
  return { run, asked, lasting: lasting.filter((id) => rows.some((row) => row.id === id)) };
}

/** Only those that shift rows in different ways, unless all are wanted. */
const changes = changesOf(COUNT, 0).filter(
  ({ name }) => process.env.SCHEDULES === "all" || /^(newest|before|delete)/.test(name),
);
const moments = [1, 2, 3, 4, 5].flatMap((request) => [
  { request, inBetween: false },
  { request, inBetween: true },
]);

describe.each(moments)("a change at request $request (in between: $inBetween)", (moment) => {
  test.each(changes)(
    "$name: no customer is missing that was there all the time",
    async (change) => {
      const { run, lasting, asked } = await runWith(change, moment);

      expect(run.exitCode).toBe(0);
      expect(asked).toBeGreaterThanOrEqual(4);
      const written = idsOf(run.lines, "customers");
      expect(written).toEqual(expect.arrayContaining(lasting));
      expect(new Set(written).size).toBe(written.length);
    },
  );
});
