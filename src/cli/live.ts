/** Tells how a run gets on: below the log at a terminal, and in the log now and then elsewhere. */
import type { ProcessLog } from "../log/log.ts";
import type { Follower, LaneProgress, RunProgress } from "../sync/engine/run-progress.ts";
import { count, counted } from "./table.ts";

/** Between two looks at the run, in milliseconds. */
const AT_A_TERMINAL = 250;
const IN_THE_LOG = 30_000;

/** What it needs of the log. */
type LiveLog = Pick<ProcessLog, "info" | "show" | "room">;

export class LiveReport implements Follower {
  readonly #log: LiveLog;
  readonly #isLive: boolean;
  #run: RunProgress | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param mayShow whether nothing else is written to the terminal */
  constructor(log: LiveLog, mayShow: boolean) {
    this.#log = log;
    this.#isLive = mayShow && log.room !== undefined;
  }

  /** The run that it hears of. */
  get run(): RunProgress | undefined {
    return this.#run;
  }

  starts(run: RunProgress): void {
    this.#run = run;
    const look = () => this.#tell(run, run.current, "");
    this.#timer = setInterval(look, this.#isLive ? AT_A_TERMINAL : IN_THE_LOG);
    this.#timer.unref();
  }

  laneStarts(lane: LaneProgress): void {
    if (this.#run) this.#tell(this.#run, lane, "reading: ");
  }

  laneEnds(lane: LaneProgress): void {
    if (this.#isLive || !this.#run) return;
    const requests = counted(this.#run.requestsOf(lane), "request");
    for (const { stream, rows, outcome } of lane.streams) {
      if (outcome?.problem !== undefined) continue; // that has been told as an error
      const taken = `${counted(rows, "row")}, ${requests}, ${lane.seconds.toFixed(1)} s`;
      this.#log.info(`complete: ${taken}`, { stream });
    }
  }

  /** Says no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#log.show("");
  }

  #tell(run: RunProgress, lane: LaneProgress | undefined, before: string): void {
    if (!lane) return;
    const names = lane.streams.map(({ stream }) => stream).join(", ");
    const { room } = this.#log;
    if (!this.#isLive) this.#log.info(before + stateOf(run, lane), { stream: names });
    else if (room !== undefined) {
      this.#log.show(`${names}: ${stateOf(run, lane)}`.slice(0, room));
    }
  }
}

/** `12,300 of 100,000 rows (12 %), 4 min left; 297 of 300 requests a minute`. */
export function stateOf(run: RunProgress, lane: LaneProgress): string {
  const { wait } = run;
  if (wait) return `${doneOf(lane)}; waiting ${inTime(wait.milliseconds / 1_000)} ${wait.reason}`;
  const left = secondsLeft(run, lane);
  const timeLeft = left === undefined ? "" : `, ${inTime(left)} left`;
  const used = `${count(run.used)} of ${count(run.requestsPerMinute)} requests a minute`;
  return `${doneOf(lane)}${timeLeft}; ${used}`;
}

function doneOf({ work, streams }: LaneProgress): string {
  const [first] = streams;
  if (work?.total === undefined) return counted(first?.rows ?? 0, "row");
  const { done, unit } = work;
  // Rows that have come meanwhile are read, too.
  const total = Math.max(work.total, done);
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return `${count(done)} of ${count(total)} ${unit} (${percent} %)`;
}

/** Seconds: the first answers tell of no pace yet. */
const PACE_KNOWN_AFTER = 5;

/** At the pace so far, or that of the budget: a burst at the beginning promises too much. */
function secondsLeft(run: RunProgress, lane: LaneProgress): number | undefined {
  const { done, before, total } = lane.work ?? { done: 0, before: 0, total: undefined };
  if (total === undefined || done <= before || done >= total) return undefined;
  if (run.secondsOf(lane) < PACE_KNOWN_AFTER) return undefined;
  const share = (total - done) / (done - before);
  const byBudget = (run.requestsOf(lane) * 60) / run.requestsPerMinute;
  return share * Math.max(run.secondsOf(lane), byBudget);
}

function inTime(seconds: number): string {
  if (seconds <= 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
