/**
 * Breaks the parts that decide in one place at a time, and sees whether a test notices:
 *
 *     npm run mutants -- [PART OF A FILE'S PATH]
 *
 * It works on a copy. A mutant that no test kills is printed; at less than 85 % killed it ends with 1.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { type Mutant, mutants } from "./mutants/list.ts";

const LEAST_KILLED = 0.85;

/** A mutant may loop without end: that is noticed, too. */
const LONGEST_TEST_MILLISECONDS = 240_000;

const root = fileURLToPath(new URL("..", import.meta.url));

/** A copy of what git knows, with the same packages. */
async function copyOfRepository(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tap-polar-mutants-"));
  const { stdout } = await execa("git", ["ls-files"], { cwd: root });
  for (const file of stdout.split("\n")) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  await execa(process.execPath, ["scripts/build.js"], { cwd: folder });
  return folder;
}

/** Whether the tests of a mutant pass in the folder. */
async function pass(folder: string, mutant: Mutant): Promise<boolean> {
  const { tests, slowTests = [], isBuilt = false } = mutant;
  if (isBuilt) await execa(process.execPath, ["scripts/build.js"], { cwd: folder });
  for (const files of [tests, slowTests]) {
    if (files.length > 0 && !(await run(folder, files))) return false;
  }
  return true;
}

async function run(folder: string, tests: readonly string[]): Promise<boolean> {
  const options = ["--project", "unit", "--maxWorkers", "1", "--bail", "1"];
  const { failed } = await execa("npx", ["vitest", "run", ...options, ...tests], {
    cwd: folder,
    reject: false,
    timeout: LONGEST_TEST_MILLISECONDS,
    forceKillAfterDelay: 1_000,
  });
  return !failed;
}

async function survives(folder: string, mutant: Mutant): Promise<boolean> {
  const path = join(folder, mutant.file);
  const text = readFileSync(path, "utf8");
  const at = text.indexOf(mutant.text);
  if (at === -1 || text.includes(mutant.text, at + 1)) {
    throw new Error(`${mutant.file} has "${mutant.text}" not once: this mutant is out of date`);
  }
  writeFileSync(path, text.slice(0, at) + mutant.replacement + text.slice(at + mutant.text.length));
  try {
    return await pass(folder, mutant);
  } finally {
    writeFileSync(path, text);
  }
}

async function main(part: string): Promise<void> {
  const chosen = mutants.filter(({ file }) => file.includes(part));
  const folder = await copyOfRepository();
  const survivors: Mutant[] = [];
  try {
    for (const mutant of chosen) {
      const name = `${dirname(mutant.file)}/… ${mutant.text.trim()} → ${mutant.replacement.trim()}`;
      const survived = await survives(folder, mutant);
      if (survived) survivors.push(mutant);
      console.log(`${survived ? "SURVIVES" : "killed  "} ${name.replaceAll(/\s+/g, " ")}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const killed = chosen.length - survivors.length;
  const share = killed / Math.max(chosen.length, 1);
  console.log(`${killed} of ${chosen.length} killed: ${Math.round(share * 100)} %`);
  if (share < LEAST_KILLED) process.exitCode = 1;
}

await main(process.argv[2] ?? "");
