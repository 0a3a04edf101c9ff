/** A sync, from the command line to the exit code. */
import type { ProcessLog } from "../log/log.ts";
import { exitCodeOf, TargetClosedError } from "../shared/errors.ts";
import { State } from "../singer/state.ts";
import type { MessageWriter } from "../singer/writer.ts";
import { streams } from "../streams/index.ts";
import { incompleteOf } from "../sync/engine/run-progress.ts";
import { type SyncOptions, sync } from "../sync/engine/sync.ts";
import type { SyncArguments } from "./arguments.ts";
import { readInput } from "./input.ts";
import { Interruption } from "./interruption.ts";
import { LiveReport } from "./live.ts";
import { type Summary, SummaryFile, summaryLines, summaryOf } from "./summary.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** Reads the selected streams. Returns the exit code. */
export async function syncCommand(
  command: SyncArguments,
  writer: MessageWriter,
  log: ProcessLog,
): Promise<number> {
  const live = new LiveReport(log, !process.stdout.isTTY);
  const report = new EndReport(live, log);
  try {
    // One that the command line names is written also when the settings are wrong.
    report.writeTo(command.summary);
    const { config, selected } = readInput(command, log);
    report.writeTo(command.summary ?? config.summary);
    const warn = (message: string) => log.warn(message);
    const state = command.state === undefined ? State.empty() : State.read(command.state, warn);
    const options = { streams, selected, config, state, writer, log, follower: live };
    const verdict = await runToItsEnd(options, selected.length);
    live.stop();
    report.end(verdict);
    return verdict.exitCode;
  } catch (error) {
    report.write({ exitCode: exitCodeOf(error), sentence: messageOf(error) });
    throw error;
  } finally {
    live.stop();
  }
}

/** Runs a sync to its end, which a signal may bring. */
async function runToItsEnd(
  options: Omit<SyncOptions, "signal"> & { readonly log: ProcessLog },
  selected: number,
): Promise<Verdict> {
  const interruption = new Interruption(options.log);
  const { signal } = interruption;
  try {
    const ended = await sync({ ...options, signal });
    const { exitCode } = interruption;
    if (exitCode === undefined) return verdictOn(incompleteOf(ended), selected);
    return {
      exitCode,
      sentence: "Interrupted; run again with the last state to go on from there.",
    };
  } catch (error) {
    if (!(error instanceof TargetClosedError)) throw error;
    const exitCode = await interruption.awaited();
    if (exitCode === undefined) throw error;
    return { exitCode, sentence: "Interrupted, and the target, too; go on from its last state." };
  }
}

/** What is said, and written into the file of the summary, when a sync has ended. */
class EndReport {
  readonly #live: LiveReport;
  readonly #log: ProcessLog;
  readonly #startedAt = Date.now();
  readonly #began = performance.now();
  #file: SummaryFile | undefined;

  constructor(live: LiveReport, log: ProcessLog) {
    this.#live = live;
    this.#log = log;
  }

  /** @throws UserInputError when nothing can be written there */
  writeTo(path: string | undefined): void {
    if (path !== undefined) this.#file ??= new SummaryFile(path);
  }

  end(verdict: Verdict): void {
    for (const line of summaryLines(this.#summary(verdict))) this.#log.info(line);
    this.write(verdict);
    if (verdict.sentence !== undefined) this.#log.lastLine(verdict.sentence);
  }

  write(verdict: Verdict): void {
    const text = JSON.stringify(this.#summary(verdict), null, 2);
    try {
      this.#file?.write(this.#log.mask(`${text}\n`));
    } catch (error) {
      // The rows are what counts, and what has become of them is in the log.
      this.#log.error(messageOf(error), { error });
    }
  }

  #summary({ exitCode, sentence }: Verdict): Summary {
    const seconds = (performance.now() - this.#began) / 1_000;
    const ended = { startedAt: this.#startedAt, seconds, streams: this.#live.run?.streams ?? [] };
    return summaryOf({ ...ended, exitCode, message: sentence });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
