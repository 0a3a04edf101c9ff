import { describe, expect, test } from "vitest";
import { type FakeRequest, fakeApi } from "../support/fake-api.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";

const rows = Array.from({ length: 250 }, (_, index) => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  created_at: new Date(Date.parse("2026-01-01") + index * 3_600_000).toISOString(),
  timestamp: new Date(Date.parse("2026-01-01") + index * 3_600_000).toISOString(),
}));
const allIds = rows.map(({ id }) => id);

/** What an answer says of its list. */
type Pagination = (page: number, hasNextPage: boolean, count: number) => unknown;

/** Reads one stream from an API whose lists say this of themselves. */
async function sync(stream: string, pagination: Pagination, isStuck = false) {
  const api = await fakeApi(({ query }: FakeRequest) => {
    const limit = Number(query.get("limit"));
    const page = Number(query.get("page"));
    const from = Date.parse(query.get("start_timestamp") ?? "0000-01-01");
    const to = Date.parse(query.get("end_timestamp") ?? "9999-01-01");
    const list = rows.filter(({ timestamp }) => {
      const time = Date.parse(timestamp);
      return time > from && time < to;
    });
    if (query.get("sorting")?.startsWith("-")) list.reverse();
    const offset = isStuck ? 0 : (page - 1) * limit;
    const items = list.slice(offset, offset + limit);
    const said = pagination(page, offset + limit < list.length, list.length);
    return { body: JSON.stringify({ items, ...(said !== undefined && { pagination: said }) }) };
  });
  const run = await runTap({
    config: {
      api_url: api.url,
      access_token: "polar_oat_x",
      requests_per_minute: 1_000_000,
      emit_activate_version_messages: true,
    },
    catalog: catalogOf(stream),
    frozenAt: "2026-08-20T12:00:00.000Z",
  });
  return { ...run, requests: api.requests };
}

const uncounted: readonly (readonly [string, Pagination])[] = [
  ["is missing", () => undefined],
  ["is null", () => null],
  ["is an empty object", () => ({})],
  ["has the cursor's form", (_, hasNextPage) => ({ has_next_page: hasNextPage })],
  ["always has a next page", () => ({ has_next_page: true })],
];

describe.each(["discounts", "events", "files", "webhook_deliveries"])(
  "%s without a count",
  (stream) => {
    test.each(uncounted)(
      "are written, end, and are told as incomplete: pagination %s",
      async (_, pagination) => {
        const { lines, exitCode, stderr, requests } = await sync(stream, pagination);

        expect(exitCode).toBe(1);
        expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
          new RegExp(`${stream} is incomplete: .*the API gives no count`),
        );
        expect([...new Set(idsOf(lines, stream))].sort()).toEqual(allIds);
        expect(messagesOf(lines).map(({ type }) => type)).not.toContain("ACTIVATE_VERSION");
        expect(requests.length).toBeLessThan(40);
      },
    );

    test("end where the same page comes again and again", async () => {
      const { lines, exitCode, requests } = await sync(stream, () => null, true);

      expect(exitCode).toBe(1);
      expect(new Set(idsOf(lines, stream)).size).toBeGreaterThanOrEqual(100);
      expect(requests.length).toBeLessThan(40);
    });
  },
);

describe.each(["discounts", "files"])("%s with a wrong count", (stream) => {
  test("of half a million end after a few empty pages, and are incomplete", async () => {
    const absurd = { total_count: 500_000, max_page: 5_000 };

    const { lines, exitCode, stderr, requests } = await sync(stream, () => absurd);

    expect(exitCode).toBe(1);
    expect(stderr).toContain(`250 rows of ${stream} were found but the API counts 500000`);
    expect(idsOf(lines, stream)).toEqual(allIds);
    expect(requests.length).toBeLessThan(150);
  });

  test.each([50, 100, 150, 200])("of %i, which is too small, lose no row", async (count) => {
    const small = { total_count: count, max_page: Math.ceil(count / 100) };

    const { lines, requests } = await sync(stream, () => small);

    expect(idsOf(lines, stream)).toEqual(allIds);
    expect(requests.length).toBeLessThan(20);
  });
});
