import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { lastLineOf } from "../support/discretion.ts";
import { catalogOf } from "../support/organization.ts";
import { workFolder } from "../support/processes.ts";
import { recordsOf } from "../support/records.ts";
import { runTap, type TapInput } from "../support/run-tap.ts";
import { configFor, simulate } from "../support/simulation.ts";

let simulator: Simulator;
let config: object;
beforeEach(async () => {
  simulator = await simulate();
  config = configFor(simulator);
});

/** Runs the tap with what is wrong: it must say so before the first request. */
async function refusal(input: TapInput): Promise<string> {
  const { exitCode, lines, stderr } = await runTap(input);
  expect({ exitCode, lines, requests: simulator.requests }).toEqual({
    exitCode: 2,
    lines: [],
    requests: [],
  });
  return stderr;
}

describe("config", () => {
  test("missing token, with what to do", async () => {
    const stderr = await refusal({ config: { api_url: simulator.url } });

    expect(lastLineOf(stderr)).toMatch(/config\.json: access_token: is missing/);
  });

  test("no config at all", async () => {
    expect(lastLineOf(await refusal({}))).toMatch(/access_token: is missing.*--config/);
  });

  test("no such file, a folder, not JSON, not an object", async () => {
    const folder = await workFolder();
    const missing = join(folder, "missing.json");

    expect(lastLineOf(await refusal({ args: ["--config", missing] }))).toContain(
      `${missing}: no such file; check the path`,
    );
    expect(await refusal({ args: ["--config", folder] })).toContain(`${folder}: is a folder`);
    expect(await refusal({ config: '{"access_token": polar}' })).toMatch(
      /config\.json: is not valid JSON at line 1, column 18/,
    );
    expect(await refusal({ config: "[]" })).toMatch(/config\.json: must be a JSON object/);
  });

  test.skipIf(process.getuid?.() === 0)("a file that may not be read", async () => {
    const file = join(await workFolder(), "secret.json");
    await writeFile(file, "{}");
    await chmod(file, 0);

    expect(await refusal({ args: ["--config", file] })).toContain(`${file}: may not be read`);
  });

  test("every wrong value, a line each with its path, and the values of none", async () => {
    const stderr = await refusal({
      config: {
        ...config,
        page_size: 101,
        concurrency: "four",
        start_date: "EXAMPLE_SECRET",
        api_url: "http://example.com",
      },
    });

    for (const name of ["page_size", "concurrency", "start_date", "api_url"]) {
      expect(stderr).toMatch(new RegExp(`^.*ERROR .*config\\.json: ${name}: must `, "m"));
    }
    expect(lastLineOf(stderr)).toMatch(/^tap-polar: 4 mistakes in the input: /);
  });

  test("a setting that there is not: a warning with the nearest name, and the sync goes on", async () => {
    const { exitCode, stderr } = await runTap({ config: { ...config, pagesize: 10 } });

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/WARN.*config\.json: pagesize: .*page_size/);
  });

  test("a token of another shape: a warning, and the API decides", async () => {
    const { exitCode, stderr } = await runTap({
      config: { ...config, access_token: "ghp_1234567" },
    });

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/WARN.*access_token: does not look like a token of Polar/);
    expect(simulator.requests).toHaveLength(1);
  });

  test("files and the environment go together, the environment wins", async () => {
    const env = { TAP_POLAR_API_URL: simulator.url, TAP_POLAR_ACCESS_TOKEN: simulator.accessToken };

    const { exitCode } = await runTap({
      config: { access_token: "polar_oat_NotThisOne" },
      args: ["--config=ENV"],
      env,
    });

    expect(exitCode).toBe(0);
  });
});

describe("catalog", () => {
  test("no such file, empty, not JSON, no catalog", async () => {
    const missing = join(await workFolder(), "missing.json");

    expect(await refusal({ config, args: ["--catalog", missing] })).toContain("no such file");
    expect(await refusal({ config, catalog: "" })).toMatch(/catalog\.json: is empty.*--discover/);
    expect(await refusal({ config, catalog: '{"streams": [' })).toMatch(
      /is not valid JSON at line 1/,
    );
    expect(await refusal({ config, catalog: { orders: {} } })).toMatch(/streams: must be a list/);
  });

  test("selects nothing", async () => {
    const stderr = await refusal({ config, catalog: catalogOf() });

    expect(lastLineOf(stderr)).toMatch(/catalog\.json: selects no stream/);
  });

  test("an unknown stream, with the nearest name", async () => {
    const { streams } = catalogOf("orders");
    const renamed = streams.map((stream) =>
      stream.tap_stream_id === "orders" ? { ...stream, tap_stream_id: "order" } : stream,
    );

    const stderr = await refusal({ config, catalog: { streams: renamed } });

    expect(lastLineOf(stderr)).toMatch(/streams\.order: is no stream of this tap.*orders/);
  });

  test("an unknown property: a warning with the nearest name, and the sync goes on", async () => {
    const catalog = catalogOf("refunds");
    const refunds = catalog.streams.find((stream) => stream.tap_stream_id === "refunds");
    refunds?.metadata.push({ breadcrumb: ["properties", "amonut"], metadata: { selected: true } });

    const { exitCode, stderr, lines } = await runTap({ config, catalog });

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/WARN.*streams\.refunds: amonut: is selected, but no column.*amount/);
    expect(recordsOf(lines)).toHaveLength(8);
  });
});

