/**
 * Runs any program as the shell would, in a process group of its own, so that whatever it started
 * ends with it at the latest when the test ends.
 */
import { execa } from "execa";
import { afterAll, afterEach } from "vitest";
import { namedPipe } from "../support/processes.ts";
import { startTap, type TapInput } from "../support/run-tap.ts";

export interface ProgramEnding {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export interface Program {
  readonly pid: number;
  /** Never rejects. */
  readonly ended: Promise<ProgramEnding>;
}

export interface ProgramOptions {
  readonly cwd?: string;
  /** Added to the environment of the tests, from which settings of taps and targets are removed. */
  readonly env?: Readonly<Record<string, string>>;
  /** A file or named pipe in place of stdin; nothing unless given. */
  readonly from?: string;
}

const running = new Map<number, Promise<ProgramEnding>>();

afterEach(endPrograms);
afterAll(endPrograms);

async function endPrograms(): Promise<void> {
  for (const pid of running.keys()) process.kill(-pid, "SIGKILL");
  await Promise.all(running.values());
}

export function startProgram(
  file: string,
  args: readonly string[],
  { cwd, env, from = "/dev/null" }: ProgramOptions = {},
): Program {
  // The shell only opens the pipe: `exec` puts the program in its place, under the same process id.
  const child = execa("/bin/sh", ["-c", 'exec "$@" <"$FROM"', "sh", file, ...args], {
    ...(cwd !== undefined && { cwd }),
    stdin: "ignore",
    extendEnv: false,
    env: { ...environment(), FROM: from, ...env },
    reject: false,
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started.`);
  const ended = child.then(({ stdout, stderr, exitCode, signal }) => {
    running.delete(pid);
    return { stdout, stderr, exitCode, signal };
  });
  running.set(pid, ended);
  return { pid, ended };
}

/** Runs a program to its end. */
export const runProgram = (
  file: string,
  args: readonly string[],
  options?: ProgramOptions,
): Promise<ProgramEnding> => startProgram(file, args, options).ended;

/** Runs `tap | target` to the end of both. */
export async function runPipeline(
  input: TapInput,
  target: string,
  args: readonly string[],
  options?: Omit<ProgramOptions, "from">,
): Promise<{ readonly tap: ProgramEnding; readonly target: ProgramEnding }> {
  const pipe = await namedPipe();
  const tap = await startTap(input, { to: pipe });
  const targetEnding = await runProgram(target, args, { ...options, from: pipe });
  const { lines, ...tapEnding } = await tap.ended;
  return { tap: { ...tapEnding, stdout: lines.join("\n") }, target: targetEnding };
}

/** What this process was started with, but for what would configure the programs under test. */
function environment(): Record<string, string | undefined> {
  const settings = /^(TAP_|TARGET_|MELTANO_|SINGER_|LOGLEVEL$|NODE_OPTIONS$|VIRTUAL_ENV$|PG)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.test(name)));
}
