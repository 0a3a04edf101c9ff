/** The real tools, for tests. */
import { execFileSync } from "node:child_process";
import { describe, expect, inject, test } from "vitest";
import type { Browser } from "./provision/browser.ts";
import type { Missing } from "./provision/missing.ts";
import { mayBeMissing, type PythonTools, program, type Tool } from "./provision/python.ts";

type Need = "uv" | Tool | "postgres" | "psql" | "browser";

/**
 * Like `describe`, for tests that need these tools. Where one is missing, the tests are skipped with
 * the reason in their name; with CI=true that is a failure, but for a tool that is not on PyPI, and for
 * the clients of PostgreSQL, which nothing here brings.
 */
export function describeWith(needs: readonly Need[], name: string, body: () => void): void {
  for (const need of needs) {
    const reason = missing(need);
    if (reason === undefined) continue;
    const isExcused = need === "psql" || mayBeMissing(need);
    if (process.env.CI === "true" && !isExcused) test(name, () => expect.fail(reason));
    else describe.skip(`${name} (${reason})`, body);
    return;
  }
  describe(name, body);
}

/** Why something is missing; undefined when it is there. */
function missing(need: Need): string | undefined {
  if (need === "psql") return hasClients() ? undefined : "there is no psql and createdb";
  const provided = inject(need === "postgres" || need === "browser" ? need : "python");
  if ("missing" in provided) return provided.missing;
  const environment = "environments" in provided ? provided.environments[need] : undefined;
  return typeof environment === "object" ? environment.missing : undefined;
}

function hasClients(): boolean {
  try {
    for (const client of ["psql", "createdb"]) execFileSync(client, ["--version"]);
    return true;
  } catch {
    return false;
  }
}

/** The wheel, made from the present bundle. */
export const wheel = (): string => pythonTools().wheel;

/** A program in the environment of one of the Python tools. */
export const toolProgram = (tool: Tool | "uv", name: string): string =>
  program(pythonTools(), tool, name);

/** Leads to a database from which others can be created. */
export const serverUrl = (): string => there(inject("postgres")).url;

/** A Chromium, and what its environment needs. */
export const browser = (): Browser => there(inject("browser"));

const pythonTools = (): PythonTools => there(inject("python"));

function there<T extends object>(provided: T | Missing): T {
  if ("missing" in provided) throw new Error(`Used without describeWith: ${provided.missing}.`);
  return provided;
}
