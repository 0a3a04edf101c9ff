/** Reads one input after the other, until one is read wrongly. */
import fc from "fast-check";
import type { Target } from "./target.ts";

/** How long to go on: by time or by inputs, whichever ends first. */
export interface Bounds {
  readonly seed: number;
  readonly milliseconds?: number;
  readonly inputs?: number;
}

export interface Outcome {
  /** How many inputs were read. */
  readonly executions: number;
  /** The smallest input that is read wrongly, and what is wrong; undefined if there is none. */
  readonly finding: { readonly input: Buffer; readonly error: unknown } | undefined;
}

/** So many inputs come of one seed before another one is taken. */
const INPUTS_PER_SEED = 10_000;

/** Fuzzes a target. The same seed and number of inputs bring the same inputs. */
export async function fuzz(target: Target, bounds: Bounds): Promise<Outcome> {
  const { milliseconds = Number.POSITIVE_INFINITY, inputs = Number.POSITIVE_INFINITY } = bounds;
  const end = performance.now() + milliseconds;
  let executions = 0;
  for (let { seed } = bounds; executions < inputs && performance.now() < end; seed++) {
    const property = fc.asyncProperty(target.inputs, async (input) => {
      executions++;
      await target.read(input);
    });
    const left = end - performance.now();
    const { failed, counterexample, errorInstance } = await fc.check(property, {
      seed,
      numRuns: Math.min(INPUTS_PER_SEED, inputs - executions),
      ...(Number.isFinite(left) && { interruptAfterTimeLimit: Math.max(1, left) }),
    });
    const [input] = counterexample ?? [];
    if (failed && input) return { executions, finding: { input, error: errorInstance } };
  }
  return { executions, finding: undefined };
}
