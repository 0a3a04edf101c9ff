/** One run of the built tap, which may be ended before its end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { LineSplitter } from "../test/support/target-jsonl/lines.ts";
import type { Kill } from "./plan.ts";

/** Waits of the tap take this part of their time. */
const SPEED = 50;

/** Longer than this no run takes: it hangs. */
const LONGEST_RUN_MILLISECONDS = 60_000;

const SLOW_TARGET_MILLISECONDS = 50;

const tap = fileURLToPath(new URL("../dist/tap.js", import.meta.url));
const fastClock = new URL("fast-clock.mjs", import.meta.url).href;

export interface TapRun {
  /** What its target has read, in whole lines. */
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly hung: boolean;
  /** Whether what should have ended it came before its end. */
  readonly killed: boolean;
  /**
   * Whether the target has closed the pipe. What it has not read is lost then, though the tap may have
   * written all of it into the pipe, and ended well.
   */
  readonly isPipeClosed: boolean;
}

export async function runTap(
  files: Readonly<Record<string, object | undefined>>,
  now: Date,
  kill: Kill | null,
): Promise<TapRun> {
  const folder = await mkdtemp(join(tmpdir(), "tap-polar-soak-"));
  try {
    const args: string[] = [];
    for (const [name, content] of Object.entries(files)) {
      if (content === undefined) continue;
      const path = join(folder, `${name}.json`);
      await writeFile(path, JSON.stringify(content), { mode: 0o600 });
      args.push(`--${name}`, path);
    }
    return await runWith(args, now, kill);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runWith(args: readonly string[], now: Date, kill: Kill | null): Promise<TapRun> {
  const fullDisk = kill?.how === "full disk" ? openSync("/dev/full", "w") : undefined;
  const child = spawn(process.execPath, ["--import", fastClock, tap, ...args], {
    stdio: ["ignore", fullDisk ?? "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      FAST_CLOCK_NOW: now.toISOString(),
      FAST_CLOCK_SPEED: String(SPEED),
    },
  });
  if (fullDisk !== undefined) closeSync(fullDisk);
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, LONGEST_RUN_MILLISECONDS);

  const { stdout } = child;
  const lines: string[] = [];
  let killed = fullDisk !== undefined;
  const splitter = new LineSplitter();
  stdout?.on("data", (chunk: Buffer) => {
    for (const line of splitter.push(chunk)) {
      lines.push(line.toString());
      if (!kill || killed || lines.length !== kill.line) continue;
      killed = true;
      if (kill.how === "closed pipe") {
        stdout.destroy();
        return;
      }
      if (kill.how !== "slow target") child.kill(signalOf(kill));
      else {
        stdout.pause();
        setTimeout(() => stdout.resume(), SLOW_TARGET_MILLISECONDS);
      }
    }
  });
  const [stderr] = await Promise.all([
    child.stderr ? text(child.stderr) : "",
    once(child, "close"),
  ]);
  clearTimeout(timer);
  return {
    lines,
    stderr,
    exitCode: child.exitCode ?? undefined,
    signal: child.signalCode ?? undefined,
    hung,
    killed,
    isPipeClosed: killed && kill?.how === "closed pipe",
  };
}

function signalOf({ how }: Kill): NodeJS.Signals {
  return how === "SIGTERM" || how === "SIGINT" ? how : "SIGKILL";
}
