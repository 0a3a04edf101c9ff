/**
 * Gives the tap's readers what nobody would write, and counts what they make of it:
 *
 *     npm run fuzz -- [--minutes N] [--seed N] [--target NAME]
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fuzz } from "./campaign.ts";
import type { Target } from "./target.ts";
import { targets } from "./targets/index.ts";

const findings = fileURLToPath(new URL("../test/fixtures/fuzz", import.meta.url));

const help = `Usage: npm run fuzz -- [options]

  --minutes N    how long to go on, all targets together (10)
  --seed N       the first seed (1)
  --target NAME  this one alone; may be repeated: ${targets.map(({ name }) => name).join(", ")}

What is found is written to test/fixtures/fuzz, where the tests read it again.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      seed: { type: "string", default: "1" },
      target: { type: "string", multiple: true },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  const chosen = targets.filter(({ name }) => values.target?.includes(name) ?? true);
  if (chosen.length === 0) throw new Error(`There is no such target.\n${help}`);
  const milliseconds = (Number(values.minutes) * 60_000) / chosen.length;
  for (const target of chosen) await report(target, Number(values.seed), milliseconds);
}

async function report(target: Target, seed: number, milliseconds: number): Promise<void> {
  const { executions, finding } = await fuzz(target, { seed, milliseconds });
  const told = `${target.name.padEnd(12)} ${executions.toLocaleString("en").padStart(12)}`;
  if (!finding) return console.log(`${told}  nothing found`);
  process.exitCode = 1;
  const { input, error } = finding;
  const folder = join(findings, target.name);
  const path = join(folder, createHash("sha256").update(input).digest("hex").slice(0, 12));
  await mkdir(folder, { recursive: true });
  await writeFile(path, input);
  console.log(`${told}  ${path}\n${error instanceof Error ? error.stack : error}`);
}

await main();
