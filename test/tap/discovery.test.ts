import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { namedPipe } from "../support/processes.ts";
import { messagesOf, runTap, startTap } from "../support/run-tap.ts";
import { configFor, defaultStreams, simulate } from "../support/simulation.ts";

/** Made anew by `npm run catalog`. */
const catalogFile = new URL("../../catalog.json", import.meta.url);

let printed: string;
beforeAll(async () => {
  printed = await readFile(catalogFile, "utf8");
});

async function discover(input: Parameters<typeof runTap>[0]): Promise<string> {
  const { lines, exitCode } = await runTap({ ...input, args: ["--discover"] });
  expect(exitCode).toBe(0);
  return lines.map((line) => `${line}\n`).join("");
}

describe("a discovery", () => {
  test("prints catalog.json, and nothing else", async () => {
    expect((await discover({})) === printed).toBe(true);
  });

  test("that nobody reads to its end, such as head, is no failure", async () => {
    const pipe = await namedPipe();
    const tap = await startTap({ args: ["--discover"] }, { to: pipe });
    const head = createReadStream(pipe);
    await once(head, "readable");
    head.destroy();

    expect(await tap.ended).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("without a token, or with a wrong one, asks nobody", async () => {
    const simulator = await simulate();
    const inputs = [
      { config: {} },
      { config: { api_url: simulator.url } },
      { config: configFor(simulator, { access_token: "wrong" }) },
      { config: { api_url: "http://127.0.0.1:9" } },
    ];

    for (const input of inputs) expect((await discover(input)) === printed).toBe(true);
    expect(simulator.requests).toEqual([]);
  });

  test("takes a state and a catalog along, as orchestrators pass them", async () => {
    const state = { bookmarks: { orders: { version: 1 } } };
    const input = { config: { access_token: "polar_oat_Zx81TestOnly" }, state, catalog: {} };

    expect((await discover(input)) === printed).toBe(true);
  });

  test("tells of mistakes in the config", async () => {
    const { exitCode, lines, stderr } = await runTap({
      config: { page_size: 0 },
      args: ["--discover"],
    });

    expect({ exitCode, lines }).toEqual({ exitCode: 2, lines: [] });
    expect(stderr).toContain("page_size: must be a whole number from 1 to 100");
  });

  test("has lines that Meltano can read, and metadata for every property", () => {
    expect(Math.max(...printed.split("\n").map((line) => line.length))).toBeLessThan(64 * 1024);
    const { streams } = JSON.parse(printed);
    for (const { schema, metadata } of streams) {
      const columns = metadata.filter(
        ({ breadcrumb }: { breadcrumb: string[] }) => breadcrumb.length < 3,
      );
      const breadcrumbs = columns.map(({ breadcrumb }: { breadcrumb: string[] }) => breadcrumb[1]);
      expect(breadcrumbs).toEqual([undefined, ...Object.keys(schema.properties)]);
    }
    const names = streams.map(({ tap_stream_id: name }: { tap_stream_id: string }) => name);
    expect(names.slice(0, defaultStreams.length)).toEqual(defaultStreams);
  });

  test("is a catalog that a sync takes, and selects what is on without one", async () => {
    const simulator = await simulate();
    const config = configFor(simulator);
    const frozenAt = "2026-11-01T12:00:00.000Z";

    const without = await runTap({ config, frozenAt });
    const withIt = await runTap({ config, frozenAt, catalog: printed });

    expect(withIt.exitCode).toBe(0);
    expect(withIt.stderr).not.toContain("WARN");
    expect(messagesOf(withIt.lines)).toEqual(messagesOf(without.lines));
  });
});

describe("other questions about the tap", () => {
  test("--version, --help and --about need no config", async () => {
    const version = await runTap({ args: ["--version"] });
    const help = await runTap({ args: ["--help"] });
    const about = await runTap({ args: ["--about"] });

    expect([version, help, about].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(version.lines).toEqual([expect.stringMatching(/^tap-polar \d+\.\d+\.\d+$/)]);
    expect(help.lines.join("\n")).toContain("--discover");
    expect(JSON.parse(about.lines.join("\n"))).toMatchObject({ name: "tap-polar" });
  });
});
