import { provideNode } from "../scripts/provide-node.ts";
import { measured, startSimulator } from "./processes.ts";
import { interleaved, typical } from "./repeat.ts";
import { type Check, round, type Section } from "./report.ts";
import { syncOf } from "./tap.ts";

/** A set of the ids seen grows with the list: so much for each row. */
export const BYTES_PER_ID = 40;

/** Larger lists, for what grows with them. */
const MANY_ORDERS = 1_000_000;
const MANY_EVENTS = 500_000;

/** Versions of Node differ by what they need themselves, and by how late they collect garbage. */
const VERSIONS = ["20", "22", "24", "26"];
const MOST_MEGABYTES = 150;

/**
 * The most memory that a sync takes, on several versions of Node; with `large`, on this one also of a
 * million orders and of many events.
 */
export async function memory(orders: number, rounds: number, large: boolean): Promise<Section> {
  const table = [["", "peak MB"]];
  const checks: Check[] = [];
  const add = (what: string, value: number, most: number) => {
    table.push([what, round(value)]);
    checks.push({ what: `peak at ${what}`, value, target: { most }, unit: " MB" });
  };
  for (const version of VERSIONS) {
    const node = await provideNode(version);
    const peak = await peakOf("orders", orders, rounds, node);
    add(`${round(orders)} orders, Node ${version}`, peak, MOST_MEGABYTES);
  }
  if (large) {
    const ids = (MANY_ORDERS * BYTES_PER_ID) / 1e6;
    const many = await peakOf("orders", MANY_ORDERS, 1);
    add(`${round(MANY_ORDERS)} orders, with ${ids} MB for ids`, many, MOST_MEGABYTES + ids);
    const events = await peakOf("events", MANY_EVENTS, 1);
    add(`${round(MANY_EVENTS)} events`, events, MOST_MEGABYTES);
  }
  return { title: "Memory of tap-polar (resident, at its peak)", table, checks };
}

async function peakOf(
  stream: string,
  rows: number,
  rounds: number,
  node?: string,
): Promise<number> {
  const simulator = await startSimulator({ [stream]: rows });
  try {
    const sync = await syncOf([stream], simulator);
    const [runs] = await interleaved(rounds, [() => measured(sync, node)]);
    return typical(runs).peakMegabytes;
  } finally {
    await simulator.stop();
  }
}
