/**
 * Plays random stories against the built tap, and counts what goes wrong:
 *
 *     npm run soak -- [--minutes N] [--seed N] [--at-once N] [--story SEED]
 */
import { parseArgs } from "node:util";
import { report } from "./report.ts";
import { playSeed, shrink } from "./stories.ts";
import { Tally } from "./tally.ts";

const help = `Usage: npm run soak -- [options]

  --minutes N    how long to go on (10)
  --seed N       the first story's seed (1); the next one has the next
  --at-once N    stories at the same time (3)
  --story SEED   plays this story alone, and makes it smaller if it fails
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      seed: { type: "string", default: "1" },
      "at-once": { type: "string", default: "3" },
      story: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  if (values.story !== undefined) return console.log(await shrink(Number(values.story)));
  await soak(Number(values.minutes), Number(values.seed), Number(values["at-once"]));
}

async function soak(minutes: number, firstSeed: number, atOnce: number): Promise<void> {
  const started = performance.now();
  const tally = new Tally();
  const failed: number[] = [];
  let slowest = { seed: 0, seconds: 0 };
  let seed = firstSeed;
  const play = async () => {
    while (performance.now() - started < minutes * 60_000) {
      const own = seed++;
      const begun = performance.now();
      const problems = await playSeed(own, tally);
      tally.add("stories", problems.length === 0 ? "good" : "failed");
      const seconds = (performance.now() - begun) / 1_000;
      if (seconds > slowest.seconds) slowest = { seed: own, seconds };
      if (problems.length === 0) continue;
      failed.push(own);
      console.log(
        `Story ${own} fails (npm run soak -- --story ${own}):\n  ${problems.join("\n  ")}`,
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, play));
  console.log(report(tally, (performance.now() - started) / 1_000, slowest));
  if (failed.length > 0) process.exitCode = 1;
}

await main();
// Node's own tidying up never ends where a connection was reset while it was being closed.
process.exit();
