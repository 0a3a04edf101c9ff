/**
 * Breaks the parts that decide in one place at a time, and sees whether a test notices:
 *
 *     npm run mutants -- [PART OF A PLACE'S NAME | TEST]...
 *
 * A place's name is as it is printed, and begins with the file's path; a test's path stands for all
 * places that it has to notice. The parts are taken in turn.
 *
 * It works on a copy, whose tests have to pass first. A mutant that no test kills is printed; at less
 * than 85 % killed it ends with 1.
 *
 * The places are chosen by hand: StrykerJS 10 needs Node 22, version 9 a part of TypeScript that
 * TypeScript 7 does not have, and the tests that start the built tap would not see its mutants.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { mutants } from "./mutants/list.ts";
import type { Mutant } from "./mutants/mutant.ts";

const LEAST_KILLED = 0.85;

/** Histories are random: on a busy machine it takes some time until one meets what is broken. */
const HISTORIES_SECONDS = "120";

/** A mutant may loop without end: that is noticed, too. */
const LONGEST_TEST_MILLISECONDS = 240_000;

const root = fileURLToPath(new URL("..", import.meta.url));

/** Copies what git knows, with the same packages. */
async function copyRepository(folder: string): Promise<void> {
  const { stdout } = await execa("git", ["ls-files"], { cwd: root });
  for (const file of stdout.split("\n")) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  await build(folder);
}

async function build(folder: string): Promise<void> {
  await execa(process.execPath, ["scripts/build.js"], { cwd: folder });
}

/** Whether some tests pass in the folder. */
async function pass(folder: string, tests: readonly string[], longest?: number): Promise<boolean> {
  // In a thread of this one process a loop without end ends with it.
  const options = ["--project", "unit", "--pool", "threads", "--maxWorkers", "1", "--bail", "1"];
  const { failed } = await execa("node_modules/.bin/vitest", ["run", ...options, ...tests], {
    cwd: folder,
    env: { HISTORIES_SECONDS },
    reject: false,
    ...(longest !== undefined && { timeout: longest }),
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
    if (mutant.isBuilt) await build(folder);
    // One file after the other: the first should notice.
    for (const test of mutant.tests) {
      if (!(await pass(folder, [test], LONGEST_TEST_MILLISECONDS))) return false;
    }
    return true;
  } finally {
    writeFileSync(path, text);
  }
}

function nameOf({ file, text, replacement }: Mutant): string {
  return `${file}: ${text.trim()} → ${replacement.trim()}`.replaceAll(/\s+/g, " ");
}

async function main(parts: readonly string[]): Promise<void> {
  const named = parts.flatMap((part) =>
    mutants.filter((one) => nameOf(one).includes(part) || one.tests.includes(part)),
  );
  const chosen = parts.length > 0 ? [...new Set(named)] : mutants;
  const changing = chosen.filter(({ equivalent }) => equivalent === undefined);
  const killed = new Map<string, { killed: number; all: number }>();
  const folder = mkdtempSync(join(tmpdir(), "tap-polar-mutants-"));
  try {
    await copyRepository(folder);
    const tests = new Set(changing.flatMap((mutant) => mutant.tests));
    if (tests.size > 0 && !(await pass(folder, [...tests]))) {
      throw new Error(`the tests fail already: ${[...tests].join(" ")}`);
    }
    for (const mutant of changing) {
      const survived = await survives(folder, mutant);
      const room = dirname(mutant.file);
      const counts = killed.get(room) ?? { killed: 0, all: 0 };
      killed.set(room, { killed: counts.killed + (survived ? 0 : 1), all: counts.all + 1 });
      console.log(`${survived ? "SURVIVES" : "killed  "} ${nameOf(mutant)}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  for (const [room, counts] of killed) console.log(`${room}: ${counts.killed} of ${counts.all}`);
  const sum = [...killed.values()].reduce((one, counts) => one + counts.killed, 0);
  const share = sum / Math.max(changing.length, 1);
  console.log(
    `${sum} of ${changing.length} killed: ${Math.floor(share * 100)} %; ` +
      `${chosen.length - changing.length} more change nothing`,
  );
  if (share < LEAST_KILLED) process.exitCode = 1;
}

await main(process.argv.slice(2));
