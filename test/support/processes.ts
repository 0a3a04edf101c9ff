/** Child processes that cannot outlive their tests, and folders that cannot outlive their file. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { endWithFile, endWithTest } from "./endings.ts";
import { LineSplitter } from "./target-jsonl/lines.ts";

/** A process that has ended. */
export interface Ending {
  /** Whole lines of stdout, as they came. */
  readonly lines: readonly string[];
  /** The bytes after stdout's last newline: not 0 only when the process was cut off. */
  readonly unfinishedBytes: number;
  readonly stderr: string;
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A process that runs. */
export interface Running {
  /** The lines so far. */
  readonly lines: readonly string[];
  kill(signal: NodeJS.Signals): void;
  /** Stops and goes on reading its stdout, as a reader does that is slow, or hangs. */
  pause(): void;
  resume(): void;
  /** Resolves when the process is gone, though its stdout may not have been read yet. */
  readonly exited: Promise<void>;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** The whole environment, besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** What it reads on stdin; nothing unless given. */
  readonly input?: string | Buffer;
  /** A file or named pipe in place of stdin, or of stdout. */
  readonly from?: string;
  readonly to?: string;
  /** Hears each line of stdout as it comes. */
  readonly onLine?: (line: string, running: Running) => void;
}

/** The Node that runs the commands: another one than the tests' own, where one is named. */
const node = process.env.TAP_POLAR_TEST_NODE || process.execPath;

/** A folder of its own, removed after the test file's last test. */
export async function workFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tap-polar-test-"));
  endWithFile(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A pipe in the file system. Opening one end waits until the other is opened, too. */
export async function namedPipe(): Promise<string> {
  const path = join(await workFolder(), "pipe");
  await execa("mkfifo", [path]);
  return path;
}

/** Starts a command that `npm run build` has bundled into `dist/`. */
export function startCommand(
  command: "tap.js" | "target-jsonl.js",
  args: readonly string[],
  { cwd, env, nodeArgs = [], input, from, to, onLine }: ProcessOptions = {},
): Running {
  const file = fileURLToPath(new URL(`../../dist/${command}`, import.meta.url));
  if (!existsSync(file)) throw new Error(`dist/${command} is missing: run \`npm run build\`.`);
  const redirections = `${from ? '<"$FROM"' : ""} ${to ? '>"$TO"' : ""}`;
  // The shell only redirects: `exec` puts Node in its place, under the same process id.
  const shell = ["-c", `exec "$@" ${redirections}`, "sh"];
  const child = execa("/bin/sh", [...shell, node, ...nodeArgs, file, ...args], {
    ...(cwd !== undefined && { cwd }),
    ...(input !== undefined ? { input } : { stdin: "ignore" as const }),
    extendEnv: false,
    env: {
      PATH: process.env.PATH ?? "",
      ...(from !== undefined && { FROM: from }),
      ...(to !== undefined && { TO: to }),
      ...env,
    },
    buffer: { stdout: false },
    reject: false,
    forceKillAfterDelay: false,
  });
  const splitter = new LineSplitter();
  const lines: string[] = [];
  const handle: Running = {
    lines,
    kill: (signal) => void child.kill(signal),
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    exited: new Promise((resolve) => child.once("exit", () => resolve())),
    ended: child.then(({ stderr, exitCode, signal }) => {
      return { lines, unfinishedBytes: splitter.rest, stderr, exitCode, signal };
    }),
  };
  endWithTest(() => {
    child.kill("SIGKILL");
    return handle.ended;
  });
  child.stdout.on("data", (chunk: Buffer) => {
    for (const bytes of splitter.push(chunk)) {
      const line = bytes.toString();
      lines.push(line);
      onLine?.(line, handle);
    }
  });
  return handle;
}
