/** What is in the packages, and under which licences; test/e2e/wheel.test.ts has the wheel. */
import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { workFolder } from "../support/processes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const packed = z.array(
  z.object({ files: z.array(z.object({ path: z.string(), mode: z.number() })) }),
);

test("npm pack holds the command, what one needs to start, and the licences", async () => {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout } = await execa("npm", args, { cwd: root });
  const [{ files } = { files: [] }] = packed.parse(JSON.parse(stdout));

  expect(files.map(({ path }) => path).sort()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "catalog.json",
    "config.sample.json",
    "dist/THIRD-PARTY-LICENSES",
    "dist/tap.js",
    "package.json",
  ]);
  expect(files.filter(({ mode }) => (mode & 0o111) !== 0).map(({ path }) => path)).toEqual([
    "dist/tap.js",
  ]);
});

test("the packed tap installs without a registry, depends on nothing and runs", async () => {
  const folder = await workFolder();
  // Without scripts, `prepare` for one: the bundle is there, and other tests are running it.
  await execa("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  await writeFile(join(folder, "package.json"), "{}");

  const tarball = `./tap-polar-${manifest.version}.tgz`;
  // With an empty cache, so that nothing could come from it.
  const options = ["--offline", "--cache", join(folder, "cache"), "--no-audit", "--no-fund"];
  await execa("npm", ["install", ...options, tarball], { cwd: folder });

  const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
  expect(Object.keys(lock.packages)).toEqual(["", "node_modules/tap-polar"]);
  const tap = join(folder, "node_modules", ".bin", "tap-polar");
  const { stdout } = await execa(tap, ["--version"], { cwd: folder });
  expect(stdout).toBe(`tap-polar ${manifest.version}`);
});

test("the licences of all that is bundled are in THIRD-PARTY-LICENSES", () => {
  const text = readFileSync(`${root}/dist/THIRD-PARTY-LICENSES`, "utf8");
  const packages = [...text.matchAll(/^={80}\n(\S+) \S+ \((.+)\)$/gm)];

  const names = packages.map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(["pino", "undici", "zod", "assemblyscript"]));
  // What may be handed on inside a package under MIT.
  const licenses = new Set(packages.map(([, , license]) => license));
  expect([...licenses].sort()).toEqual(["Apache-2.0", "MIT"]);
  expect(text.match(/permission notice shall be included/gi)?.length).toBeGreaterThan(5);
});

test("a bundled package without a licence stops the build", async () => {
  const cwd = await workFolder();
  await mkdir(join(cwd, "node_modules/bare"), { recursive: true });
  await writeFile(join(cwd, "node_modules/bare/package.json"), '{"name": "bare"}');
  const module = new URL("../../scripts/licenses.js", import.meta.url).href;
  const script = `(await import("${module}")).licensesOf(["node_modules/bare/index.js"])`;

  const args = ["--input-type=module", "--eval", script];
  const { exitCode, stderr } = await execa(process.execPath, args, { cwd, reject: false });

  expect(exitCode).toBe(1);
  expect(stderr).toContain("node_modules/bare is bundled, but holds no licence.");
});
