import { describe, expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { lastStateOf, messagesOf, runTap, runTapUntil, type TapInput } from "../support/run-tap.ts";
import { configFor, listedIds, requestCount, simulate } from "../support/simulation.ts";

const frozenAt = "2026-11-01T12:00:00.000Z";

/** A run that was killed in the middle of the orders, before its page 12. */
async function interruptedRun() {
  const fault = { kind: "stall", path: "/v1/orders/", page: 12 } as const;
  const simulator = await simulate({ sizes: { orders: 150 }, faults: [fault] });
  const config = configFor(simulator, { page_size: 10, emit_activate_version_messages: true });
  const input: TapInput = { config, catalog: catalogOf("orders"), frozenAt };
  const killed = await runTapUntil(input, "SIGKILL", (_, count) => count === 113);
  expect(killed.signal).toBe("SIGKILL");
  simulator.setFaults([]);
  return { simulator, input, killed: killed.lines, state: lastStateOf(killed.lines) };
}

/** The ids of the orders, from the oldest to the newest. */
function oldestFirst(simulator: Simulator): string[] {
  return simulator.rows("orders").map(({ id }) => id);
}

describe("a list that has changed since the run was interrupted", () => {
  test.each<[string, (simulator: Simulator) => void]>([
    [
      "a row before the position is gone",
      (simulator) => simulator.remove("orders", oldestFirst(simulator)[5] ?? ""),
    ],
    [
      "a row on the page before it is gone",
      (simulator) => simulator.remove("orders", oldestFirst(simulator)[85] ?? ""),
    ],
    [
      "a row before the position has come",
      (simulator) => void simulator.insert("orders", { created_at: "2020-01-01T00:00:00Z" }),
    ],
    [
      "one has gone, and many have come at the end",
      (simulator) => {
        simulator.remove("orders", oldestFirst(simulator)[5] ?? "");
        for (let count = 0; count < 15; count++) simulator.insert("orders");
      },
    ],
  ])("%s: it is read anew, in a new version, and nothing is missing", async (_, change) => {
    const { simulator, input, killed, state } = await interruptedRun();
    change(simulator);

    const resumed = await runTap({ ...input, state });

    expect(resumed.exitCode).toBe(0);
    expect(resumed.stderr).toMatch(/orders: has changed since the interrupted sync/);
    expect(idsOf(resumed.lines, "orders")).toEqual(
      expect.arrayContaining(listedIds(simulator, "orders")),
    );
    const messages = messagesOf(resumed.lines);
    const versions = (lines: readonly string[]) =>
      messagesOf(lines).flatMap((message) => (message.type === "RECORD" ? [message.version] : []));
    const [first = 0] = versions(killed);
    expect(new Set(versions(resumed.lines).slice(-listedIds(simulator, "orders").length))).toEqual(
      new Set([first + 1]),
    );
    expect(messages.filter(({ type }) => type === "ACTIVATE_VERSION")).toMatchObject([
      { stream: "orders", version: first + 1 },
    ]);
  });

  test("rows that came at the end alone are no reason to begin anew", async () => {
    const { simulator, input, killed, state } = await interruptedRun();
    const before = requestCount(simulator);
    for (let count = 0; count < 5; count++) simulator.insert("orders");

    const resumed = await runTap({ ...input, state });

    expect(resumed.exitCode).toBe(0);
    // Five pages and the one before; then the newest page, twice since some have come, and five ranges.
    expect(requestCount(simulator) - before).toBeLessThanOrEqual(6 + 2 + 5);
    const ids = new Set([...idsOf(killed, "orders"), ...idsOf(resumed.lines, "orders")]);
    expect([...ids].sort()).toEqual(listedIds(simulator, "orders"));
  });

  test("another page size: the position means nothing, it is read anew", async () => {
    const { simulator, input, state } = await interruptedRun();

    const config = configFor(simulator, { page_size: 9 });
    const resumed = await runTap({ ...input, config, state });

    expect(resumed.exitCode).toBe(0);
    expect(idsOf(resumed.lines, "orders")).toEqual(listedIds(simulator, "orders"));
  });
});

describe("what a state holds beside", () => {
  const state = {
    bookmarks: {
      orders: { version: 7, note: "kept", format: 1 },
      refunds: { version: 8, format: 1, sweep: { page: 3, of: "another time" } },
      "a stream of later": { x: [1, { y: null }] },
    },
    currently_syncing: "orders",
    "": {},
  };

  test("is kept: unknown keys, and the bookmarks of what is not selected", async () => {
    const simulator = await simulate();
    const input = { config: configFor(simulator), catalog: catalogOf("orders"), frozenAt, state };

    const { lines, exitCode } = await runTap(input);

    expect(exitCode).toBe(0);
    const version = Date.parse(frozenAt) / 1_000;
    expect(lastStateOf(lines)).toEqual({
      ...state,
      bookmarks: {
        ...state.bookmarks,
        orders: expect.objectContaining({ version, note: "kept", format: 1 }),
      },
    });
  });

  test("stays as it was, to the digit", async () => {
    const simulator = await simulate();
    const text =
      '{"big":12345678901234567890123,"bookmarks":{"refunds":{"ratio":1.10,"__proto__":1e400}}}';
    const input = { config: configFor(simulator), catalog: catalogOf("products"), state: text };

    const { lines } = await runTap(input);

    expect(lines.at(-1)).toContain('"big":12345678901234567890123');
    expect(lines.at(-1)).toContain('"refunds":{"ratio":1.10,"__proto__":1e400}');
  });
});
