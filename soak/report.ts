/** The figures of a soak, for people. */
import type { Tally } from "./tally.ts";

export function report(
  tally: Tally,
  seconds: number,
  slowest: { readonly seed: number; readonly seconds: number },
): string {
  const rows = Object.fromEntries(tally.of("rows"));
  const {
    written = 0,
    compared = 0,
    "written twice": twice = 0,
    "of readings that go on": on = 0,
  } = rows;
  const lines: readonly (readonly [string, string])[] = [
    ["time", `${Math.round(seconds)} s`],
    ["stories", listed(tally, "stories")],
    ["runs, by exit code or signal", listed(tally, "runs")],
    ["faults", listed(tally, "faults")],
    ["kills", listed(tally, "kills")],
    ["slow targets", number(tally.sum("slow targets"))],
    ["changes", number(tally.sum("changes"))],
    ["rows written", number(written)],
    ["rows compared", number(compared)],
    ["rows lost", listed(tally, "lost")],
    ["rows wrong", listed(tally, "wrong")],
    [
      "rows written twice by resumes",
      `${number(twice)}: ${share(twice, written)} of all, ${share(twice, on)} of the ${number(on)} of readings that went on`,
    ],
    ["servers, sockets, pipes and children left open", listed(tally, "left open")],
    ["slowest story", `${slowest.seconds.toFixed(1)} s (seed ${slowest.seed})`],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function listed(tally: Tally, group: string): string {
  const parts = tally.of(group).filter(([, count]) => count > 0);
  const sum = number(tally.sum(group));
  return parts.length === 0
    ? sum
    : `${sum}: ${parts.map(([name, count]) => `${name} ${number(count)}`).join(", ")}`;
}

const number = (value: number) => value.toLocaleString("en");

const share = (part: number, whole: number) =>
  `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;
