// Preloaded (`node --import`) to have a process tell at its end how much memory it has held at once: it
// writes the number of megabytes into the file that PEAK_MEMORY names.
import { readFileSync, writeFileSync } from "node:fs";

process.once("exit", () => {
  writeFileSync(process.env.PEAK_MEMORY ?? "", String(peakKilobytes() / 1_000));
});

/** Linux counts in `maxRSS` what the parent had when it forked, so there the process file is asked. */
function peakKilobytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
