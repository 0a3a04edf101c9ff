import { describe, expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { fakeApi, listAnswer } from "../support/fake-api.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, simulate } from "../support/simulation.ts";

const streams = ["customers", "orders", "checkouts"];
const catalog = catalogOf(...streams);

const kinds = {
  "rows come": { everyRequests: 1, insert: 3 },
  "rows go": { everyRequests: 2, remove: 1 },
  "rows change": { everyRequests: 1, update: 5 },
  "rows come, change and go": { everyRequests: 2, insert: 1, update: 2, remove: 1 },
} as const;

describe.each(Object.entries(kinds))("while %s", (_, mutations) => {
  test.each([
    [1, 10],
    [2, 10],
    [3, 7],
    [4, 3],
  ])(
    "every row that was there all the time is written (seed %i, pages of %i)",
    async (seed, pageSize) => {
      const sizes = { customers: 40, orders: 70, checkouts: 40 };
      // It ends some time, as it does in life: a list that never rests can never be counted.
      const simulator = await simulate({ seed, sizes, mutations: { ...mutations, times: 25 } });
      const config = configFor(simulator, { page_size: pageSize });

      const { lines, exitCode } = await runTap({ config, catalog });

      expect(exitCode).toBe(0);
      for (const stream of streams) {
        const ids = idsOf(lines, stream);
        expect(new Set(ids).size).toBe(ids.length);
        const missing = simulator.persistentIds(stream).filter((id) => !ids.includes(id));
        expect({ stream, missing }).toEqual({ stream, missing: [] });
      }
    },
  );
});

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
