import { describe, expect, test } from "vitest";
import { idsOf } from "../support/records.ts";
import { runTap } from "../support/run-tap.ts";
import {
  configFor,
  defaultStreams,
  listedIds,
  requestCount,
  simulate,
} from "../support/simulation.ts";

/**
 * Almost a third of the rows of every list share one created_at, and the simulator deals such rows
 * anew for each offset and limit, as PostgreSQL does. Orders and customers have a second key that
 * tells them apart; checkouts and subscriptions have none that does.
 */
describe.each([1, 7, 10, 100])("with pages of %i rows and ties longer than that", (pageSize) => {
  const rows = pageSize === 100 ? 450 : 60;
  const sizes = {
    ...Object.fromEntries(defaultStreams.map((stream) => [stream, rows])),
    organizations: 1,
  };

  test.each([1, 2])("every row is written once (seed %i)", async (seed) => {
    const simulator = await simulate({ seed, sizes });

    const config = configFor(simulator, { page_size: pageSize });
    const { lines, exitCode } = await runTap({ config });

    expect(exitCode).toBe(0);
    for (const stream of defaultStreams) {
      expect(idsOf(lines, stream)).toEqual(listedIds(simulator, stream));
    }
  });

  test("rows are lost to whoever walks the pages once", async () => {
    const simulator = await simulate({ seed: 1, sizes });

    const seen = new Set<string>();
    for (let page = 1; page <= Math.ceil(rows / pageSize); page++) {
      const query = `limit=${pageSize}&page=${page}&sorting=created_at`;
      const answer = await fetch(`${simulator.url}/v1/checkouts/?${query}`, {
        headers: { authorization: `Bearer ${simulator.accessToken}` },
      });
      for (const { id } of JSON.parse(await answer.text()).items) seen.add(id);
    }

    expect(seen.size).toBeLessThan(rows);
  });
});

test("a second key that tells ties apart makes one walk enough", async () => {
  const simulator = await simulate({ sizes: { customers: 230 } });

  const config = configFor(simulator, { page_size: 10, use_exports: false });
  const { exitCode } = await runTap({ config });

  expect(exitCode).toBe(0);
  // Its pages, and the newest of them before and after.
  expect(requestCount(simulator, "/v1/customers/")).toBe(23 + 2);
});
