/** What npm makes of the repository: a tarball that needs nothing but Node. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { workFolder } from "./support/processes.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

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
