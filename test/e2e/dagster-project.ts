/** The example project for Dagster, in a folder of its own, with simulated organizations. */
import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { z } from "zod";
import { workFolder } from "../support/processes.ts";
import { type Program, type ProgramEnding, startProgram } from "./programs.ts";
import { toolProgram } from "./tools.ts";

const figures = z.object({
  rows: z.number().nullable(),
  requests: z.number().nullable(),
  seconds: z.number().nullable(),
  incomplete: z.record(z.string(), z.string().nullable()),
  exit_codes: z.tuple([z.number(), z.number()]),
});

const run = z.object({
  organization: z.string(),
  status: z.string(),
  /** Seconds since 1970. */
  started: z.number().nullable(),
  ended: z.number().nullable(),
  /** The assets that were tried again, each time. */
  retried: z.array(z.string()),
  materialized: z.record(z.string(), figures),
  failed: z.record(z.string(), figures.extend({ message: z.string() })),
});

/** What Dagster tells of a run of one organization. */
export type Run = z.infer<typeof run>;

export interface DagsterProject {
  readonly folder: string;
  /** Writes the settings of an organization, which is then read with the others. */
  readonly add: (organization: string, settings: object) => Promise<void>;
  /** Starts a command as a reader types it, with the environment of the page. */
  readonly start: (command: string) => Program;
  /** Runs one to its end, and fails unless its exit code is 0. */
  readonly run: (command: string) => Promise<ProgramEnding>;
  /** All runs so far, the first one first. */
  readonly runs: () => Promise<readonly Run[]>;
}

/**
 * Copies the example, and puts the built tap on PATH, before Dagster and the target.
 * @param instanceUrl the database of the Dagster instance
 * @param warehouseUrl the database that is loaded into
 */
export async function createDagsterProject(
  instanceUrl: string,
  warehouseUrl: string,
): Promise<DagsterProject> {
  const folder = await workFolder();
  await cp(fileInRoot("examples/dagster"), folder, { recursive: true });
  const instance = join(folder, "dagster.yaml");
  // A killed run is noticed soon.
  const text = (await readFile(instance, "utf8")).replace("seconds: 30", "seconds: 2");
  await writeFile(instance, text);
  await mkdir(join(folder, "organizations"));
  const tap = join(folder, "programs", "tap-polar");
  await mkdir(dirname(tap));
  await writeFile(
    tap,
    `#!/bin/sh\nexec "${process.execPath}" "${fileInRoot("dist/tap.js")}" "$@"\n`,
  );
  await chmod(tap, 0o755);
  const tools = dirname(toolProgram("dagster", "dagster"));
  const env = {
    PATH: `${dirname(tap)}:${tools}:${process.env.PATH}`,
    DAGSTER_HOME: folder,
    DAGSTER_POSTGRES_URL: instanceUrl,
    TARGET_POSTGRES_SQLALCHEMY_URL: warehouseUrl,
  };
  const start = (command: string) =>
    startProgram("/bin/sh", ["-c", `exec ${command}`], { cwd: folder, env });
  const runToEnd = async (command: string) => {
    const ending = await start(command).ended;
    expect(ending.exitCode, ending.stderr).toBe(0);
    return ending;
  };
  return {
    folder,
    start,
    run: runToEnd,
    add: (organization, settings) =>
      writeFile(join(folder, "organizations", `${organization}.json`), JSON.stringify(settings)),
    runs: async () => {
      const { stdout } = await runToEnd(
        `python "${fileInRoot("test/e2e/readers/dagster_runs.py")}"`,
      );
      const lines = stdout.split("\n").filter((line) => line !== "");
      return lines.map((line) => run.parse(JSON.parse(line)));
    },
  };
}

const fileInRoot = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Kills the tap that reads an organization, as a machine without memory would; with `worker` also the
 * process of Dagster's that has started it, and all that this has started.
 */
export function killTap(organization: string, { worker = false } = {}): void {
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const processes = listed.split("\n").map((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), parent: Number(parent), command };
  });
  const taps = processes.filter(({ command }) => command.includes(`${organization}.json --select`));
  for (const tap of taps) {
    const family = processes.filter(({ parent, pid }) => [parent, pid].includes(tap.parent));
    for (const { pid } of worker ? family : [tap]) process.kill(pid, "SIGKILL");
  }
}
