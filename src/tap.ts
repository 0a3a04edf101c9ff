import { about, type Command, HELP, parseArguments } from "./cli/arguments.ts";
import { checkConfig, loadConfig } from "./config/config.ts";
import { createLog, type ProcessLog } from "./log/log.ts";
import { exitCodeOf, TargetClosedError } from "./shared/errors.ts";
import { VERSION } from "./shared/program.ts";
import { printCatalog, readCatalog } from "./singer/catalog.ts";
import { selectStreams } from "./singer/selection.ts";
import { State } from "./singer/state.ts";
import { MessageWriter } from "./singer/writer.ts";
import { streams } from "./streams/index.ts";
import { discover } from "./sync/engine/discovery.ts";

/** A hung API or target must not keep an interrupted run alive for longer than this. */
const GRACE_MILLISECONDS = 4_000;

/** Signals that end a run in good order, and their exit codes by convention. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

async function main(args: readonly string[], log: ProcessLog): Promise<number> {
  const command = parseArguments(args);
  const writer = new MessageWriter(process.stdout);
  const warn = (message: string) => log.warn(message);
  switch (command.kind) {
    case "help":
      await writer.write(HELP);
      return 0;
    case "version":
      await writer.write(`tap-polar ${VERSION}\n`);
      return 0;
    case "about":
      await writer.write(`${about()}\n`);
      return 0;
    case "discover":
      checkConfig(command.config, warn);
      await writer.write(printCatalog(discover(streams)));
      return 0;
    case "sync":
      return syncCommand(command, writer, log);
  }
}

async function syncCommand(
  command: Extract<Command, { kind: "sync" }>,
  writer: MessageWriter,
  log: ProcessLog,
): Promise<number> {
  const config = loadConfig(command.config, (message) => log.warn(message));
  log.hide(config.accessToken);
  const catalog = command.catalog === undefined ? undefined : readCatalog(command.catalog);
  const source = command.catalog ?? "the default catalog";
  const warn = (message: string) => log.warn(message);
  const selected = selectStreams(catalog, discover(streams), source, warn);
  const state = command.state === undefined ? State.empty() : State.read(command.state);
  const interruption = listenForSignals(log);
  // Loaded now, because discovery does without the network.
  const { sync } = await import("./sync/engine/sync.ts");
  const { signal } = interruption;
  const incomplete = await sync({ streams, selected, config, state, writer, log, signal });
  if (interruption.exitCode !== undefined) {
    log.lastLine("Interrupted; run again with the last state to go on from there.");
    return interruption.exitCode;
  }
  const [first] = incomplete;
  if (first === undefined) return 0;
  const names = incomplete.map(({ stream }) => stream).join(", ");
  const all = selected.length;
  log.lastLine(
    incomplete.length === 1
      ? `${first.stream} is incomplete: ${first.problem}`
      : `${incomplete.length} of ${all} streams are incomplete (${names}): ${first.problem}`,
  );
  return 1;
}

/** Aborts the run at the first signal; the exit code is that of the signal. */
function listenForSignals(log: ProcessLog): { signal: AbortSignal; exitCode: number | undefined } {
  const controller = new AbortController();
  const interruption: { signal: AbortSignal; exitCode: number | undefined } = {
    signal: controller.signal,
    exitCode: undefined,
  };
  for (const [name, exitCode] of Object.entries(SIGNALS)) {
    process.once(name, () => {
      interruption.exitCode ??= exitCode;
      log.info(`${name}: stopping.`);
      controller.abort(new Error(`interrupted by ${name}`));
      setTimeout(() => {
        log.lastLine("Interrupted while the target was not reading; go on from its last state.");
        process.exit(exitCode);
      }, GRACE_MILLISECONDS).unref();
    });
  }
  return interruption;
}

const log = await createLog();
try {
  process.exitCode = await main(process.argv.slice(2), log);
} catch (error) {
  process.exitCode = exitCodeOf(error);
  // Whoever closed the pipe knows; a stack of ours would only hide the target's own words.
  if (error instanceof TargetClosedError) log.lastLine(error.message);
  else log.fatal(error);
}
