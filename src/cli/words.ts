/** The commands for people, by the word that calls them. */
import type { Word } from "./arguments.ts";
import type { PeoplesCommand, Terminal } from "./command.ts";

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