describe("state", () => {
  const orders = { catalog: catalogOf("orders") };

  test("no such file, not JSON, no object", async () => {
    const missing = join(await workFolder(), "missing.json");

    expect(await refusal({ config, args: ["--state", missing] })).toContain("no such file");
    expect(await refusal({ config, state: "{'bookmarks': {}}" })).toMatch(/is not valid JSON at/);
    expect(await refusal({ config, state: "[]" })).toMatch(/state\.json: must be a JSON object/);
  });

  test.each([
    ["empty", "\n", /WARN.*state\.json: is empty.*its last state was lost/],
    ["of unknown shape", { orders: { at: 1 } }, /WARN.*state\.json: has no "bookmarks"/],
    [
      "of another tap",
      { bookmarks: { charges: { at: 1 }, orders: {} } },
      /WARN.*streams that this tap does not have \(charges\); is it the state of another tap/,
    ],
  ])("%s: a warning, and the sync goes on", async (_, state, warning) => {
    const { exitCode, stderr } = await runTap({ config, ...orders, state });

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(warning);
  });

  test("of a whole run: the command that keeps the last one", async () => {
    const line = JSON.stringify({ bookmarks: {} });

    const stderr = await refusal({ config, ...orders, state: `${line}\n${line}\n` });

    expect(lastLineOf(stderr)).toMatch(/has several states, one per line; .*tail -n 1 /);
  });

  test("of Meltano's own file is understood", async () => {
    const bookmarks = { refunds: { version: 5, format: 1 } };
    const state = { completed_state: { singer_state: { bookmarks } }, partial_state: {} };

    const { exitCode, lines, stderr } = await runTap({ config, ...orders, state });

    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toContain('"refunds":{"version":5,"format":1}');
    expect(stderr).not.toContain("WARN");
  });

  test.each([
    ["no object", { bookmarks: 5 }, "state.json: bookmarks: must be an object"],
    [
      "a bookmark that is none",
      { bookmarks: { orders: "2026" } },
      "bookmarks.orders: must be an object",
    ],
    [
      "a newer version's",
      { bookmarks: { orders: { format: 99 } } },
      "bookmarks.orders: was written by a newer version",
    ],
    [
      "nonsense",
      { bookmarks: { orders: { version: "x", sweep: { page: -1 } } } },
      "bookmarks.orders.version: is not as this tap writes it",
    ],
  ])("%s", async (_, state, told) => {
    expect(await refusal({ config, ...orders, state })).toContain(told);
  });
});

describe("flags", () => {
  test.each([
    [["--catalogue", "x.json"], "--catalogue: is no option of tap-polar"],
    [["--state"], "--state: needs the path of a file behind it"],
    [["sync"], "sync: stands alone"],
    [["--discover=yes"], "--discover: takes no value"],
  ])("%j", async (args, told) => {
    expect(await refusal({ config, args })).toContain(told);
  });
});

const token = "polar_oat_4fG7hJ2kL9wQ";

test.each<TapInput>([
  { args: ["--config", token] },
  { args: ["--config", JSON.stringify({ access_token: token })] },
  { args: ["--access_token", token] },
  { args: [`--access_token=${token}`] },
  { args: [token] },
  { args: [`--${token}`] },
  { args: ["--state", `${token}.json`] },
  { config: { [token]: "" } },
  { config: { environment: token } },
  { config: `{"access_token": ${token}}` },
  { config: {}, args: ["--config=ENV"], env: { [`TAP_POLAR_ACCESS_TOKEN_${token}`]: "x" } },
  { args: ["--config=ENV"], env: { TAP_POLAR_LOGLEVEL: token, SINGER_SDK_LOG_CONFIG: token } },
])("a token is not repeated, wherever it was put: %j", async (input) => {
  const stderr = await refusal(input);

  expect(stderr).not.toContain(token.slice(10));
});

test("dozens of mistakes: ten of them by name, a line each, and how many there are", async () => {
  const catalog = catalogOf("orders");
  const streams = catalog.streams.map((stream) => ({ ...stream, key_properties: "id" }));

  const stderr = await refusal({ config, catalog: { streams } });

  const told = stderr.match(/^\S+ ERROR .*catalog\.json: streams\.\w+\.key_properties: must be/gm);
  expect(told).toHaveLength(10);
  expect(stderr).toMatch(new RegExp(`ERROR and ${streams.length - 10} more`));
  expect(lastLineOf(stderr)).toMatch(
    /^tap-polar: \d+ mistakes in the input: \S+ streams\.customers\.key_properties: /,
  );
});

test("mistakes in several files are told file by file, the config's first", async () => {
  const folder = await workFolder();
  await mkdir(join(folder, "state.json"));

  expect(await refusal({ config: {}, state: "[" })).toContain("access_token: is missing");
  expect(await refusal({ config, args: ["--state", join(folder, "state.json")] })).toContain(
    "is a folder",
  );
});
