/**
 * Simulates a day of a large organization, with a run of the built tap each hour, and counts what the
 * runs ask for and what they miss:
 *
 *     npm run bench:changes -- [--orders N] [--hours N] [--scopes SET] [--check]
 */
import { parseArgs } from "node:util";
import { day, scopeSets } from "./changes/day.ts";
import { buildTap } from "./processes.ts";
import { isMet, show } from "./report.ts";

const help = `Usage: npm run bench:changes -- [options]

  --orders N     orders to begin with (100,000); a fifth as many customers, a tenth subscriptions
  --hours N      runs of the day; the last one sweeps (24)
  --scopes SET   ${Object.keys(scopeSets).join(", ")} (events and default); may be repeated
  --check        ends with exit code 1 when a target is missed
  --help         this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      orders: { type: "string", default: "100000" },
      hours: { type: "string", default: "24" },
      scopes: { type: "string", multiple: true, default: ["events", "default"] },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  await buildTap();
  for (const name of values.scopes) {
    for (const section of await day(name, Number(values.orders), Number(values.hours))) {
      console.log(`${show(section)}\n`);
      if (values.check && !section.checks.every(isMet)) process.exitCode = 1;
    }
  }
}

try {
  await main();
} catch (error) {
  console.error(`The benchmark failed: ${error instanceof Error ? error.message : error}`);
  // Not only the exit code: a child that is left would keep this process waiting for it.
  process.exit(1);
}
