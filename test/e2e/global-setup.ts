/** Provides what the end-to-end tests need, once for all of their files, or tells why it cannot. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Browser, provideBrowser } from "./provision/browser.ts";
import type { Missing } from "./provision/missing.ts";
import { providePostgres } from "./provision/postgres.ts";
import { type PythonTools, providePython } from "./provision/python.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly python: PythonTools | Missing;
    readonly postgres: { readonly url: string } | Missing;
    readonly browser: Browser | Missing;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const wheelFolder = await mkdtemp(join(tmpdir(), "tap-polar-wheel-"));
  const [python, postgres, browser] = await Promise.all([
    providePython(wheelFolder),
    providePostgres(),
    provideBrowser(),
  ]);
  const tools = "missing" in python ? [] : Object.values(python.environments);
  for (const provided of [python, postgres, browser, ...tools]) {
    if (typeof provided === "string" || !("missing" in provided)) continue;
    process.stderr.write(`End-to-end tests cannot run: ${provided.missing}.\n`);
  }
  project.provide("python", python);
  project.provide("postgres", "missing" in postgres ? postgres : { url: postgres.url });
  project.provide("browser", browser);
  return async () => {
    if (!("missing" in postgres)) await postgres.stop();
    await rm(wheelFolder, { recursive: true, force: true });
  };
}
