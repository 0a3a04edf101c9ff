/** The built tap itself, with spoilt files, against a simulator. */
import { ok } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import fc from "fast-check";
import { z } from "zod";
import { startSimulator } from "../../simulator/index.ts";
import { checkDiscretion } from "../../test/support/discretion.ts";
import { catalogs, configs, states } from "../originals.ts";
import { spoilt } from "../spoilt.ts";
import type { Target } from "../target.ts";

const tap = fileURLToPath(new URL("../../dist/tap.js", import.meta.url));

const ACCESS_TOKEN = "polar_oat_Zx81FuzzOnly";

const text = (arbitrary: fc.Arbitrary<Buffer>) =>
  fc.option(
    arbitrary.map((one) => one.toString()),
    { nil: null },
  );

const files = z.object({
  discovers: z.boolean(),
  config: z.string().nullable(),
  catalog: z.string().nullable(),
  state: z.string().nullable(),
});

/** A sync or a discovery: exit code 0, or 2 with words for the user. */
export const processes: Target = {
  name: "processes",
  inputs: fc
    .record({
      discovers: fc.boolean(),
      config: text(spoilt(configs)),
      catalog: text(spoilt(catalogs)),
      state: text(spoilt(states)),
    })
    .map((input) => Buffer.from(JSON.stringify(input))),
  async read(input) {
    const { discovers, config, catalog, state } = files.parse(JSON.parse(input.toString()));
    const simulator = await startSimulator({
      accessToken: ACCESS_TOKEN,
      now: new Date(),
      sizes: { customers: 5, orders: 5, events: 5, benefits: 2 },
    });
    const folder = await mkdtemp(join(tmpdir(), "tap-polar-fuzz-"));
    try {
      const good = {
        access_token: ACCESS_TOKEN,
        api_url: simulator.url,
        requests_per_minute: 1_000_000,
      };
      const given = { config: discovers ? config : JSON.stringify(good), catalog, state };
      const args = discovers ? ["--discover"] : [];
      for (const [name, content] of Object.entries(given)) {
        if (content === null) continue;
        const path = join(folder, `${name}.json`);
        await writeFile(path, content, { mode: 0o600 });
        args.push(`--${name}`, path);
      }
      const { exitCode, stdout, stderr } = await execa(process.execPath, [tap, ...args], {
        stdin: "ignore",
        reject: false,
        timeout: 60_000,
        killSignal: "SIGKILL",
      });
      ok(exitCode === 0 || exitCode === 2, `exit code ${exitCode}: ${stderr}`);
      const ending = { lines: stdout.split("\n"), stderr, exitCode };
      checkDiscretion({ ...ending, unfinishedBytes: 0, signal: undefined }, ACCESS_TOKEN);
    } finally {
      await rm(folder, { recursive: true });
      await simulator.close();
    }
  },
};
