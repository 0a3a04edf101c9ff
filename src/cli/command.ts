/** What the commands for people have in common. */
import { parseArgs } from "node:util";
import type { ProcessLog } from "../log/log.ts";
import { listOf, refuseMistakes } from "./arguments.ts";

/** What a command writes to. */
export interface Terminal {
  /** Writes to stdout. */
  write(text: string): Promise<void>;
  readonly log: ProcessLog;
}

export interface PeoplesCommand {
  readonly HELP: string;
  /** @returns the exit code, as of a sync */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

const CHOICE = {
  config: { type: "string", multiple: true },
  catalog: { type: "string" },
  select: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** Reads the options of a command that looks at the selection. */
export function readChoice(args: readonly string[]) {
  refuseMistakes(args, CHOICE, 0);
  const { values } = parseArgs({ args: [...args], options: CHOICE });
  const { config = [], catalog, select, json = false } = values;
  return { config, catalog, select: listOf(select), json };
}
