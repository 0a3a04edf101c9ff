import { describe, expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, listedIds, simulate } from "../support/simulation.ts";

const orders = "/v1/orders/";

/** Reads orders of which some make their page fail, and a stream after them. */
async function syncPoisoned(rows: readonly number[], size: number, pageSize: number) {
  const faults = [{ kind: "poison", path: orders, rows } as const];
  const simulator = await simulate({ sizes: { orders: size }, ties: "stable", faults });
  const run = await runTap({
    config: configFor(simulator, { page_size: pageSize, max_retries: 1 }),
    catalog: catalogOf("orders", "refunds"),
  });
  const written = idsOf(run.lines, "orders");
  const missing = listedIds(simulator, "orders").filter((id) => !written.includes(id));
  return { ...run, simulator, written, missing };
}

describe.each([
  ["one on a full page", [37], 130, 100],
  ["the first and the last of the list", [0, 59], 60, 10],
  ["several on one page", [10, 11, 14], 40, 10],
  ["on pages of one row", [3, 4], 8, 1],
  ["on a page of a prime size", [9], 20, 7],
  ["the only one", [0], 1, 10],
])("rows that the server can't send: %s", (_, rows, size, pageSize) => {
  test("they alone are missing, their positions are told, the rest is there", async () => {
    const { simulator, lines, exitCode, stderr, written, missing } = await syncPoisoned(
      rows,
      size,
      pageSize,
    );

    expect(exitCode).toBe(1);
    // Ties keep still, and the simulator lists orders by time.
    const ids = simulator.rows("orders").map(({ id }) => id);
    expect(missing).toEqual(rows.map((row) => ids[row]).sort());
    expect(written).toHaveLength(size - rows.length);
    const last = lastLineOf(stderr);
    expect(last).toContain(`orders is incomplete: ${rows.length} rows of orders can't be read`);
    expect(last).toContain(`from 0: ${rows.join(", ")})`);
    expect(idsOf(lines, "refunds")).toEqual(listedIds(simulator, "refunds"));
    expect(messagesOf(lines).at(-1)?.type).toBe("STATE");
  });
});

test.each([1, 2, 3])("among ties the others are all there (seed %i)", async (seed) => {
  const simulator = await simulate({
    seed,
    sizes: { checkouts: 40 },
    faults: [{ kind: "poison", path: "/v1/checkouts/", rows: [21] }],
  });

  const config = configFor(simulator, { page_size: 10, max_retries: 1 });
  const { lines, exitCode, stderr } = await runTap({ config, catalog: catalogOf("checkouts") });

  const ids = idsOf(lines, "checkouts");
  const missing = listedIds(simulator, "checkouts").filter((id) => !ids.includes(id));
  expect({ exitCode, missing }).toEqual({
    exitCode: 1,
    missing: [simulator.rows("checkouts")[21]?.id],
  });
  expect(lastLineOf(stderr)).toMatch(/checkouts is incomplete: \d rows of checkouts can't be read/);
});

test("a list that always fails is not walked row by row", async () => {
  const faults = [{ kind: "status", path: orders, status: 500 } as const];
  const simulator = await simulate({ sizes: { orders: 1000 }, faults });

  const config = configFor(simulator, { max_retries: 0 });
  const { lines, exitCode, stderr } = await runTap({
    config,
    catalog: catalogOf("orders", "refunds"),
  });

  expect(exitCode).toBe(1);
  expect(lastLineOf(stderr)).toMatch(/orders is incomplete/);
  expect(simulator.requests.length).toBeLessThan(60);
  expect(idsOf(lines, "refunds")).toEqual(listedIds(simulator, "refunds"));
});
