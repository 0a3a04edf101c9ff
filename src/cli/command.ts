/** What the commands for people have in common. */
import { parseArgs } from "node:util";
import type { ProcessLog } from "../log/log.ts";
import { listOf, refuseMistakes, type Word } from "./arguments.ts";

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

/** Loaded when they are called, for the sake of those that start the tap for a discovery. */
const commands: Readonly<Record<Word, () => Promise<PeoplesCommand>>> = {
  init: () => import("./commands/init.ts"),
  check: () => import("./commands/check.ts"),
  streams: () => import("./commands/streams.ts"),
  state: () => import("./commands/state.ts"),
};

/** Runs a command for people, or prints its help. */
export async function runWord(
  word: Word,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const command = await commands[word]();
  if (!args.includes("--help") && !args.includes("-h")) return command.run(args, terminal);
  await terminal.write(command.HELP);
  return 0;
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
