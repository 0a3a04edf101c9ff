/** `tap-polar init`, answered at a pseudo-terminal. */
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { workFolder } from "../support/processes.ts";
import { runTap } from "../support/run-tap.ts";
import { defaultStreams, requestCount, simulate } from "../support/simulation.ts";
import { keys, noTerminal, startAtTerminal } from "../support/terminal.ts";

const TOKEN = "Access token";
const STREAMS = "What to read?";

test("without a terminal explains itself, and writes nothing", async () => {
  const { exitCode, stderr, lines } = await runTap({ word: "init" });

  expect({ exitCode, lines }).toEqual({ exitCode: 2, lines: [] });
  expect(lastLineOf(stderr)).toMatch(/^tap-polar: init: asks questions, and needs a terminal/);
});

const describeAtTerminal = noTerminal === undefined ? describe : describe.skip;

describeAtTerminal(`at a terminal${noTerminal === undefined ? "" : ` (${noTerminal})`}`, () => {
  async function start(options: Parameters<typeof simulate>[0] = {}) {
    const simulator = await simulate(options);
    const folder = await workFolder();
    const init = () => startAtTerminal(["init", "--api-url", simulator.url], folder);
    return { simulator, folder, init, config: join(folder, "config.json") };
  }

  test("tries the token, lets choose, and writes files that a sync takes", async () => {
    const { simulator, folder, init, config } = await start();
    const session = init();
    await session.answer(TOKEN, simulator.accessToken, keys.enter);
    await session.answer(STREAMS, keys.space, keys.enter); // the first is customers
    const { exitCode, shown } = await session.ended;

    expect(exitCode, shown).toBe(0);
    expect(shown).toContain("36 of 36 streams can be read");
    expect(shown).toContain("tap-polar check --config config.json --catalog catalog.json");
    expect(shown).not.toContain(simulator.accessToken);
    expect(JSON.parse(await readFile(config, "utf8"))).toEqual({
      access_token: simulator.accessToken,
      api_url: simulator.url,
    });
    expect((await stat(config)).mode & 0o777).toBe(0o600);
    const catalog = await readFile(join(folder, "catalog.json"), "utf8");
    const checked = await runTap({
      word: "check",
      config: await readFile(config, "utf8"),
      catalog,
      args: ["--json"],
    });
    const names = JSON.parse(checked.lines.join("")).streams.map(
      ({ stream }: { stream: string }) => stream,
    );
    expect(names).toEqual(defaultStreams.slice(1));
  });

  test("offers only what the token may read, and says what it lacks", async () => {
    const scopes = ["orders:read", "refunds:read"];
    const { simulator, folder, init } = await start({ scopes });
    const session = init();
    await session.answer(TOKEN, simulator.accessToken, keys.enter);
    await session.answer(STREAMS, keys.enter);
    const { exitCode, shown } = await session.ended;

    expect(exitCode, shown).toBe(0);
    expect(shown).toContain("3 of 36 streams can be read");
    expect(shown).toMatch(/It lacks benefits:read, checkout_links:read/);
    const catalog = JSON.parse(await readFile(join(folder, "catalog.json"), "utf8"));
    const selected = catalog.streams.filter(
      ({ metadata }: { metadata: { metadata: { selected?: boolean } }[] }) =>
        metadata[0]?.metadata.selected,
    );
    expect(selected.map((one: { tap_stream_id: string }) => one.tap_stream_id)).toEqual([
      "orders",
      "refunds",
    ]);
  });

  test("asks again for a token that Polar does not accept", async () => {
    const { simulator, init } = await start();
    const session = init();
    await session.answer(TOKEN, "something", keys.enter);
    await session.answer("It begins with polar_oat_.", "\u0015", "polar_oat_wrong", keys.enter);
    await session.answer("does not accept the access token");
    await session.answer(TOKEN, simulator.accessToken, keys.enter);
    await session.answer(STREAMS, keys.enter);

    expect((await session.ended).exitCode).toBe(0);
  });

  test("leaves files that are there alone, unless told otherwise", async () => {
    const { simulator, init, config } = await start();
    await writeFile(config, "{}", { mode: 0o644 });
    const keep = init();
    await keep.answer(TOKEN, simulator.accessToken, keys.enter);
    await keep.answer(STREAMS, keys.enter);
    await keep.answer("config.json is there. Replace it?", keys.enter); // No is the default
    expect((await keep.ended).exitCode).toBe(130);
    expect(await readFile(config, "utf8")).toBe("{}");

    const replace = init();
    await replace.answer(TOKEN, simulator.accessToken, keys.enter);
    await replace.answer(STREAMS, keys.enter);
    await replace.answer("config.json is there. Replace it?", "y");
    expect((await replace.ended).exitCode).toBe(0);
    expect(await readFile(config, "utf8")).toContain(simulator.accessToken);
    expect((await stat(config)).mode & 0o777).toBe(0o600);
  });

  test("Ctrl-C ends it, and nothing is written", async () => {
    const { simulator, init, config } = await start();
    const session = init();
    await session.answer(TOKEN, keys.interrupt);

    expect((await session.ended).exitCode).toBe(130);
    expect(existsSync(config)).toBe(false);
    expect(requestCount(simulator)).toBe(0);
  });
});
