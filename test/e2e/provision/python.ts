/**
 * The Python tools that the end-to-end tests run: Meltano, Dagster, targets, dbt and so on, pinned down
 * to the last dependency. They cannot share an environment (their jsonschema differs by years), so
 * each has its own. Made once per set of pins, kept in `.cache/`.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { buildWheel } from "../../../scripts/build-wheel.ts";
import { lastWords, type Missing } from "./missing.ts";

const tools = [
  "airflow",
  "dagster",
  "dbt",
  "dbt-warehouses",
  "kubernetes",
  "meltano",
  "singer-tools",
  "target-csv",
  "target-duckdb",
  "target-jsonl",
  "target-parquet",
  "target-postgres",
] as const;
const UV = "uv==0.13.9";
const OLDEST = [3, 10] as const;

export type Tool = (typeof tools)[number];

/** What is not on PyPI, and comes on top of a tool's requirements; the variable names another place. */
const SOURCES: Partial<Record<Tool, { url: string; variable: string }>> = {
  "target-parquet": {
    url: "https://github.com/Automattic/target-parquet/archive/8bfbb1796e71d52863f821f5c1445525a6cea3d5.tar.gz",
    variable: "TAP_POLAR_TEST_TARGET_PARQUET",
  },
};

export interface PythonTools {
  /** The folder of an environment for each tool, or why there is none. */
  readonly environments: Readonly<Record<string, string | Missing>>;
  /** The wheel, made from the bundle as it is now. */
  readonly wheel: string;
}

/** Where the pins of a tool stand. */
export const requirementsOf = (tool: Tool): string =>
  fileURLToPath(new URL(`../requirements/${tool}.txt`, import.meta.url));

/** A program in the environment of one of the tools. */
export function program({ environments }: PythonTools, tool: Tool | "uv", name: string): string {
  const environment = environments[tool];
  if (typeof environment === "string") return join(environment, "bin", name);
  throw new Error(environment?.missing ?? `${tool} is no tool of the tests`);
}

/** Finds the tools, or makes them; the wheel goes into `wheelFolder`. */
export async function providePython(wheelFolder: string): Promise<PythonTools | Missing> {
  if (platform() === "win32") return { missing: "these tests know no Windows" };
  const version = await pythonVersion();
  if (typeof version !== "string") return version;
  try {
    const uv = await makeOnce(cacheFolder("uv", version, UV), makeUv);
    const wheel = await buildWheel(join(uv, "bin", "python"), wheelFolder);
    const environments: Record<string, string | Missing> = { uv };
    for (const tool of tools) environments[tool] = await provideTool(tool, uv, version);
    return { environments, wheel };
  } catch (error) {
    return { missing: `the Python tools could not be installed: ${lastWords(error)}` };
  }
}

/** A folder in `.cache/` for what follows from these texts. */
export function cacheFolder(name: string, ...texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of [platform(), arch(), ...texts]) hash.update(text).update("\0");
  const cache = fileURLToPath(new URL("../../../.cache/e2e/", import.meta.url));
  return join(cache, `${name}-${hash.digest("hex").slice(0, 16)}`);
}

const requirementsText = (tool: Tool): string => readFileSync(requirementsOf(tool), "utf8");

async function pythonVersion(): Promise<string | Missing> {
  const script = "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])";
  const { stdout, failed } = await execa("python3", ["-c", script], { reject: false });
  if (failed || stdout === undefined) return { missing: "there is no python3 with venv on PATH" };
  const [major = 0, minor = 0] = stdout.split(".").map(Number);
  if (major === OLDEST[0] && minor >= OLDEST[1]) return stdout;
  return { missing: `python3 is ${stdout}, and Meltano needs ${OLDEST.join(".")} or newer` };
}

async function provideTool(tool: Tool, uv: string, version: string): Promise<string | Missing> {
  const source = sourceOf(tool);
  const folder = cacheFolder(tool, version, UV, requirementsText(tool), source ?? "");
  try {
    return await makeOnce(folder, async () => {
      const install = (...args: readonly string[]) =>
        execa(join(uv, "bin", "uv"), ["--quiet", "--no-config", ...args]);
      await install("venv", "--python", join(uv, "bin", "python"), folder);
      const into = join(folder, "bin", "python");
      await install("pip", "sync", "--python", into, requirementsOf(tool));
      if (source) await install("pip", "install", "--no-deps", "--python", into, source);
    });
  } catch (error) {
    return { missing: `${tool} could not be installed: ${lastWords(error)}` };
  }
}

/** Where a tool comes from that is not on PyPI. */
function sourceOf(tool: Tool): string | undefined {
  const source = SOURCES[tool];
  return source && (process.env[source.variable] || source.url);
}

/** Makes a folder unless it is complete already. */
export async function makeOnce(folder: string, make: (folder: string) => Promise<unknown>) {
  if (existsSync(join(folder, "complete"))) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await make(folder);
  await writeFile(join(folder, "complete"), "");
  return folder;
}

/** pip gets uv, uv gets the rest: it takes seconds where pip takes minutes. */
async function makeUv(folder: string): Promise<void> {
  await execa("python3", ["-m", "venv", folder]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV];
  await execa(join(folder, "bin", "python"), pip);
}

/** Whether a tool may be missing even where all others must be there: it is not on PyPI. */
export const mayBeMissing = (tool: string): boolean => Object.hasOwn(SOURCES, tool);
