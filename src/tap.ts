import { about } from "./cli/about.ts";
import { type Choice, type Command, HELP, parseArguments } from "./cli/arguments.ts";
import { Interruption } from "./cli/interruption.ts";
import { discoveredCatalog, selectedStreams } from "./cli/selected.ts";
import { runWord } from "./cli/words.ts";
import { checkConfig, loadConfig } from "./config/config.ts";
import { createLog, type ProcessLog } from "./log/log.ts";
import { type ExitCode, exitCodeOf, TargetClosedError } from "./shared/errors.ts";
import { VERSION } from "./shared/program.ts";
import { printCatalog } from "./singer/catalog.ts";
import { State } from "./singer/state.ts";
import { MessageWriter } from "./singer/writer.ts";
import { streams } from "./streams/index.ts";
import { FEED_BOOKMARK } from "./sync/bookmarks/feed-bookmark.ts";
import type { Incomplete } from "./sync/engine/sync.ts";

async function main(args: readonly string[], log: ProcessLog): Promise<number> {
  const command = parseArguments(args);
  const writer = new MessageWriter(process.stdout);
  switch (command.kind) {
    case "sync":
      return syncCommand(command, writer, log);
    case "test":
      return testCommand(command, writer, log);
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

/** The settings, and the streams that they, the catalog and the command line select. */
function readInput(choice: Choice, log: ProcessLog) {
  const warn = (message: string) => log.warn(message);
  const config = loadConfig(choice.config, warn);
  log.hide(config.accessToken);
  return { config, selected: selectedStreams(choice, config, warn) };
}

async function testCommand(
  command: Extract<Command, { kind: "test" }>,
  writer: MessageWriter,
  log: ProcessLog,
): Promise<number> {
  const { config, selected } = readInput(command, log);
  const { readOneRecordEach } = await import("./cli/one-record.ts");
  return verdict(await readOneRecordEach(selected, config, writer, log), selected.length, log);
}

async function syncCommand(
  command: Extract<Command, { kind: "sync" }>,
  writer: MessageWriter,
  log: ProcessLog,
): Promise<number> {
  const { config, selected } = readInput(command, log);
  const warn = (message: string) => log.warn(message);
  const state = command.state === undefined ? State.empty() : State.read(command.state, warn);
  tellOfOthersState(state, warn);
  const interruption = new Interruption(log);
  // Loaded now, because discovery does without the network.
  const { sync } = await import("./sync/engine/sync.ts");
  const { signal } = interruption;
  try {
    const incomplete = await sync({ streams, selected, config, state, writer, log, signal });
    if (interruption.exitCode === undefined) return verdict(incomplete, selected.length, log);
    log.lastLine("Interrupted; run again with the last state to go on from there.");
    return interruption.exitCode;
  } catch (error) {
    if (!(error instanceof TargetClosedError)) throw error;
    const exitCode = await interruption.awaited();
    if (exitCode === undefined) throw error;
    log.lastLine("Interrupted, and the target, too; go on from its last state.");
    return exitCode;
  }
}

/** Bookmarks of streams that there are not: all of them go on being carried along. */
function tellOfOthersState(state: State, warn: (message: string) => void): void {
  const unknown = state.unknownStreams(
    new Set([...streams.map(({ name }) => name), FEED_BOOKMARK]),
  );
  if (unknown.length === 0) return;
  const names = unknown.slice(0, 5).join(", ") + (unknown.length > 5 ? ", …" : "");
  warn(
    `${state.source}: has bookmarks of streams that this tap does not have (${names}); is it the state of another tap?`,
  );
}

/** What the streams that are incomplete mean to whoever started the tap. */
function verdict(incomplete: readonly Incomplete[], all: number, log: ProcessLog): ExitCode | 0 {
  // Where one error has ended all, the last stream tells of it.
  const last = incomplete.at(-1);
  if (last === undefined) return 0;
  const names = incomplete.map(({ stream }) => stream).join(", ");
  log.lastLine(
    incomplete.length === 1
      ? `${last.stream} is incomplete: ${last.problem}`
      : `${incomplete.length} of ${all} streams are incomplete (${names}): ${last.problem}`,
  );
  return incomplete.every(({ exitCode }) => exitCode === 2) ? 2 : 1;
}

const log = await createLog();
try {
  process.exitCode = await main(process.argv.slice(2), log);
} catch (error) {
  process.exitCode = exitCodeOf(error);
  log.fatal(error);
}
