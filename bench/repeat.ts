/** A machine is never quiet: how to measure all the same. */
import type { Costs } from "./processes.ts";

/**
 * Runs each of several things once, then each once more, and so on: what slows the machine for a
 * while slows all of them. Returns each one's results.
 */
export async function interleaved<Result>(
  rounds: number,
  things: readonly (() => Promise<Result>)[],
): Promise<Result[][]> {
  const results = things.map((): Result[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, thing] of things.entries()) results[at]?.push(await thing());
  }
  return results;
}

export function median(values: readonly number[] = []): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The median of each of the costs. */
export function typical(runs: readonly Costs[] = []): Costs {
  return {
    seconds: median(runs.map((run) => run.seconds)),
    cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
    peakMegabytes: median(runs.map((run) => run.peakMegabytes)),
  };
}
