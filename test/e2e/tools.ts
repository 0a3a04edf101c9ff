/** The real tools, for tests. */
import { describe, expect, inject, test } from "vitest";
import type { Missing } from "./provision/missing.ts";
import { type PythonTools, program, type Tool } from "./provision/python.ts";

type Need = "python" | "postgres";

/**
 * Like `describe`, for tests that need the Python tools, or these and PostgreSQL. Where they are
 * missing, the tests are skipped with the reason in their name; with CI=true that is a failure.
 */
export function describeWith(needs: readonly Need[], name: string, body: () => void): void {
  const provided = needs.map((need) => inject(need));
  const [first] = provided.filter((one) => "missing" in one);
  if (first === undefined) describe(name, body);
  else if (process.env.CI === "true") test(name, () => expect.fail(first.missing));
  else describe.skip(`${name} (${first.missing})`, body);
}

/** The wheel, made from the present bundle. */
export const wheel = (): string => pythonTools().wheel;

/** A program in the environment of one of the Python tools. */
export const toolProgram = (tool: Tool | "uv", name: string): string =>
  program(pythonTools(), tool, name);

/** Leads to a database from which others can be created. */
export const serverUrl = (): string => there(inject("postgres")).url;

const pythonTools = (): PythonTools => there(inject("python"));

function there<T extends object>(provided: T | Missing): T {
  if ("missing" in provided) throw new Error(`Used without describeWith: ${provided.missing}.`);
  return provided;
}
