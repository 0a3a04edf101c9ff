/**
 * Measures the built tap against the simulator, beside a floor that is measured in the same run:
 *
 *     npm run bench -- [--orders N] [--only PART] [--rounds N] [--large] [--check]
 */
import { parseArgs } from "node:util";
import { latency } from "./latency.ts";
import { memory } from "./memory.ts";
import { buildTap } from "./processes.ts";
import { isMet, type Section, show } from "./report.ts";
import { startup } from "./startup.ts";
import { throughput } from "./throughput.ts";

const help = `Usage: npm run bench -- [options]

  --orders N     orders to sync (100,000)
  --rounds N     how often each thing is measured (5); the medians count
  --only PART    throughput, memory, startup or latency; may be repeated
  --large        measures the memory at 1,000,000 orders and 500,000 events, too
  --check        ends with exit code 1 when a target is missed
  --help         this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      orders: { type: "string", default: "100000" },
      rounds: { type: "string", default: "5" },
      only: { type: "string", multiple: true },
      large: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  const [orders, rounds] = [count("orders", values.orders), count("rounds", values.rounds)];
  const parts: Readonly<Record<string, () => Promise<Section>>> = {
    throughput: () => throughput(orders, rounds),
    memory: () => memory(orders, rounds, values.large),
    startup: () => startup(rounds * 3),
    latency: () => latency(rounds),
  };
  const chosen = values.only ?? Object.keys(parts);
  const unknown = chosen.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such part.\n${help}`);

  await buildTap();
  for (const name of chosen) {
    const section = await parts[name]?.();
    if (!section) continue;
    console.log(`${show(section)}\n`);
    if (values.check && !section.checks.every(isMet)) process.exitCode = 1;
  }
}

function count(option: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${option} ${text}: must be a whole number.`);
  return Number(text);
}

try {
  await main();
} catch (error) {
  console.error(`The benchmark failed: ${error instanceof Error ? error.message : error}`);
  // Not only the exit code: a child that is left would keep this process waiting for it.
  process.exit(1);
}
