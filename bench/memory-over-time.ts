/**
 * Syncs more rows than fit into memory, and looks whether that grows:
 *
 *     npm run bench:memory -- [--orders N] [--events N] [--check]
 */
import { parseArgs } from "node:util";
import { BYTES_PER_ID } from "./memory.ts";
import { buildTap, sampled, startSimulator } from "./processes.ts";
import { median } from "./repeat.ts";
import { isMet, round, type Section, show } from "./report.ts";
import { syncOf } from "./tap.ts";

const help = `Usage: npm run bench:memory -- [options]

  --orders N     orders to sync (1,000,000)
  --events N     events to sync (5,000,000)
  --check        ends with exit code 1 when the memory grows
  --help         this text
`;

/** Until then buffers and compiled code come to their size, in seconds; half of a shorter sync. */
const WARM_UP = 60;

/** Garbage goes up and down by so many megabytes. */
const NOISE = 20;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      orders: { type: "string", default: "1000000" },
      events: { type: "string", default: "5000000" },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  await buildTap();
  const section = await overTime(Number(values.orders), Number(values.events));
  console.log(show(section));
  if (values.check && !section.checks.every(isMet)) process.exitCode = 1;
}

async function overTime(orders: number, events: number): Promise<Section> {
  const simulator = await startSimulator({ orders, events });
  try {
    const samples = await sampled(await syncOf(["orders", "events"], simulator));
    const after = samples.slice(Math.min(WARM_UP, samples.length / 2));
    const slope = slopeOf(after);
    const secondHalf = slopeOf(samples.slice(samples.length / 2));
    const minutes = Array.from({ length: Math.ceil(samples.length / 60) }, (_, minute) => [
      String(minute + 1),
      round(median(samples.slice(minute * 60, minute * 60 + 60))),
    ]);
    const ids = (orders * BYTES_PER_ID) / 1e6;
    return {
      title: `Resident memory of a sync of ${round(orders)} orders and ${round(events)} events, ${samples.length} s`,
      table: [
        ["minute", "median MB"],
        ...minutes,
        ["slope after the first, MB a minute", (slope * 60).toFixed(2)],
        ["slope of the second half", (secondHalf * 60).toFixed(2)],
      ],
      checks: [
        {
          what: `growth after the first minute, with ${ids} MB for ids`,
          value: slope * after.length,
          target: { most: ids + NOISE },
          unit: " MB",
        },
      ],
    };
  } finally {
    await simulator.stop();
  }
}

/** How much the values grow from one to the next, by least squares. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const over = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0);
  const under = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  return over / under;
}

try {
  await main();
} catch (error) {
  console.error(`The benchmark failed: ${error instanceof Error ? error.message : error}`);
  // Not only the exit code: a child that is left would keep this process waiting for it.
  process.exit(1);
}
