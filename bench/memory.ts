import { measured, startSimulator } from "./processes.ts";
import { interleaved, typical } from "./repeat.ts";
import { type Check, round, type Section } from "./report.ts";
import { syncOf } from "./tap.ts";

/** A set of the ids seen grows with the list: so much for each row. */
const BYTES_PER_ID = 40;

/** Larger lists, for what grows with them. */
const MANY_ORDERS = 1_000_000;
const MANY_EVENTS = 500_000;

/** The most memory that a sync takes; with `large`, also of a million orders and of many events. */
export async function memory(orders: number, rounds: number, large: boolean): Promise<Section> {
  const peak = await peakOf("orders", orders, rounds);
  const checks: Check[] = [
    { what: `peak at ${round(orders)} orders`, value: peak, target: { most: 120 }, unit: " MB" },
  ];
  const table = [
    ["", "peak MB"],
    [`${round(orders)} orders`, round(peak)],
  ];
  if (large) {
    const many = await peakOf("orders", MANY_ORDERS, 1);
    const events = await peakOf("events", MANY_EVENTS, 1);
    table.push([`${round(MANY_ORDERS)} orders`, round(many)]);
    table.push([`${round(MANY_EVENTS)} events`, round(events)]);
    checks.push(
      {
        what: `peak at ${round(MANY_ORDERS)} orders, without ${BYTES_PER_ID} bytes for each`,
        value: many - (MANY_ORDERS * BYTES_PER_ID) / 1e6,
        target: { most: peak * 1.15 },
        unit: " MB",
      },
      {
        what: `peak at ${round(MANY_EVENTS)} events`,
        value: events,
        target: { most: 120 },
        unit: " MB",
      },
    );
  }
  return { title: "Memory of tap-polar (resident, at its peak)", table, checks };
}

async function peakOf(stream: string, rows: number, rounds: number): Promise<number> {
  const simulator = await startSimulator({ [stream]: rows });
  try {
    const sync = await syncOf(stream, simulator);
    const [runs] = await interleaved(rounds, [() => measured(sync)]);
    return typical(runs).peakMegabytes;
  } finally {
    await simulator.stop();
  }
}
