import { beforeAll, describe, expect, test } from "vitest";
import type { Fault, Simulator } from "../../simulator/index.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { runTap, type TapInput } from "../support/run-tap.ts";
import { configFor, listedIds, simulate } from "../support/simulation.ts";

const streams = ["customers", "orders", "checkouts"];
const frozenAt = "2026-11-01T12:00:00.000Z";

/** Without ties that need repair, the output depends on nothing but the rows. */
const options = { sizes: { customers: 40, orders: 60, checkouts: 30 }, ties: "stable" } as const;

function inputFor(simulator: Simulator): TapInput {
  const config = configFor(simulator, { page_size: 10, request_timeout_seconds: 1 });
  return { config, catalog: catalogOf(...streams), frozenAt };
}

describe("trouble that passes leaves no trace in the output", () => {
  let undisturbed: string;
  beforeAll(async () => {
    const { lines } = await runTap(inputFor(await simulate(options)));
    undisturbed = lines.join("\n");
  });

  const faults: readonly (Fault & { readonly name: string })[] = [
    { name: "500 twice on one page", kind: "status", status: 500, page: 2, times: 2 },
    { name: "502", kind: "status", status: 502, every: 3, times: 3 },
    { name: "503 on the first request", kind: "status", status: 503, times: 2 },
    { name: "a reset after a 500", kind: "reset-after-500", every: 4, times: 3 },
    { name: "a reset", kind: "reset", every: 3, times: 4 },
    { name: "no answer", kind: "stall", after: 4, times: 1 },
    { name: "half an answer, then silence", kind: "stall-body", after: 4, times: 1 },
    { name: "a truncated body", kind: "truncate", every: 3, times: 3 },
    { name: "a truncated chunked body", kind: "truncate-chunked", every: 3, times: 3 },
    { name: "bytes that are no JSON", kind: "garble", every: 3, times: 3 },
    { name: "slow drips", kind: "drip", seconds: 0.2, every: 5, times: 2 },
    { name: "slow drips without end", kind: "drip", seconds: 600, after: 4, times: 1 },
    { name: "429", kind: "rate-limit", seconds: 1, after: 4, times: 1 },
  ];

  test.each(faults)("$name", async ({ name: _, ...fault }) => {
    const simulator = await simulate({ ...options, faults: [fault] });

    const { lines, exitCode } = await runTap(inputFor(simulator));

    expect(exitCode).toBe(0);
    const struck = simulator.requests.filter((request) => request.fault === fault.kind);
    expect(struck.length).toBeGreaterThanOrEqual(fault.times ?? 0);
    for (const stream of streams) {
      expect(idsOf(lines, stream)).toEqual(listedIds(simulator, stream));
    }
    // Not `toBe`: nobody wants to read the difference of megabytes.
    expect(lines.join("\n") === undisturbed).toBe(true);
  });
});

test.each([1, 2, 3])("everything at once, by chance (seed %i)", async (seed) => {
  const probability = 0.06;
  const faults: Fault[] = [
    { kind: "status", status: 500, probability },
    { kind: "status", status: 503, probability },
    { kind: "reset-after-500", probability },
    { kind: "reset", probability },
    { kind: "truncate", probability },
    { kind: "truncate-chunked", probability },
    { kind: "garble", probability },
    { kind: "stall", probability, times: 2 },
  ];
  const simulator = await simulate({ ...options, seed, ties: "shuffled", faults });

  const { lines, exitCode } = await runTap(inputFor(simulator));

  expect(exitCode).toBe(0);
  expect(simulator.requests.filter(({ fault }) => fault !== null).length).toBeGreaterThan(3);
  for (const stream of streams) expect(idsOf(lines, stream)).toEqual(listedIds(simulator, stream));
});

test("a redirect on the same origin is followed, with the token", async () => {
  const simulator = await simulate();
  simulator.setFaults([{ kind: "redirect", to: simulator.url, times: 2 }]);

  const { lines, exitCode } = await runTap({
    config: configFor(simulator),
    catalog: catalogOf("orders"),
  });

  expect(exitCode).toBe(0);
  expect(simulator.requests.map(({ status }) => status)).toEqual([307, 307, 200]);
  expect(simulator.requests.every(({ hasAuthorization }) => hasAuthorization)).toBe(true);
  expect(idsOf(lines, "orders")).toEqual(listedIds(simulator, "orders"));
});
