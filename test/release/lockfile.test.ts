/** The lock file decides what everybody installs, so it must not lead elsewhere, nor be unsigned. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { z } from "zod";
import { workFolder } from "../support/processes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = readFileSync(join(root, "package-lock.json"), "utf8");

/** What lockfile-lint says of a lock file; nothing when it is content. */
async function complaints(lockfile: string): Promise<string> {
  const path = join(await workFolder(), "package-lock.json");
  await writeFile(path, lockfile);
  const rules = ["--validate-https", "--validate-integrity", "--validate-package-names"];
  const args = ["--path", path, "--type", "npm", "--allowed-hosts", "npm", ...rules];
  const options = { cwd: root, preferLocal: true, reject: false } as const;
  const { exitCode, stderr } = await execa("lockfile-lint", args, options);
  return exitCode === 0 ? "" : stderr;
}

/** Packages without a checksum, which lockfile-lint lets pass. */
function unchecked(lockfile: string): string[] {
  const shape = z.object({
    packages: z.record(z.string(), z.looseObject({ integrity: z.string().optional() })),
  });
  const { packages } = shape.parse(JSON.parse(lockfile));
  return Object.keys(packages).filter(
    (path) => path !== "" && packages[path]?.integrity === undefined,
  );
}

test("the lock file leads to npm's registry only, with a checksum for each package", async () => {
  expect(await complaints(text)).toBe("");
  expect(unchecked(text)).toEqual([]);
});

const integrity = /"integrity": "sha512-[^"]+",?/;

test.each([
  ["another host", '"resolved": "https://registry.example/x.tgz",\n$&', "invalid host"],
  ["plain http", '"resolved": "http://registry.example/x.tgz",\n$&', "invalid protocol"],
  ["a weak checksum", '"integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=",', "invalid integrity"],
])("%s is told", async (_, replacement, told) => {
  expect(await complaints(text.replace(integrity, replacement))).toContain(told);
});

test("a missing checksum is told", () => {
  expect(unchecked(text.replace(integrity, ""))).toHaveLength(1);
});
