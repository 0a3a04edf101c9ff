/**
 * Other versions of Node, to test and to measure on: the binaries that the npm package `node` is made
 * of. Each is fetched once (190 MB) and kept in `.cache/node/`.
 *
 *     npx tsx scripts/provide-node.ts 24     # prints the path of the newest Node 24
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const cache = fileURLToPath(new URL("../.cache/node/", import.meta.url));

/**
 * The path of a Node of this version, a major one (`24`) or a whole one (`20.18.1`). A major version
 * stands for the newest of its kind when it was fetched.
 */
export async function provideNode(version: string): Promise<string> {
  if (!/^\d+(\.\d+\.\d+)?$/.test(version)) throw new Error(`${version} is no version of Node.`);
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const folder = join(cache, `${name}-${version}`);
  const program = process.platform === "win32" ? "node.exe" : "node";
  if (!existsSync(folder)) await fetch(`${name}@${version}`, folder);
  return join(folder, "node_modules", name, "bin", program);
}

/** Installs a package into a folder that appears when it is complete: others may want it as well. */
async function fetch(name: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, "draft-"));
  const options = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund"];
  await execa("npm", ["install", "--prefix", draft, ...options, name]);
  await rename(draft, folder).catch(async (error) => {
    await rm(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  });
}

if (process.argv[1] === import.meta.filename) {
  for (const version of process.argv.slice(2)) console.log(await provideNode(version));
}
