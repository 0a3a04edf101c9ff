/** Loaded into a process before its program: when it ends it tells its costs on file descriptor 3. */
import { readFileSync, writeSync } from "node:fs";

process.once("exit", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  writeSync(3, JSON.stringify({ cpuSeconds, peakMegabytes: (peakKilobytes() * 1_024) / 1e6 }));
});

/**
 * The most memory that was resident. Linux counts in `maxRSS` what the parent had when it forked, so
 * there the process file is asked.
 */
function peakKilobytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (peak === undefined) throw new Error("/proc/self/status has no VmHWM");
  return Number(peak);
}
