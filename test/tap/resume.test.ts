import { describe, expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { lastLineOf } from "../support/discretion.ts";
import { catalogOf, keysOf, keysWritten } from "../support/organization.ts";
import { workFolder } from "../support/processes.ts";
import { idsIn, idsOf } from "../support/records.ts";
import {
  confirmedLinesOf,
  lastStateOf,
  messagesOf,
  runIntoTarget,
  runTap,
  runTapUntil,
  type TapInput,
} from "../support/run-tap.ts";
import { configFor, listedIds, requestCount, simulate } from "../support/simulation.ts";

/** Customers go straight through; checkouts have ties without end and are read again and again. */
const streams = ["customers", "orders", "checkouts"];
const sizes = { customers: 45, orders: 130, checkouts: 60 };
const catalog = {
  streams: streams.map((stream) => ({
    tap_stream_id: stream,
    metadata: [{ breadcrumb: [], metadata: { selected: true } }],
  })),
};

function inputFor(simulator: Simulator, settings: object = {}): TapInput {
  return { config: configFor(simulator, { page_size: 10, concurrency: 2, ...settings }), catalog };
}

/** Kills a run at a line of its output, and runs the tap again with the last state it wrote. */
async function killAndResume(
  simulator: Simulator,
  isTime: (line: string, count: number) => boolean,
  settings: object = {},
) {
  const input = inputFor(simulator, settings);
  const killed = await runTapUntil(input, "SIGKILL", isTime);
  expect(killed.signal).toBe("SIGKILL");
  const requestsBefore = requestCount(simulator);
  const resumed = await runTap({ ...input, state: lastStateOf(killed.lines) });
  const requests = requestCount(simulator) - requestsBefore;
  return { killed: confirmedLinesOf(killed.lines), resumed, requests };
}

function expectTogetherWhole(
  simulator: Simulator,
  { killed, resumed }: Awaited<ReturnType<typeof killAndResume>>,
) {
  expect(resumed.exitCode).toBe(0);
  expect(messagesOf(resumed.lines).at(-1)?.type).toBe("STATE");
  for (const stream of streams) {
    const ids = new Set([...idsOf(killed, stream), ...idsOf(resumed.lines, stream)]);
    expect([...ids].sort()).toEqual(listedIds(simulator, stream));
  }
}

describe("a run that was killed goes on with its last state, and nothing is missing", () => {
  test.each([1, 30, 48, 49, 70, 99, 130, 160, 178, 200, 230])("after line %i", async (line) => {
    const simulator = await simulate({ sizes });

    const runs = await killAndResume(simulator, (_, count) => count === line);

    expectTogetherWhole(simulator, runs);
  });

  test("while it was reading again what ties had hidden", async () => {
    const simulator = await simulate({ sizes, latencyMilliseconds: 1 });
    const readsAgain = () => simulator.requests.some(({ query }) => query.includes("=-created_at"));

    const runs = await killAndResume(simulator, readsAgain);

    expectTogetherWhole(simulator, runs);
  });

  test.each([14, 15, 17, 21])("in the middle of ties (seed %i)", async (seed) => {
    // Rows 9 to 12 are tied; the state stands between the second and the third of them.
    const stall = { kind: "stall", path: "/v1/checkouts/", page: 11 } as const;
    const simulator = await simulate({ seed, sizes: { checkouts: 16 }, faults: [stall] });
    const input = { ...inputFor(simulator, { page_size: 1 }), catalog: onlyCheckouts };

    const killed = await runTapUntil(input, "SIGKILL", (_, count) => count === 13);
    simulator.setFaults([]);
    const resumed = await runTap({ ...input, state: lastStateOf(killed.lines) });

    expect(resumed.exitCode).toBe(0);
    const ids = [killed.lines, resumed.lines].flatMap((lines) => idsOf(lines, "checkouts"));
    expect([...new Set(ids)].sort()).toEqual(listedIds(simulator, "checkouts"));
  });

  test("in a target that has seen both runs", async () => {
    const simulator = await simulate({ sizes, faults: [{ kind: "stall", page: 9 }] });
    const folder = await workFolder();
    const input = inputFor(simulator, { request_timeout_seconds: 1, max_retries: 0 });

    const first = await runIntoTarget(input, { folder });
    simulator.setFaults([]);
    const second = await runIntoTarget({ ...input, state: first.target.lines.at(-1) }, { folder });

    expect(first.tap.exitCode).toBe(1);
    expect(second.tap.exitCode).toBe(0);
    for (const stream of streams) {
      const ids = new Set(idsIn(await second.target.rows(stream)));
      expect([...ids].sort()).toEqual(listedIds(simulator, stream));
    }
  });
});

const onlyCheckouts = { streams: catalog.streams.slice(2) };

test("a resumed run goes on in the same version, without reading all again or claiming it did", async () => {
  const simulator = await simulate({ sizes: { ...sizes, orders: 400 } });

  const { killed, resumed, requests } = await killAndResume(
    simulator,
    (_, count) => count === 310,
    { emit_activate_version_messages: true },
  );
  const ordersPages = simulator.requests
    .slice(-requests)
    .filter(({ path }) => path === "/v1/orders/").length;

  const versions = (lines: readonly string[]) =>
    messagesOf(lines).flatMap((message) =>
      message.type === "RECORD" && message.stream === "orders" ? [message.version] : [],
    );
  expect(new Set(versions(killed))).toEqual(new Set(versions(resumed.lines)));
  expect(new Set(versions(killed)).size).toBe(1);
  const activated = messagesOf(resumed.lines).flatMap((message) =>
    message.type === "ACTIVATE_VERSION" ? [message.stream] : [],
  );
  // Customers were done, and need no full sweep; checkouts begin only now.
  expect(activated).toEqual(["checkouts"]);
  // Of the 40 pages of orders 25 were done.
  // The newest page at the end, and five ranges of time, come on top.
  expect(ordersPages).toBeLessThan(18 + 1 + 5);
});

test("a row that can't be read is not forgotten on the way", async () => {
  const faults = [
    { kind: "poison", path: "/v1/orders/", rows: [3] },
    { kind: "stall", path: "/v1/orders/", page: 12 },
  ] as const;
  const simulator = await simulate({ sizes, faults });
  const input = inputFor(simulator);

  // The last line before the page that does not come.
  const killed = await runTapUntil(input, "SIGKILL", (_, count) => count === 160);
  simulator.setFaults(faults.slice(0, 1));
  const resumed = await runTap({ ...input, state: lastStateOf(killed.lines) });

  expect(killed.signal).toBe("SIGKILL");
  expect(resumed.stderr).toContain("orders: going on at page");
  expect(resumed.exitCode).toBe(1);
  expect(lastLineOf(resumed.stderr)).toMatch(/^tap-polar: orders is incomplete: 1 rows .*\b3\b/);
});

test("the parents that an interrupted run had behind it are asked about, too", async () => {
  const simulator = await simulate({
    sizes: { customers: 60, payment_methods: 50 },
    ties: "stable",
    faults: [{ kind: "stall", path: "/v1/customers/", page: 11 }],
  });
  const input = {
    config: configFor(simulator, { page_size: 5, concurrency: 1, use_exports: false }),
    catalog: catalogOf("customers", "payment_methods"),
  };
  const killed = await runTapUntil(input, "SIGKILL", (line) => line.includes('"sweep"'));
  expect(killed.signal).toBe("SIGKILL");
  simulator.setFaults([]);

  const resumed = await runTap({ ...input, state: lastStateOf(killed.lines) });

  expect(resumed.exitCode).toBe(0);
  expect(resumed.stderr).toContain("customers: going on at page");
  expect(keysWritten(resumed.lines, "payment_methods")).toEqual(
    await keysOf(simulator, "payment_methods"),
  );
});
