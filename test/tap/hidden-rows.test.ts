import { expect, test } from "vitest";
import { allScopes } from "../../simulator/index.ts";
import { catalogOf, keysOf, keysWritten, tableRows } from "../support/organization.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, requestCount, simulate } from "../support/simulation.ts";

const catalog = catalogOf("customer_meters");

test("customer_meters of archived meters are there, though their list hides them", async () => {
  const simulator = await simulate({ sizes: { customer_meters: 250 } });
  const archived = tableRows(simulator, "meters").filter(({ archived_at: at }) => at !== null);
  const hidden = simulator.rows("customer_meters").filter((row) => row.hidden);
  expect(hidden.length).toBeGreaterThan(30);

  const settings = { page_size: 20, emit_activate_version_messages: true };
  const { lines, exitCode } = await runTap({ config: configFor(simulator, settings), catalog });

  expect(exitCode).toBe(0);
  expect(keysWritten(lines, "customer_meters")).toEqual(await keysOf(simulator, "customer_meters"));
  const asked = new Set(
    simulator.requests.flatMap(({ query }) => new URLSearchParams(query).get("meter_id") ?? []),
  );
  expect([...asked]).toEqual(archived.map(({ id }) => id));
  expect(messagesOf(lines).filter(({ type }) => type === "ACTIVATE_VERSION")).toHaveLength(1);
});

test("customer_meters of several archived meters are there", async () => {
  const simulator = await simulate({ sizes: { meters: 9, customer_meters: 120 } });
  const archived = tableRows(simulator, "meters").filter(({ archived_at: at }) => at !== null);
  expect(archived.length).toBeGreaterThan(1);

  const { lines, exitCode } = await runTap({ config: configFor(simulator), catalog });

  expect(exitCode).toBe(0);
  expect(keysWritten(lines, "customer_meters")).toEqual(await keysOf(simulator, "customer_meters"));
});

test("customer_meters of one archived meter that can't be read cost no others", async () => {
  const simulator = await simulate({ sizes: { meters: 9, customer_meters: 400 } });
  const archived = tableRows(simulator, "meters").filter(({ archived_at: at }) => at !== null);
  const [bad] = archived;
  const hidden = tableRows(simulator, "customer_meters", true);
  const poisoned = hidden.filter(({ meter_id: meter }) => meter === bad?.id);
  expect(poisoned.length).toBeGreaterThan(11);
  simulator.setFaults([{ kind: "poison", ids: poisoned.map(({ id }) => String(id)) }]);

  const config = configFor(simulator, { max_retries: 0 });
  const { lines, exitCode, stderr } = await runTap({ config, catalog });

  expect(exitCode).toBe(1);
  expect(stderr).toContain(`customer_meters of 1 meters can't be read (${bad?.id})`);
  const others = hidden.filter(({ meter_id: meter }) => meter !== bad?.id);
  expect(keysWritten(lines, "customer_meters")).toEqual(
    others.map(({ id }) => JSON.stringify([id])).sort(),
  );
});

test("what the list shows and can't be read is told, though all that it hides is there", async () => {
  const simulator = await simulate({ sizes: { meters: 9, customer_meters: 120 } });
  const [poisoned] = tableRows(simulator, "customer_meters");
  simulator.setFaults([{ kind: "poison", ids: [String(poisoned?.id)] }]);

  const settings = { max_retries: 0, emit_activate_version_messages: true };
  const config = configFor(simulator, settings);
  const { lines, exitCode, stderr } = await runTap({ config, catalog });

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/customer_meters is incomplete: 1 row/);
  const others = (await keysOf(simulator, "customer_meters")).filter(
    (key) => key !== JSON.stringify([poisoned?.id]),
  );
  expect(keysWritten(lines, "customer_meters")).toEqual(others);
  expect(messagesOf(lines).map(({ type }) => type)).not.toContain("ACTIVATE_VERSION");
});

test("without meters:read customer_meters are incomplete, and what the list shows is there", async () => {
  const scopes = allScopes.filter((scope) => !scope.startsWith("meters:"));
  const simulator = await simulate({ scopes });

  const config = configFor(simulator, { emit_activate_version_messages: true });
  const { lines, exitCode, stderr } = await runTap({ config, catalog });

  // Another run would fare no better: somebody has to add the scope.
  expect(exitCode).toBe(2);
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
    /^tap-polar: customer_meters is incomplete: .*\/v1\/meters\/.*meters:read/,
  );
  const visible = tableRows(simulator, "customer_meters").map(({ id }) => JSON.stringify([id]));
  expect(visible.length).toBeLessThan(simulator.rows("customer_meters").length);
  expect(keysWritten(lines, "customer_meters")).toEqual(visible.sort());
  expect(messagesOf(lines).map(({ type }) => type)).not.toContain("ACTIVATE_VERSION");
});

test("metric_dashboards come all in one answer", async () => {
  const simulator = await simulate({ sizes: { metric_dashboards: 130 } });

  const config = configFor(simulator, { page_size: 10, emit_activate_version_messages: true });
  const { lines, exitCode } = await runTap({ config, catalog: catalogOf("metric_dashboards") });

  expect(exitCode).toBe(0);
  expect(keysWritten(lines, "metric_dashboards")).toEqual(
    await keysOf(simulator, "metric_dashboards"),
  );
  expect(keysWritten(lines, "metric_dashboards")).toHaveLength(130);
  expect(requestCount(simulator)).toBe(1);
  const types = messagesOf(lines).map(({ type }) => type);
  expect(types.filter((type) => type !== "RECORD")).toEqual([
    "SCHEMA",
    "ACTIVATE_VERSION",
    "STATE",
  ]);
});

test("metric_dashboards may be none", async () => {
  const simulator = await simulate({ sizes: { metric_dashboards: 0 } });

  const input = { config: configFor(simulator), catalog: catalogOf("metric_dashboards") };
  const { lines, exitCode } = await runTap(input);

  expect(exitCode).toBe(0);
  expect(messagesOf(lines).map(({ type }) => type)).toEqual(["SCHEMA", "STATE"]);
});
