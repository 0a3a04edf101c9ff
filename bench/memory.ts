import { measured, startSimulator } from "./processes.ts";
import { interleaved, typical } from "./repeat.ts";
import { type Check, round, type Section } from "./report.ts";
import { syncOf } from "./tap.ts";

/** A set of the ids seen grows with the list: so much for each row. */
const BYTES_PER_ID = 40;

/** The most memory that a sync takes; with `most` orders, too, for what grows with their number. */
export async function memory(
  orders: number,
  rounds: number,
  most: number | undefined,
): Promise<Section> {
  const peak = await peakOf(orders, rounds);
  const checks: Check[] = [
    { what: `peak at ${round(orders)} orders`, value: peak, target: { most: 120 }, unit: " MB" },
  ];
  const table = [
    ["", "peak MB"],
    [`${round(orders)} orders`, round(peak)],
  ];
  if (most !== undefined) {
    const large = await peakOf(most, 1);
    const ids = (most * BYTES_PER_ID) / 1e6;
    table.push([`${round(most)} orders`, round(large)]);
    checks.push({
      what: `peak at ${round(most)} orders, without ${BYTES_PER_ID} bytes for each`,
      value: large - ids,
      target: { most: peak * 1.15 },
      unit: " MB",
    });
  }
  return { title: "Memory of tap-polar (resident, at its peak)", table, checks };
}

async function peakOf(orders: number, rounds: number): Promise<number> {
  const simulator = await startSimulator(orders);
  try {
    const sync = await syncOf("orders", simulator);
    const [runs] = await interleaved(rounds, [() => measured(sync)]);
    return typical(runs).peakMegabytes;
  } finally {
    await simulator.stop();
  }
}
