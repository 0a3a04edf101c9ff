import { describe, expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { fakeApi, listAnswer } from "../support/fake-api.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, simulate } from "../support/simulation.ts";

const kinds = {
  "rows come": { everyRequests: 1, insert: 3 },
  "rows go": { everyRequests: 2, remove: 1 },
  "rows change": { everyRequests: 1, update: 5 },
  "rows come, change and go": { everyRequests: 3, insert: 2, update: 2, remove: 1 },
} as const;

describe.each(Object.entries(kinds))("while %s", (_, mutations) => {
  test.each([
    ["customers", 1, 10],
    ["customers", 2, 3],
    ["checkouts", 3, 10],
    ["orders", 4, 7],
  ])(
    "no row of %s is lost that was there all the time (seed %i, pages of %i)",
    async (stream, seed, pageSize) => {
      // It ends some time, as it does in life: a list that never rests can never be counted.
      const simulator = await simulate({
        seed,
        sizes: { [stream]: 60 },
        mutations: { ...mutations, times: 15 },
      });
      const config = configFor(simulator, { page_size: pageSize });

      const { lines, exitCode } = await runTap({ config, catalog: catalogOf(stream) });

      const ids = idsOf(lines, stream);
      const missing = simulator.persistentIds(stream).filter((id) => !ids.includes(id));
      expect({ missing, exitCode }).toEqual({ missing: [], exitCode: 0 });
      expect(new Set(ids).size).toBe(ids.length);
    },
  );
});

// The count stays as it is all the time, so only the times of the rows that come tell of it: the
// tap's clock has to be the simulator's.
test.each([
  ["customers", 100, 240],
  ["customers", 7, 60],
  ["orders", 100, 240],
  ["orders", 7, 60],
])(
  "one row of %s comes as another goes (pages of %i): none is lost, or the stream is incomplete",
  async (stream, pageSize, size) => {
    const exitCodes: (number | undefined)[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const mutations = { everyRequests: 1 + (seed % 3), insert: 1, remove: 1, times: 15 };
      const simulator = await simulate({ seed, sizes: { [stream]: size }, mutations });
      const config = configFor(simulator, { page_size: pageSize });
      const frozenAt = "2026-08-20T12:00:01Z";

      const { lines, exitCode } = await runTap({ config, catalog: catalogOf(stream), frozenAt });

      const ids = idsOf(lines, stream);
      const missing = simulator.persistentIds(stream).filter((id) => !ids.includes(id));
      expect(exitCode === 0 ? missing : []).toEqual([]);
      exitCodes.push(exitCode);
    }
    expect(exitCodes).toContain(0);
  },
);

test("a list that never adds up is incomplete: both numbers, and no ACTIVATE_VERSION", async () => {
  const row = (id: number) => ({ id: `row-${id}`, created_at: "2026-05-01T00:00:00Z" });
  const api = await fakeApi(({ path }) =>
    path === "/v1/refunds/" ? listAnswer([1, 2, 3].map(row), 5) : listAnswer([row(7)]),
  );
  const config = {
    api_url: api.url,
    access_token: "polar_oat_Zx81TestOnly",
    emit_activate_version_messages: true,
  };

  const run = await runTap({ config, catalog: catalogOf("orders", "refunds", "benefits") });

  expect(run.exitCode).toBe(1);
  expect(lastLineOf(run.stderr)).toMatch(/^tap-polar: refunds is incomplete: 3 rows .* 5\b/);
  expect(idsOf(run.lines, "refunds")).toEqual(["row-1", "row-2", "row-3"]);
  const messages = messagesOf(run.lines);
  const activated = messages.flatMap((message) =>
    message.type === "ACTIVATE_VERSION" ? [message.stream] : [],
  );
  expect(activated).toEqual(["orders", "benefits"]);
  expect(messages.at(-1)?.type).toBe("STATE");
  // It tried, and it ended.
  const tries = api.requests.filter(({ path }) => path === "/v1/refunds/").length;
  expect(tries).toBeGreaterThan(4);
  expect(tries).toBeLessThan(40);
});
