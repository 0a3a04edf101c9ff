import { about } from "./cli/about.ts";
import { type Command, HELP, parseArguments } from "./cli/arguments.ts";
import { discoveredCatalog } from "./cli/selected.ts";
import { runWord } from "./cli/words.ts";
import { checkConfig } from "./config/config.ts";
import { createLog, type ProcessLog } from "./log/log.ts";
import { exitCodeOf, TargetClosedError } from "./shared/errors.ts";
import { VERSION } from "./shared/program.ts";
import { printCatalog } from "./singer/catalog.ts";
import { MessageWriter } from "./singer/writer.ts";

async function main(args: readonly string[], log: ProcessLog): Promise<number> {
  const command = parseArguments(args);
  const writer = new MessageWriter(process.stdout);
  switch (command.kind) {
    // Loaded now, because discovery does without the network.
    case "sync": {
      const { syncCommand } = await import("./cli/sync.ts");
      return syncCommand(command, writer, log);
    }
    case "test": {
      const { testCommand } = await import("./cli/one-record.ts");
      return testCommand(command, writer, log);
    }
    case "word":
      return print(writer, (write) => runWord(command.word, command.args, { write, log }));
    default:
      return print(writer, async (write) => {
        await write(textOf(command, log));
        return 0;
      });
  }
}

/** Lets a command print for people, of whom some read a few lines only: they have what they wanted. */
async function print(
  writer: MessageWriter,
  command: (write: (text: string) => Promise<void>) => Promise<number>,
): Promise<number> {
  try {
    return await command((text) => writer.write(text));
  } catch (error) {
    if (error instanceof TargetClosedError) return 0;
    throw error;
  }
}

/** What the commands print that only print. */
function textOf(
  command: Exclude<Command, { kind: "sync" | "test" | "word" }>,
  log: ProcessLog,
): string {
  switch (command.kind) {
    case "help":
      return HELP;
    case "version":
      return `tap-polar ${VERSION}\n`;
    case "about":
      return about(command.format);
    case "discover": {
      const { select } = checkConfig(command.config, (message) => log.warn(message));
      return printCatalog(discoveredCatalog(command, select));
    }
  }
}

const log = await createLog();
try {
  process.exitCode = await main(process.argv.slice(2), log);
} catch (error) {
  process.exitCode = exitCodeOf(error);
  log.fatal(error);
}
