import type { Log } from "../../log/log.ts";
import { ForbiddenError, PolarError } from "../../polar/errors.ts";
import { exitCodeOf, TapError } from "../../shared/errors.ts";
import { activateVersionMessage, schemaMessage, stateMessage } from "../../singer/messages.ts";
import type { State } from "../../singer/state.ts";
import type { MessageWriter } from "../../singer/writer.ts";
import type { SelectedDeclaration } from "../contract/selected.ts";
import type { Outcome, Step } from "../contract/step.ts";
import { type Lane, type LanePlan, Lanes } from "./lanes.ts";
import type { Follower } from "./run-progress.ts";

/** Between two record counts in the log, while a stream is under way. */
const METRIC_INTERVAL_MILLISECONDS = 60_000;

export interface RunOptions {
  readonly plans: readonly LanePlan[];
  readonly selected: readonly SelectedDeclaration[];
  readonly readAhead: number;
  readonly state: State;
  readonly writer: MessageWriter;
  readonly log: Log;
  readonly follower: Pick<Follower, "laneStarts" | "laneEnds"> | undefined;
  /** Ends the run: what has been written is closed with a last STATE. */
  readonly signal: AbortSignal;
  readonly monotonic: () => number;
}

/**
 * Writes every lane in order, and a STATE after every few pages and last of all. A stream that fails
 * does not end the run: the others go on.
 *
 * Returns how each stream has ended, those that were not reached included. Rejects when the target
 * is gone.
 */
export async function run(options: RunOptions): Promise<readonly Outcome[]> {
  const writer = new StepWriter(options);
  let outcomes: Outcome[] = [];
  try {
    for (const lane of new Lanes(options.plans, options.readAhead)) {
      outcomes.push(...(await writeLane(lane, writer, options)));
    }
  } catch (error) {
    if (!(endsAll(error) || options.signal.aborted)) {
      await writer.writeState();
      throw error;
    }
    outcomes = endedBy(error, outcomes, options);
  }
  await writer.writeState();
  return outcomes;
}

/** The outcomes of a run that ends before its end: also of the streams that it did not reach. */
function endedBy(
  error: unknown,
  outcomes: readonly Outcome[],
  { plans, log, signal }: RunOptions,
): Outcome[] {
  const interrupted = signal.aborted;
  if (!interrupted) log.error(messageOf(error), { error });
  const problem = interrupted ? "the run was interrupted." : messageOf(error);
  const exitCode = exitCodeOf(error);
  const reached = new Set(outcomes.map(({ stream }) => stream));
  const missed = plans.flatMap(({ streams }) => streams.filter((stream) => !reached.has(stream)));
  return [
    // Whatever another run might have mended, it would not get there.
    ...outcomes.map((outcome) => (outcome.problem ? { ...outcome, exitCode } : outcome)),
    ...missed.map((stream) => ({ stream, problem, exitCode })),
  ];
}

/** Writes one lane; a failure that concerns only its streams becomes their outcome. */
async function writeLane(
  lane: Lane,
  writer: StepWriter,
  { log, signal, monotonic, follower }: RunOptions,
): Promise<readonly Outcome[]> {
  const started = monotonic();
  lane.progress.startedAt = started;
  let outcomes: readonly Outcome[];
  try {
    await writer.begin(lane);
    const steps = lane.steps();
    let next = await steps.next();
    follower?.laneStarts(lane.progress);
    for (; !next.done; next = await steps.next()) await writer.write(next.value);
    outcomes = next.value;
    writer.tellOfUnseenColumns();
  } catch (error) {
    const fatal = endsAll(error) || signal.aborted || writer.failed;
    if (fatal || !(error instanceof TapError)) throw error;
    outcomes = lane.streams.map((stream) => failure(stream, error));
  } finally {
    writer.logCounts();
    lane.progress.seconds = (monotonic() - started) / 1_000;
  }
  await writer.writeState();
  const { seconds } = lane.progress;
  lane.progress.end(outcomes);
  for (const { stream, problem } of outcomes) {
    log.syncDuration(stream, seconds, problem === undefined);
    if (problem !== undefined) log.error(`${stream} is incomplete: ${problem}`, { stream });
  }
  follower?.laneEnds(lane.progress);
  return outcomes;
}

function failure(stream: string, error: TapError): Outcome {
  const { message: problem, exitCode } = error;
  const missingScope = error instanceof ForbiddenError ? error.missingScope : undefined;
  return { stream, problem, exitCode, ...(missingScope !== undefined && { missingScope }) };
}

/** Whether no other stream would fare better. */
function endsAll(error: unknown): boolean {
  return error instanceof PolarError && error.endsRun;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Turns steps into messages. */
class StepWriter {
  readonly #options: RunOptions;
  readonly #counts = new Map<string, number>();
  readonly #unseen = new Map<string, readonly string[]>();
  #lane: Lane | undefined;
  #countsLogged: number;
  #stateIsNew = true;
  #failed = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#countsLogged = options.monotonic();
  }

  /** Whether the target has stopped taking what is written. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Writes the schemas of a lane, whose steps come next. */
  async begin(lane: Lane): Promise<void> {
    this.#lane = lane;
    this.#unseen.clear();
    for (const { selection } of this.#options.selected) {
      if (!lane.streams.includes(selection.stream)) continue;
      this.#counts.set(selection.stream, 0);
      await this.#send(schemaMessage(selection));
      this.#stateIsNew = true;
    }
  }

  async write(step: Step): Promise<void> {
    switch (step.kind) {
      case "records":
        await this.#send(step.lines);
        this.#stateIsNew = true;
        this.#unseen.set(step.stream, step.unseenColumns);
        this.#counts.set(step.stream, (this.#counts.get(step.stream) ?? 0) + step.count);
        this.#lane?.progress.wrote(step.stream, step.count);
        if (this.#options.monotonic() - this.#countsLogged > METRIC_INTERVAL_MILLISECONDS) {
          this.logCounts();
        }
        return;
      case "bookmark":
        this.#options.state.setBookmark(step.stream, step.bookmark);
        this.#stateIsNew = true;
        return;
      case "checkpoint":
        return this.writeState();
      case "activate":
        this.#stateIsNew = true;
        return this.#send(activateVersionMessage(step.stream, step.version));
    }
  }

  /** Writes the state, unless that was the last thing written: a target may want it last of all. */
  async writeState(): Promise<void> {
    if (!this.#stateIsNew || this.#failed) return;
    this.#stateIsNew = false;
    await this.#send(stateMessage(this.#options.state));
  }

  /** Logs the records written since the last time. */
  logCounts(): void {
    for (const [stream, count] of this.#counts) this.#options.log.recordCount(stream, count);
    this.#counts.clear();
    this.#countsLogged = this.#options.monotonic();
  }

  /** Warns of columns that no row had: targets take that for null, and forget what they hold there. */
  tellOfUnseenColumns(): void {
    for (const [stream, columns] of this.#unseen) {
      if (columns.length === 0) continue;
      const message = `${stream}: no row has ${columns.join(", ")}, and a target empties such a column. To keep what it holds there, deselect it.`;
      this.#options.log.warn(message, { stream });
    }
  }

  async #send(lines: Uint8Array | string): Promise<void> {
    try {
      await this.#options.writer.write(lines);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }
}
