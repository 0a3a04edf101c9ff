import { describe, expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { workFolder } from "../support/processes.ts";
import { idsIn } from "../support/records.ts";
import { runIntoTarget } from "../support/run-tap.ts";
import { configFor, defaultStreams, listedIds, simulate } from "../support/simulation.ts";

describe("a target that dies", () => {
  test.each([0, 7, 60])(
    "after %i records: the tap ends soon, with a word about it",
    async (records) => {
      const simulator = await simulate({ sizes: { orders: 300 }, latencyMilliseconds: 1 });
      const config = configFor(simulator, { page_size: 10, concurrency: 2 });

      const { tap, target } = await runIntoTarget(
        { config },
        { args: ["--die-after", String(records)] },
      );

      expect(target.exitCode).toBe(1);
      expect(tap.exitCode).toBe(1);
      expect(tap.signal).toBeUndefined();
      expect(lastLineOf(tap.stderr)).toMatch(/^tap-polar: The target closed its input/);
      // It did not read on for nobody.
      expect(simulator.requests.some(({ path }) => path === "/v1/organizations/")).toBe(false);
    },
  );

  test("what it has confirmed is enough to go on from", async () => {
    const simulator = await simulate({ sizes: { orders: 300 }, latencyMilliseconds: 1 });
    const config = configFor(simulator, { page_size: 10, concurrency: 2 });
    const folder = await workFolder();

    const first = await runIntoTarget({ config }, { folder, args: ["--die-after", "200"] });
    const second = await runIntoTarget({ config, state: first.target.lines.at(-1) }, { folder });

    expect(first.target.lines).not.toHaveLength(0);
    expect(second.tap.exitCode).toBe(0);
    for (const stream of defaultStreams) {
      const ids = new Set(idsIn(await second.target.rows(stream)));
      expect([...ids].sort()).toEqual(listedIds(simulator, stream));
    }
  });
});

test("a slow target gets everything", async () => {
  const simulator = await simulate({ sizes: { orders: 200 } });

  const { tap, target } = await runIntoTarget(
    { config: configFor(simulator, { page_size: 20 }) },
    { args: ["--slow", "30"] },
  );

  expect(tap.exitCode).toBe(0);
  expect(target).toMatchObject({ exitCode: 0, stderr: "" });
  for (const stream of defaultStreams) {
    expect(idsIn(await target.rows(stream))).toEqual(listedIds(simulator, stream));
  }
});
