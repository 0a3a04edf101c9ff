/** What the CSV exports tell of, with a token that may read nothing but the default streams. */
import { describe, expect, it } from "vitest";
import type { RecordedRequest, Simulator, SimulatorOptions } from "../../simulator/index.ts";
import { defaultStreams, requestCount, simulate } from "../support/simulation.ts";
import { type Sync, Warehouse } from "../support/warehouse.ts";

const scopes = defaultStreams.map((stream) => `${stream}:read`);
const paths = ["orders", "subscriptions", "customers"].map((list) => `/v1/${list}/export`);

const organization = ({ sizes, ...options }: SimulatorOptions = {}) =>
  simulate({
    scopes,
    date: "simulator",
    spread: true,
    ...options,
    sizes: { customers: 250, orders: 600, subscriptions: 220, ...sizes },
  });

/** A warehouse that has been filled by a full sweep. */
async function filled(simulator: Simulator, settings: object = {}): Promise<Warehouse> {
  const warehouse = new Warehouse(simulator, settings);
  await warehouse.sync();
  return warehouse;
}

/** Some time passes, and then a sync comes. */
function later(warehouse: Warehouse, hours = 1): Promise<Sync> {
  warehouse.simulator.clock.advance(hours * 3_600);
  return warehouse.sync();
}

const different = (warehouse: Warehouse) =>
  defaultStreams.flatMap((stream) => warehouse.different(stream));

const warnings = ({ stderr }: Sync) =>
  stderr.split("\n").filter((line) => line.includes("is of no use"));

const exportCount = (simulator: Simulator) =>
  paths.reduce((sum, path) => sum + requestCount(simulator, path), 0);

describe("a change that nothing else tells of", () => {
  it.each([
    ["order.update", "orders"],
    ["order.refund", "orders"],
    ["customer.update", "customers"],
    ["subscription.cycle", "subscriptions"],
    ["subscription.pause", "subscriptions"],
  ])("%s is seen by the next run", async (change, stream) => {
    const simulator = await organization();
    const warehouse = await filled(simulator);
    await later(warehouse, 3);
    simulator.clock.advance(60);
    simulator.change(change);
    expect(warehouse.different(stream)).toHaveLength(1);
    const { exitCode, requests } = await later(warehouse);
    expect(exitCode).toBe(0);
    expect(different(warehouse)).toEqual([]);
    expect(requests).toBeLessThanOrEqual(40);
  });

  it("is seen by the next full sweep only, when the exports are not to be used", async () => {
    const simulator = await organization();
    const warehouse = await filled(simulator, { use_exports: false });
    const id = simulator.change("order.update");
    await later(warehouse);
    expect(warehouse.different("orders")).toEqual([id]);
    await later(warehouse, 24);
    expect(different(warehouse)).toEqual([]);
    expect(exportCount(simulator)).toBe(0);
  });

  it("is seen among old rows within the hours of a full sweep", async () => {
    const simulator = await organization({ sizes: { orders: 15_000 } });
    const warehouse = await filled(simulator, { full_sweep_hours: 5 });
    expect(requestCount(simulator, "/v1/orders/export")).toBe(2);
    const [oldest = ""] = simulator.rows("orders").map(({ id }) => id);
    simulator.change("order.update", { id: oldest });
    for (let run = 1; run < 5; run++) {
      const before = requestCount(simulator, "/v1/orders/export");
      const { requests } = await later(warehouse);
      expect(requestCount(simulator, "/v1/orders/export") - before).toBeLessThanOrEqual(3);
      expect(requests).toBeLessThanOrEqual(60);
    }
    expect(different(warehouse)).toEqual([]);
  });

  it("waits for its turn when more has changed than one run reads again", async () => {
    const simulator = await organization({ sizes: { orders: 1_500 } });
    const warehouse = await filled(simulator);
    const ids = simulator.rows("orders").map(({ id }) => id);
    for (let at = 50; at < 1_500; at += 100) {
      simulator.change("order.update", { id: ids[at] ?? "" });
    }
    const left: number[] = [];
    for (let run = 0; run < 8; run++) {
      const { requests } = await later(warehouse);
      expect(requests).toBeLessThanOrEqual(60);
      left.push(warehouse.different("orders").length);
    }
    expect(left[0]).toBeGreaterThan(0);
    expect(left.at(-1)).toBe(0);
  });

  it("is not missed when it comes in the middle of a run", async () => {
    let onRequest: ((request: RecordedRequest) => void) | undefined;
    const simulator = await organization({ onRequest: (request) => onRequest?.(request) });
    const warehouse = await filled(simulator);
    const ids = simulator.rows("orders").map(({ id }) => id);
    const inMiddle = (request: RecordedRequest) => {
      if (!request.path.startsWith("/v1/orders/")) return;
      // The newest rows are read by each run, and only once.
      for (const id of [...ids.slice(-3), ...ids.slice(0, 3)]) {
        simulator.change("order.update", { id });
      }
    };
    // In a full sweep, too.
    for (const hours of [1, 24]) {
      onRequest = inMiddle;
      await later(warehouse, hours);
      onRequest = undefined;
      for (let run = 0; run < 3; run++) await later(warehouse, 2);
      expect(different(warehouse)).toEqual([]);
    }
  });
});

it("a change that comes between an export and the newest rows is not taken for read", async () => {
  let onRequest: ((request: RecordedRequest) => void) | undefined;
  const simulator = await organization({ onRequest: (request) => onRequest?.(request) });
  const warehouse = await filled(simulator);
  simulator.clock.advance(60);
  const id = simulator.change("order.create");
  simulator.clock.advance(50 * 60);
  // A newer one, so that the next run does not meet the first one among the newest.
  simulator.change("order.create");
  simulator.clock.advance(60);
  onRequest = ({ path }) => {
    if (path === "/v1/orders/export") simulator.change("order.update", { id });
  };
  await warehouse.sync();
  onRequest = undefined;
  await later(warehouse);
  expect(warehouse.different("orders")).toEqual([]);
});

