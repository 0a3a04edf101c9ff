/** The Python wheel where there is no Node: nothing shows that it is not a Python program. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { workFolder } from "../support/processes.ts";
import { frozenClock, runTap } from "../support/run-tap.ts";
import { configFor, requestCount, simulate } from "../support/simulation.ts";
import { type Program, runProgram, startProgram } from "./programs.ts";
import { describeWith, toolProgram, wheel } from "./tools.ts";

describeWith(["uv"], "the wheel", () => {
  let folder: string;
  let tapPolar: string;
  let withoutNode: Record<string, string>;

  beforeAll(async () => {
    folder = await workFolder();
    const uv = toolProgram("uv", "uv");
    const environment = join(folder, "environment");
    const nothing = join(folder, "nothing");
    await mkdir(nothing);
    const made = await runProgram(uv, ["--no-config", "venv", environment]);
    expect(made.exitCode, made.stderr).toBe(0);
    const into = join(environment, "bin", "python");
    const args = ["--no-config", "pip", "install", "--python", into, wheel()];
    const installed = await runProgram(uv, args);
    expect(installed.exitCode, installed.stderr).toBe(0);
    tapPolar = join(environment, "bin", "tap-polar");
    withoutNode = { PATH: nothing };
  });

  const run = (args: readonly string[], options: { from?: string; env?: object } = {}) =>
    runProgram(tapPolar, args, { ...options, env: { ...withoutNode, ...options.env } });

  async function configFile(config: object): Promise<string> {
    const file = join(await workFolder(), "config.json");
    await writeFile(file, JSON.stringify(config));
    return file;
  }

  test("has the version of package.json", async () => {
    expect(wheel()).toContain(`/tap_polar-${manifest.version}-py3-none-any.whl`);
    expect(await run(["--version"])).toMatchObject({
      stdout: `tap-polar ${manifest.version}`,
      exitCode: 0,
    });
  });

  test("holds the tap, the way to its Node, and the licences", async () => {
    const python = toolProgram("uv", "python");
    const { stdout } = await runProgram(python, ["-m", "zipfile", "--list", wheel()]);
    const files = stdout
      .split("\n")
      .slice(1)
      .map((line) => line.split(/ +/)[0]);
    const metadata = `tap_polar-${manifest.version}.dist-info`;
    expect(files.sort()).toEqual([
      `${metadata}/METADATA`,
      `${metadata}/RECORD`,
      `${metadata}/WHEEL`,
      `${metadata}/entry_points.txt`,
      "tap_polar/LICENSE",
      "tap_polar/THIRD-PARTY-LICENSES",
      "tap_polar/__init__.py",
      "tap_polar/tap.mjs",
    ]);
  });

  test("passes arguments and stdin on, and writes the same bytes", async () => {
    const simulator = await simulate();
    const config = configFor(simulator);
    const frozenAt = "2026-08-20T12:00:00.000Z";

    const frozen = { NODE_OPTIONS: `--import ${frozenClock}`, FROZEN_CLOCK: frozenAt };
    const file = await configFile(config);
    const ended = await run(["--config", "/dev/stdin"], { from: file, env: frozen });

    const { lines } = await runTap({ config, frozenAt });
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stdout).toBe(lines.join("\n"));
  });

  test("passes the exit code back", async () => {
    expect(await run(["--config", "missing.json"])).toMatchObject({ exitCode: 2 });
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("is the process that %s is sent to", async (signal, exitCode) => {
    const simulator = await simulate({ faults: [{ kind: "stall", path: "/v1/products/" }] });
    const file = await configFile(configFor(simulator));
    const tap: Program = startProgram(tapPolar, ["--config", file], { env: withoutNode });
    const requests = () => requestCount(simulator, "/v1/products/");
    await expect.poll(requests, { timeout: 30_000 }).toBeGreaterThan(0);

    process.kill(tap.pid, signal);

    const { exitCode: code, stdout } = await tap.ended;
    expect(code).toBe(exitCode);
    expect(stdout).toContain('"type":"RECORD","stream":"customers"');
  });
});
