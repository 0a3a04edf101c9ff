/**
 * The Python tools that the end-to-end tests run: Meltano, two targets and singer-check-tap, pinned
 * down to the last dependency. They cannot share an environment (their jsonschema differs by years),
 * so each has its own. Made once per set of pins, kept in `.cache/`.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { buildWheel } from "../../../scripts/build-wheel.ts";
import { lastWords, type Missing } from "./missing.ts";

const tools = ["meltano", "target-jsonl", "target-postgres", "singer-tools"] as const;
const UV = "uv==0.13.9";
const OLDEST = [3, 10] as const;

export type Tool = (typeof tools)[number];

export interface PythonTools {
  /** Holds an environment for each tool, and one called `uv`. */
  readonly folder: string;
  /** The wheel, made from the bundle as it is now. */
  readonly wheel: string;
}

/** Where the pins of a tool stand. */
export const requirementsOf = (tool: Tool): string =>
  fileURLToPath(new URL(`../requirements/${tool}.txt`, import.meta.url));

/** A program in one of the environments. */
export const program = (tools: PythonTools, environment: Tool | "uv", name: string): string =>
  join(tools.folder, environment, "bin", name);

/** Finds the tools, or makes them; the wheel goes into `wheelFolder`. */
export async function providePython(wheelFolder: string): Promise<PythonTools | Missing> {
  if (platform() === "win32") return { missing: "these tests know no Windows" };
  const version = await pythonVersion();
  if (typeof version !== "string") return version;
  const folder = cacheFolder("python", version, UV, ...tools.map(requirementsText));
  try {
    if (!existsSync(join(folder, "complete"))) await makeEnvironments(folder);
    const wheel = await buildWheel(join(folder, "uv", "bin", "python"), wheelFolder);
    return { folder, wheel };
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

/** pip gets uv, uv gets the rest: it takes seconds where pip takes minutes. */
async function makeEnvironments(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const python = join(folder, "uv", "bin", "python");
  await execa("python3", ["-m", "venv", join(folder, "uv")]);
  await execa(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV]);
  const uv = (...args: readonly string[]) =>
    execa(join(folder, "uv", "bin", "uv"), ["--quiet", "--no-config", ...args]);
  for (const tool of tools) {
    await uv("venv", "--python", python, join(folder, tool));
    const into = join(folder, tool, "bin", "python");
    await uv("pip", "sync", "--python", into, requirementsOf(tool));
  }
  await writeFile(join(folder, "complete"), "");
}