it("an idle run reads again nothing but the newest rows", async () => {
  const simulator = await organization();
  const warehouse = await filled(simulator);
  await later(warehouse);
  const { requests, stderr } = await later(warehouse);
  expect(requests).toBeLessThanOrEqual(25);
  expect(stderr).not.toContain("read whole");
  expect(different(warehouse)).toEqual([]);
});

it("what came with an old date explains the count, and is no reason for a full sweep", async () => {
  const simulator = await organization();
  const warehouse = await filled(simulator);
  const at = new Date(simulator.clock.now.getTime() - 100 * 86_400_000);
  const imported = [
    simulator.change("order.import", { at }),
    simulator.change("order.import", { at: new Date("2001-02-03T04:05:06Z") }),
  ];
  const { stderr, requests } = await later(warehouse);
  for (const id of imported) expect(warehouse.row("orders", id)).toBeDefined();
  // Their customers were counted up without a trace but in the orders' own copy.
  expect(different(warehouse)).toEqual([]);
  expect(stderr).not.toContain("read whole");
  expect(requests).toBeLessThanOrEqual(40);
});

it("a customer who has gone does not disturb those who are left", async () => {
  const simulator = await organization();
  const warehouse = await filled(simulator);
  const ids = simulator.rows("customers").map(({ id }) => id);
  simulator.change("customer.delete", { id: ids[120] ?? "" });
  simulator.change("customer.update", { id: ids[130] ?? "" });
  const { exitCode } = await later(warehouse);
  expect(exitCode).toBe(0);
  expect(warehouse.different("customers")).toEqual([]);
});

describe("rows that come with an old time", () => {
  const events = ["events:read", ...scopes];

  it.each([
    ["order.import", "orders", "2024-02-29T12:00:00Z"],
    ["order.import", "orders", "2001-02-03T04:05:06Z"],
    ["subscription.import", "subscriptions", "2024-02-29T12:00:00Z"],
  ])(
    "%s: %s of %s are found by counts, whichever export has its turn",
    async (change, stream, at) => {
      const simulator = await organization({
        scopes: events,
        sizes: { orders: 3_000, subscriptions: 1_500 },
      });
      const warehouse = await filled(simulator);
      for (let run = 0; run < 4; run++) {
        const id = simulator.change(change, { at: new Date(Date.parse(at) + run * 1_000) });
        const { stderr, requests } = await later(warehouse);
        expect(warehouse.missing(stream)).toEqual([]);
        expect(warehouse.row(stream, id)).toBeDefined();
        expect(different(warehouse)).toEqual([]);
        expect(stderr).not.toContain("read whole");
        expect(requests).toBeLessThanOrEqual(60);
      }
      const idle = await later(warehouse);
      expect(idle.stderr).not.toContain("read whole");
    },
  );
});

it("rows that come with an old time are found among more changes than one run reads again", async () => {
  const simulator = await organization({ sizes: { orders: 1_500 } });
  const warehouse = await filled(simulator);
  const ids = simulator.rows("orders").map(({ id }) => id);
  for (let at = 50; at < 1_500; at += 100) {
    simulator.change("order.update", { id: ids[at] ?? "" });
  }
  simulator.clock.advance(60);
  simulator.change("order.create");
  const at = new Date("2001-02-03T04:05:06Z");
  const imported = [simulator.change("order.import", { at }), simulator.change("order.import")];
  const { stderr } = await later(warehouse);
  expect(stderr).not.toContain("read whole");
  for (const id of imported) expect(warehouse.row("orders", id)).toBeDefined();
});

describe("an export that fails", () => {
  it.each([
    ["is refused", { kind: "status", status: 403 }],
    ["makes the server fail", { kind: "status", status: 500 }],
    ["is not to be had for now", { kind: "status", status: 503 }],
    ["is a web page", { kind: "html", status: 200, title: "Log in" }],
    ["is cut off", { kind: "truncate" }],
    ["breaks the connection", { kind: "reset" }],
  ] as const)("is left out with one warning when it %s", async (_, fault) => {
    const simulator = await organization();
    const warehouse = await filled(simulator);
    simulator.setFaults(paths.map((path) => ({ ...fault, path })));
    simulator.change("order.create");
    const id = simulator.change("order.update", { id: simulator.rows("orders")[0]?.id ?? "" });
    const failed = await later(warehouse);
    expect(failed.exitCode).toBe(0);
    expect(warnings(failed)).toHaveLength(1);
    expect(warehouse.different("orders")).toEqual([id]);
    simulator.setFaults([]);
    const again = await later(warehouse);
    expect(warnings(again)).toEqual([]);
    expect(different(warehouse)).toEqual([]);
  });

  it("does not keep a list from being read whole", async () => {
    const simulator = await organization();
    simulator.setFaults(paths.map((path) => ({ kind: "status", status: 500, path })));
    const warehouse = new Warehouse(simulator);
    const first = await warehouse.sync();
    expect([first.exitCode, warnings(first).length]).toEqual([0, 1]);
    simulator.setFaults([]);
    const second = await later(warehouse);
    expect([second.exitCode, warnings(second).length]).toEqual([0, 0]);
    await later(warehouse, 24);
    simulator.change("order.update");
    await later(warehouse);
    expect(different(warehouse)).toEqual([]);
  });
});
