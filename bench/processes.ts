/** Child processes whose costs are measured. Each has a real file as stdout: nobody reads along. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { execa } from "execa";
import { z } from "zod";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The built tap. */
export const tap = join(root, "dist/tap.js");

/** Where configurations, logs and the bundled programs of the benchmark are; gone at the end. */
export const folder = mkdtempSync(join(tmpdir(), "tap-polar-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true }));

/** What a process has cost. */
export interface Costs {
  /** From its start to its end. */
  readonly seconds: number;
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

const usageShape = z.object({ cpuSeconds: z.number(), peakMegabytes: z.number() });

/** Bundles a program of this folder, so that it starts as fast as the tap does. */
export async function bundled(name: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(root, "bench", `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "warning",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return outfile;
}

/** Builds the tap as `npm run build` does. */
export async function buildTap(): Promise<void> {
  await execa(process.execPath, ["scripts/build.js"], { cwd: root });
}

/** Builds the tap with the JSON scanner in plain TypeScript, and returns the bundle's path. */
export async function buildTypeScriptTap(): Promise<string> {
  const scanner = "bench/typescript-scanner/scanner.ts";
  const build = ["scripts/build.js", "--outdir", folder, "--scanner", scanner];
  await execa(process.execPath, build, { cwd: root });
  return join(folder, "tap.js");
}

/** Runs Node with these arguments; seconds from start to end. */
export async function timed(args: readonly string[]): Promise<number> {
  return (await run(args)).seconds;
}

/** Runs Node, this one or another, with these arguments, and has it tell its costs when it ends. */
export async function measured(args: readonly string[], node?: string): Promise<Costs> {
  usageHook ??= bundled("usage");
  const { seconds, report } = await run(["--import", await usageHook, ...args], node);
  return { seconds, ...usageShape.parse(JSON.parse(report)) };
}

let usageHook: Promise<string> | undefined;

/** Runs Node with these arguments; its resident memory in megabytes, one number for each second. */
export async function sampled(args: readonly string[]): Promise<readonly number[]> {
  const { report } = await run(["--import", await bundled("samples"), ...args]);
  return z.array(z.number()).parse(JSON.parse(report));
}

async function run(
  args: readonly string[],
  node = process.execPath,
): Promise<{ seconds: number; report: string }> {
  const logFile = join(folder, "stderr.log");
  const files = [openSync(devNull, "w"), openSync(logFile, "w")] as const;
  const started = performance.now();
  const child = spawn(node, args, { stdio: ["ignore", ...files, "pipe"] });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  const channel = child.stdio[3];
  const report = channel && "read" in channel ? text(channel) : "";
  const exitCode = await code;
  const seconds = (performance.now() - started) / 1_000;
  for (const file of files) closeSync(file);
  if (exitCode !== 0) {
    const log = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-5).join("\n");
    throw new Error(`node ${args.join(" ")} ended with ${exitCode}:\n${log}`);
  }
  return { seconds, report: await report };
}

/** A simulator in a process of its own. */
export interface Simulator {
  readonly url: string;
  readonly accessToken: string;
  stop(): Promise<void>;
}

const listening = z.object({ url: z.url(), access_token: z.string() });

/**
 * Starts a simulator with so many rows of each list named, ready before the first request. Rows that
 * are equal in the order keep their places, so that everybody reads each page once: repairing a list
 * is no part of what is measured here.
 */
export async function startSimulator(
  rows: Readonly<Record<string, number>>,
  latency = 0,
): Promise<Simulator> {
  const options = Object.entries({ ...rows, latency });
  const sizes = options.flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = execa(
    process.execPath,
    ["--import", "tsx", "simulator/main.ts", ...sizes, "--ties", "stable", "--rendered-ahead"],
    { cwd: root, stdin: "ignore", reject: false },
  );
  const line = once(createInterface(child.stdout), "line").then(([first]) => String(first));
  const first = await Promise.race([line, child]);
  if (typeof first !== "string") throw new Error(`The simulator did not start.\n${first.stderr}`);
  const { url, access_token: accessToken } = listening.parse(JSON.parse(first));
  const stop = async () => {
    child.kill();
    await child;
  };
  return { url, accessToken, stop };
}
