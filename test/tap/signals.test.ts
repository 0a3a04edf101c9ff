import { once } from "node:events";
import { createReadStream } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { catalogOf } from "../support/organization.ts";
import { type Ending, namedPipe } from "../support/processes.ts";
import { idsOf } from "../support/records.ts";
import {
  confirmedLinesOf,
  lastStateOf,
  messagesOf,
  runTap,
  runTapUntil,
  startTap,
  type TapInput,
} from "../support/run-tap.ts";
import { configFor, listedIds, simulate } from "../support/simulation.ts";

const streams = ["customers", "orders", "checkouts"];
const sizes = { customers: 45, orders: 90, checkouts: 40 };

/** Whole lines only, the last of them a STATE, and a word for the user. */
function expectGoodEnd({ lines, unfinishedBytes, exitCode, signal, stderr }: Ending, code: number) {
  expect({ exitCode, signal, unfinishedBytes }).toEqual({
    exitCode: code,
    signal: undefined,
    unfinishedBytes: 0,
  });
  expect(messagesOf(lines).at(-1)?.type).toBe("STATE");
  expect(lastLineOf(stderr)).toMatch(/^tap-polar: Interrupted; run again with the last state/);
}

describe.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("%s", (signal, code) => {
  test.each([1, 60, 120, 150])("after line %i", async (line) => {
    const simulator = await simulate({ sizes, latencyMilliseconds: 1 });
    const config = configFor(simulator, { page_size: 10, concurrency: 2 });
    const input: TapInput = { config, catalog: catalogOf(...streams) };

    const first = await runTapUntil(input, signal, (_, count) => count === line);

    expectGoodEnd(first, code);
    // The last state covers all that was written, and the next run goes on from it.
    expect(confirmedLinesOf(first.lines)).toEqual(first.lines);
    const second = await runTap({ ...input, state: lastStateOf(first.lines) });
    expect(second.exitCode).toBe(0);
    for (const stream of streams) {
      const ids = [...idsOf(first.lines, stream), ...idsOf(second.lines, stream)];
      expect([...new Set(ids)].sort()).toEqual(listedIds(simulator, stream));
    }
  });

  test("while the API hangs in the middle of a list", async () => {
    const simulator = await simulate({ sizes, faults: [{ kind: "stall", page: 5 }] });
    const config = configFor(simulator, { page_size: 10, concurrency: 1 });

    const run = await runTapUntil(
      { config, catalog: catalogOf("orders") },
      signal,
      (_, count) => count === 41,
    );

    expectGoodEnd(run, code);
    expect(idsOf(run.lines, "orders")).toHaveLength(40);
  });

  test("while the API hangs at the first request", async () => {
    const simulator = await simulate({ sizes, faults: [{ kind: "stall" }] });

    const run = await runTapUntil({ config: configFor(simulator) }, signal, () => true);

    expectGoodEnd(run, code);
    expect(lastStateOf(run.lines)).toEqual({ bookmarks: {} });
  });

  test("while requests are tried again and again", async () => {
    const simulator = await simulate({ sizes, faults: [{ kind: "status", status: 503 }] });

    const config = configFor(simulator, { max_retries: 100 });
    const run = await runTapUntil({ config }, signal, () => true);

    expectGoodEnd(run, code);
  });
});

describe("Ctrl-C in a pipe reaches the target, too", () => {
  /** Starts a run into a pipe; its first bytes have come, and nobody has read on. */
  async function startIntoPipe() {
    const simulator = await simulate({ sizes: { orders: 450 }, latencyMilliseconds: 1 });
    const pipe = await namedPipe();
    const config = configFor(simulator, { page_size: 10 });
    const tap = await startTap({ config, catalog: catalogOf("orders") }, { to: pipe });
    const target = createReadStream(pipe);
    await once(target, "readable");
    return { tap, target };
  }

  test.each([
    ["the target is gone first", true],
    ["the tap hears of it first", false],
  ])("%s", async (_, isTargetFirst) => {
    for (let time = 0; time < 4; time++) {
      const { tap, target } = await startIntoPipe();

      if (!isTargetFirst) tap.kill("SIGINT");
      const closed = once(target, "close");
      target.destroy();
      await closed;
      if (isTargetFirst) tap.kill("SIGINT");
      const { exitCode, stderr } = await tap.ended;

      expect(exitCode).toBe(130);
      expect(lastLineOf(stderr)).toMatch(/^tap-polar: Interrupted/);
      expect(stderr).not.toContain("look in the target's log");
    }
  });

  test("a target that ends by itself is another matter", async () => {
    const { tap, target } = await startIntoPipe();

    target.destroy();
    const { exitCode, stderr } = await tap.ended;

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/ERROR The target closed its input/);
    expect(lastLineOf(stderr)).toMatch(/^tap-polar: The target closed its input.*target's log/);
  });
});

describe("while the target does not read", () => {
  /** Starts a run whose output nobody reads, and waits until it is stuck. */
  async function startStuck() {
    const simulator = await simulate({ sizes: { orders: 450 } });
    const config = configFor(simulator, { page_size: 10, concurrency: 2 });
    const tap = await startTap(
      { config, catalog: catalogOf("orders") },
      { onLine: (_, running) => running.lines.length === 1 && running.pause() },
    );
    // The pipe holds few pages, and few more are read ahead: at the tenth it is full.
    await vi.waitFor(() => expect(simulator.requests.length).toBeGreaterThanOrEqual(10), 30_000);
    return { simulator, tap };
  }

  test("it is not read further ahead than a few pages", async () => {
    const { simulator, tap } = await startStuck();

    tap.kill("SIGTERM");
    await tap.exited;
    tap.resume();
    const { exitCode, unfinishedBytes, lines } = await tap.ended;

    // Nobody took what was in hand: it can only give up. It does, and says so by the exit code.
    expect(exitCode).toBe(143);
    expect(simulator.requests.length).toBeLessThan(45);
    const whole = unfinishedBytes === 0 ? lines : lines.slice(0, -1);
    expect(new Set(idsOf(whole, "orders")).size).toBe(idsOf(whole, "orders").length);
  });

  test("and reads again in time, it gets whole lines and a last state", async () => {
    const { tap } = await startStuck();

    tap.kill("SIGTERM");
    tap.resume();

    expectGoodEnd(await tap.ended, 143);
  });
});
