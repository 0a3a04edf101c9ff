/** A Meltano project made from examples/meltano/meltano.yml, in a folder of its own. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { workFolder } from "../support/processes.ts";
import { type Program, type ProgramEnding, runProgram, startProgram } from "./programs.ts";
import { requirementsOf } from "./provision/python.ts";
import { toolProgram, wheel } from "./tools.ts";

export interface MeltanoProject {
  readonly folder: string;
  /** Runs a command to its end, and fails unless its exit code is 0. */
  readonly run: (args: readonly string[], env?: Record<string, string>) => Promise<ProgramEnding>;
  readonly start: (args: readonly string[], env?: Record<string, string>) => Program;
}

/** `environments` is YAML, in place of the example's. */
export async function createProject(
  simulator: Simulator,
  databaseUrl: string,
  environments: string,
): Promise<MeltanoProject> {
  const folder = await workFolder();
  const example = new URL("../../examples/meltano/meltano.yml", import.meta.url);
  await writeFile(
    join(folder, "meltano.yml"),
    pinned(readFileSync(example, "utf8")).replace("environments:\n  - name: prod\n", environments),
  );
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const settings = {
    NO_COLOR: "1",
    MELTANO_SEND_ANONYMOUS_USAGE_STATS: "false",
    TAP_POLAR_ACCESS_TOKEN: simulator.accessToken,
    TAP_POLAR_API_URL: simulator.url,
    TAP_POLAR_REQUESTS_PER_MINUTE: "1000000",
    TAP_POLAR_PAGE_SIZE: "20",
    TARGET_POSTGRES_HOST: hostname,
    TARGET_POSTGRES_PORT: port || "5432",
    TARGET_POSTGRES_USER: decodeURIComponent(username),
    // The target insists on one, also where the server does not ask for it.
    TARGET_POSTGRES_PASSWORD: decodeURIComponent(password) || "none",
    TARGET_POSTGRES_DATABASE: pathname.slice(1),
    DBT_POSTGRES_HOST: hostname,
    DBT_POSTGRES_PORT: port || "5432",
    DBT_POSTGRES_DATABASE: pathname.slice(1),
  };
  const start = (args: readonly string[], env = {}) =>
    startProgram(toolProgram("meltano", "meltano"), args, {
      cwd: folder,
      env: { ...settings, ...env },
    });
  return {
    folder,
    start,
    run: async (args, env) => {
      const ending = await start(args, env).ended;
      expect(ending.exitCode, ending.stdout + ending.stderr).toBe(0);
      return ending;
    },
  };
}

/** The example with the wheel as it is now, and with every dependency pinned. */
function pinned(example: string): string {
  const jsonl = `target-jsonl==0.1.4 --constraint ${requirementsOf("target-jsonl")}`;
  const postgres = `target-postgres==0.8.1 --constraint ${requirementsOf("target-postgres")}`;
  const dbt = `dbt-postgres==1.11.0 --constraint ${requirementsOf("dbt")}`;
  return example
    .replace(/pip_url: \.\/tap_polar-.*\.whl/, `pip_url: ${wheel()}`)
    .replace("target-jsonl==0.1.4", jsonl)
    .replace("target-postgres==0.8.1", postgres)
    .replace("dbt-postgres==1.11.0", dbt);
}

/** The process of a plugin that a Meltano run has started: its command line contains `text`. */
export async function pluginProcess(meltano: Program, text: string): Promise<number> {
  const { stdout } = await runProgram("ps", ["-A", "-o", "pid=,ppid=,args="]);
  const processes = stdout.split("\n").map((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), parent: Number(parent), command };
  });
  const found = processes.filter(
    ({ parent, command }) => parent === meltano.pid && command.includes(text),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${found.length} children of Meltano contain ${text}.`);
  }
  return first.pid;
}
