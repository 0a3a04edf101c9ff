/** `--test`: one record of each selected stream, as taps made with the Singer SDK print it. */
import { Writable } from "node:stream";
import type { Config } from "../config/config.ts";
import type { Log, ProcessLog } from "../log/log.ts";
import type { SelectedStream } from "../singer/selection.ts";
import { State } from "../singer/state.ts";
import { MessageWriter } from "../singer/writer.ts";
import { streams } from "../streams/index.ts";
import { type Incomplete, incompleteOf } from "../sync/engine/run-progress.ts";
import { sync } from "../sync/engine/sync.ts";
import type { Choice } from "./arguments.ts";
import { withoutMetrics } from "./connection.ts";
import { readInput } from "./input.ts";
import { verdictOn } from "./verdict.ts";

/** Reads a record of each selected stream. Returns the exit code. */
export async function testCommand(
  choice: Choice,
  writer: MessageWriter,
  log: ProcessLog,
): Promise<number> {
  const { config, selected } = readInput(choice, log);
  const incomplete = await readOneRecordEach(selected, config, writer, log);
  const { exitCode, sentence } = verdictOn(incomplete, selected.length);
  if (sentence !== undefined) log.lastLine(sentence);
  return exitCode;
}

/**
 * Begins to sync each stream, and stops at its first record: SCHEMA and RECORD are written, and no
 * STATE, since nothing has been read to its end.
 * @returns the streams that failed before, with the reason
 */
async function readOneRecordEach(
  selected: readonly SelectedStream[],
  config: Config,
  writer: MessageWriter,
  log: Log,
): Promise<readonly Incomplete[]> {
  const problems: Incomplete[] = [];
  for (const one of selected) {
    const first = new FirstRecord(writer);
    const ended = await sync({
      streams,
      selected: [one],
      config: { ...config, pageSize: 1, concurrency: 1 },
      state: State.empty(),
      writer: new MessageWriter(first),
      log: withoutMetrics(log),
      signal: first.signal,
    });
    if (first.signal.aborted) continue;
    const incomplete = incompleteOf(ended);
    if (incomplete.length === 0) log.info(`${one.stream} has no rows.`, { stream: one.stream });
    problems.push(...incomplete);
  }
  return problems;
}

/** Passes SCHEMA and the first RECORD on; with that it has enough. */
class FirstRecord extends Writable {
  readonly #writer: MessageWriter;
  readonly #enough = new AbortController();

  constructor(writer: MessageWriter) {
    super({ decodeStrings: true });
    this.#writer = writer;
  }

  get signal(): AbortSignal {
    return this.#enough.signal;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const wanted = chunk
      .toString()
      .split(/(?<=\n)/)
      .filter((line) => this.#wants(line));
    this.#writer.write(wanted.join("")).then(() => done(), done);
  }

  #wants(line: string): boolean {
    if (this.signal.aborted) return false;
    if (line.startsWith('{"type":"SCHEMA"')) return true;
    if (!line.startsWith('{"type":"RECORD"')) return false;
    this.#enough.abort(new Error("one record is enough"));
    return true;
  }
}
