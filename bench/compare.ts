/**
 * Compares the tap as it is with another build of it: with a copy of `dist/tap.js` from before, or
 * with one whose JSON scanner is plain TypeScript:
 *
 *     npm run bench:compare -- [BUNDLE] [--node VERSION]… [--pairs N] [--orders N]
 *
 * The two take turns, and the medians are compared: what the machine does besides slows both.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { provideNode } from "../scripts/provide-node.ts";
import { buildTap, buildTypeScriptTap, type Costs, measured, startSimulator } from "./processes.ts";
import { interleaved, typical } from "./repeat.ts";
import { round, show } from "./report.ts";
import { syncOf } from "./tap.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: "string", multiple: true, default: ["20", "24"] },
    pairs: { type: "string", default: "10" },
    orders: { type: "string", default: "100000" },
  },
});
const [orders, pairs] = [Number(values.orders), Number(values.pairs)];

await buildTap();
const [bundle] = positionals;
const other = bundle === undefined ? await buildTypeScriptTap() : resolve(bundle);
const simulator = await startSimulator({ orders });
try {
  const [ours, others] = [
    await syncOf(["orders"], simulator),
    await syncOf(["orders"], simulator, { bundle: other }),
  ];
  for (const version of values.node) {
    const node = await provideNode(version);
    const runs = await interleaved(pairs, [
      () => measured(ours, node),
      () => measured(others, node),
    ]);
    console.log(`${show(comparison(version, typical(runs[0]), typical(runs[1])))}\n`);
  }
} finally {
  await simulator.stop();
}

function comparison(version: string, tap: Costs, other: Costs) {
  const row = (name: string, { seconds, cpuSeconds, peakMegabytes }: Costs) => [
    name,
    ...[orders / seconds, seconds, cpuSeconds, peakMegabytes].map(round),
  ];
  const check = (what: string, value: number) => ({
    what,
    value,
    target: { least: 0.97 },
    unit: " ×",
  });
  return {
    title: `Node ${version}: ${round(orders)} orders, medians of ${pairs} pairs`,
    table: [
      ["", "records/s", "seconds", "CPU seconds", "peak MB"],
      row("tap-polar", tap),
      row(bundle ?? "tap-polar with the scanner in TypeScript", other),
    ],
    checks: [
      check("records/s of the other's", other.seconds / tap.seconds),
      check("records per CPU second of the other's", other.cpuSeconds / tap.cpuSeconds),
    ],
  };
}
