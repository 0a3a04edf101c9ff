import { expect, test } from "vitest";
import { catalogOf, keysOf, keysWritten } from "../support/organization.ts";
import { runTap } from "../support/run-tap.ts";
import { configFor, simulate } from "../support/simulation.ts";
import { Warehouse } from "../support/warehouse.ts";

test("children are read although the list of their parents can't be caught up", async () => {
  const simulator = await simulate({ now: new Date("2026-11-01T12:00:00Z") });
  const catalog = catalogOf("customers", "payment_methods");
  const warehouse = new Warehouse(simulator, { page_size: 5, max_retries: 0 });
  expect(await warehouse.sync(catalog)).toMatchObject({ exitCode: 0 });
  simulator.setFaults([{ kind: "status", status: 503, path: "/v1/customers/", times: 1 }]);

  const { exitCode, lines, stderr } = await runTap({
    config: configFor(simulator, { page_size: 5, max_retries: 0 }),
    catalog,
    state: warehouse.state,
    frozenAt: simulator.clock.now.toISOString(),
  });

  expect(exitCode).toBe(1);
  expect(stderr).toContain("customers is incomplete");
  expect(stderr).not.toContain("payment_methods is incomplete");
  const expected = await keysOf(simulator, "payment_methods");
  expect(expected.length).toBeGreaterThan(0);
  expect(keysWritten(lines, "payment_methods")).toEqual(expected);
});
