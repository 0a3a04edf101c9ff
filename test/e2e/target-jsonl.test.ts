/** The tap's output as Python's target-jsonl and singer-check-tap take it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Simulator, startSimulator } from "../../simulator/index.ts";
import { streams } from "../../src/streams/index.ts";
import { FEED_BOOKMARK } from "../../src/sync/bookmarks/feed-bookmark.ts";
import { catalogOf, daysBetween, keysOf, keyText } from "../support/organization.ts";
import { workFolder } from "../support/processes.ts";
import type { TapInput } from "../support/run-tap.ts";
import { configFor } from "../support/simulation.ts";
import { allDifferences, type HeldRow, heldRowOf } from "./held-rows.ts";
import { runPipeline, runProgram } from "./programs.ts";
import { type Table, tapOutput } from "./tap-output.ts";
import { describeWith, toolProgram } from "./tools.ts";

const names = streams.map(({ name }) => name);
// The simulator's clock. All of its rows are younger than the start date.
const frozenAt = "2026-08-20T12:00:00.000Z";
const startDate = "2025-07-01";
const days = daysBetween(startDate, frozenAt.slice(0, 10));
const sizes = { customers: 40, orders: 60, events: 120, benefit_grants: 60, members: 50 };

describeWith(["target-jsonl", "singer-tools"], "all streams", () => {
  let simulator: Simulator;
  let input: TapInput;
  let folder: string;
  const expected = new Map<string, string[]>();

  beforeAll(async () => {
    simulator = await startSimulator({ sizes, date: "none" });
    const config = configFor(simulator, { start_date: startDate });
    input = { config, catalog: catalogOf(...names), frozenAt };
    folder = await workFolder();
    for (const name of names) expected.set(name, await keysOf(simulator, name, days));
  });

  afterAll(() => simulator.close());

  test("tap | target-jsonl: every row once, and the state at the end", async () => {
    const config = join(folder, "target.json");
    await writeFile(config, JSON.stringify({ destination_path: folder, do_timestamp_file: false }));

    const { tap, target } = await runPipeline(input, toolProgram("target-jsonl", "target-jsonl"), [
      "--config",
      config,
    ]);

    expect(tap.exitCode, tap.stderr).toBe(0);
    expect(target.exitCode, target.stderr).toBe(0);
    const row = z.record(z.string(), z.unknown());
    for (const stream of streams) {
      const lines = (await readFile(join(folder, `${stream.name}.jsonl`), "utf8")).trimEnd();
      const keys = lines.split("\n").map((line) => keyText(stream, row.parse(JSON.parse(line))));
      expect(keys.sort(), stream.name).toEqual(expected.get(stream.name));
    }
    const { bookmarks } = z.object({ bookmarks: row }).parse(JSON.parse(target.stdout));
    expect(Object.keys(bookmarks).sort()).toEqual([...names, FEED_BOOKMARK].sort());
  });

  test("every value of every stream", async () => {
    const { file, tables } = await tapOutput(simulator);
    const output = await workFolder();
    const config = join(output, "target.json");
    await writeFile(config, JSON.stringify({ destination_path: output, do_timestamp_file: false }));

    const target = toolProgram("target-jsonl", "target-jsonl");
    const { exitCode, stderr } = await runProgram(target, ["--config", config], { from: file });

    expect(exitCode, stderr).toBe(0);
    const rows = new Map<Table, HeldRow[]>();
    for (const table of tables) {
      const lines = await readFile(join(output, `${table.name}.jsonl`), "utf8");
      const held = lines.trimEnd().split("\n");
      rows.set(
        table,
        held.map((line) => heldRowOf(line, table)),
      );
    }
    expect(allDifferences(tables, (table) => rows.get(table))).toEqual({});
  });

  test("tap | singer-check-tap: valid, with every row counted", async () => {
    const { tap, target: checker } = await runPipeline(
      input,
      toolProgram("singer-tools", "singer-check-tap"),
      [],
      { cwd: folder },
    );

    expect(tap.exitCode, tap.stderr).toBe(0);
    expect(checker.exitCode, checker.stderr).toBe(0);
    expect(checker.stdout).toContain("The output is valid.");
    const table = checker.stdout.matchAll(/^\| (\w+) +\| (\d+) +\| \d+ +\|$/gm);
    const counts = Object.fromEntries([...table].map(([, name, count]) => [name, Number(count)]));
    expect(counts).toEqual(
      Object.fromEntries(names.map((name) => [name, expected.get(name)?.length])),
    );
  });
});
