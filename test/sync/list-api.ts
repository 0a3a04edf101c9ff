/** A list of the API, as the tests want it: sorted by time, filtered, and counted truly or not. */
import { type FakeApi, type FakeRequest, fakeApi } from "../support/fake-api.ts";

/** One without an id is no row that can be loaded. */
export interface ListedRow {
  readonly id?: string;
  /** In ISO 8601. */
  readonly created_at: string;
}

/** So many rows, a minute after each other. */
export function minutely(count: number): Required<ListedRow>[] {
  const start = Date.parse("2026-08-01T12:00:00Z");
  return Array.from({ length: count }, (_, at) => ({
    id: `row-${String(at).padStart(3, "0")}`,
    created_at: new Date(start + at * 60_000).toISOString(),
  }));
}

/**
 * Serves the rows that `rowsAt` gives, the oldest first, for whatever path.
 * @param rowsAt what the list holds at the nth request, from 1
 * @param countOf the count that it tells, where that is not the number of rows
 */
export function listApi(
  rowsAt: (request: number) => readonly ListedRow[],
  countOf: (rows: readonly ListedRow[], request: FakeRequest) => number | undefined = (rows) =>
    rows.length,
): Promise<FakeApi> {
  let asked = 0;
  return fakeApi((request) => {
    const { query } = request;
    const [page, limit] = [Number(query.get("page")), Number(query.get("limit"))];
    const [after = "", before = "\uffff"] = [
      query.get("created_after"),
      query.get("created_before"),
    ].map((border) => border ?? undefined);
    const rows = rowsAt(++asked).filter(
      ({ created_at }) => created_at > after && created_at < before,
    );
    const sorted = query.get("sorting")?.startsWith("-") ? rows.toReversed() : rows;
    const count = countOf(rows, request);
    const pagination =
      count === undefined ? {} : { total_count: count, max_page: Math.ceil(count / limit) };
    const items = sorted.slice((page - 1) * limit, page * limit);
    return { body: JSON.stringify({ items, pagination }) };
  });
}
