import { tap, timed } from "./processes.ts";
import { interleaved, median } from "./repeat.ts";
import { round, type Section } from "./report.ts";

/** How long commands take that need no network, beside a Node that does nothing. */
export async function startup(rounds: number): Promise<Section> {
  const [bare, discovery, help] = (
    await interleaved(rounds, [
      () => timed(["-e", "0"]),
      () => timed([tap, "--discover"]),
      () => timed([tap, "--help"]),
    ])
  ).map(median);
  const row = (name: string, seconds = Number.NaN) => [name, round(seconds * 1_000)];
  return {
    title: `Start-up: medians of ${rounds} runs`,
    table: [
      ["", "milliseconds"],
      row("floor: node -e 0", bare),
      row("tap-polar --discover", discovery),
      row("tap-polar --help", help),
    ],
    checks: [
      {
        what: "discovery to bare Node",
        value: (discovery ?? Number.NaN) / (bare ?? Number.NaN),
        target: { most: 2 },
        unit: " ×",
      },
    ],
  };
}
