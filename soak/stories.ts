/** Stories by their seeds. */
import * as fc from "fast-check";
import { type Plan, plans } from "./plan.ts";
import { play } from "./story.ts";
import { Tally } from "./tally.ts";

/** So long a failing story is made smaller at the most. */
const SHRINKING_MILLISECONDS = 300_000;

/** Plays the story of a seed; returns what was not as it must be. */
export async function playSeed(seed: number, tally: Tally): Promise<readonly string[]> {
  let problems: readonly string[] = [];
  const property = fc.asyncProperty(plans, async (plan) => {
    problems = await problemsOf(plan, tally);
  });
  await fc.check(property, { seed, numRuns: 1 });
  return problems;
}

/** Looks for the smallest story that fails like the one of a seed, and describes it. */
export async function shrink(seed: number): Promise<string> {
  const property = fc.asyncProperty(plans, async (plan) => {
    const problems = await problemsOf(plan, new Tally());
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });
  const { failed, counterexample, errorInstance, numShrinks } = await fc.check(property, {
    seed,
    numRuns: 1,
    interruptAfterTimeLimit: SHRINKING_MILLISECONDS,
  });
  if (!failed) return `Story ${seed} is good.`;
  const [plan] = counterexample ?? [];
  return `${JSON.stringify(plan, null, 1)}\nMade smaller ${numShrinks} times:\n${errorInstance}`;
}

async function problemsOf(plan: Plan, tally: Tally): Promise<readonly string[]> {
  try {
    return await play(plan, tally);
  } catch (error) {
    return [`The story itself breaks: ${error instanceof Error ? error.stack : error}`];
  }
}
