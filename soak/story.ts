/** One story: some disturbed runs after each other, and what must be true of them. */
import {
  changeKinds,
  type RecordedRequest,
  type Simulator,
  startSimulator,
} from "../simulator/index.ts";
import type { Stream } from "../src/streams/define.ts";
import { checkDiscretion } from "../test/support/discretion.ts";
import { catalogWith, jsonRows, keyText, streamNamed } from "../test/support/organization.ts";
import { type Line, readLine } from "../test/support/tables.ts";
import { watch } from "./handles.ts";
import { lastRun, type Plan, type RunPlan } from "./plan.ts";
import { BreakingProxy } from "./proxy.ts";
import type { Tally } from "./tally.ts";
import { runTap, type TapRun } from "./tap-process.ts";
import { truthOf } from "./truth.ts";
import { Warehouse } from "./warehouse.ts";

const ACCESS_TOKEN = "polar_oat_Zx81SoakOnly";
const DAY_MILLISECONDS = 86_400_000;
const START = new Date("2026-11-01T12:00:00.000Z");

/** Plays a story; returns what was not as it must be. */
export async function play(plan: Plan, tally: Tally): Promise<string[]> {
  const { result: problems, left } = await watch(() => playThrough(plan, tally));
  for (const name of left) tally.add("left open", name);
  if (left.length > 0) problems.push(`Left open at the end of the story: ${left.join(", ")}.`);
  return problems;
}

async function playThrough(plan: Plan, tally: Tally): Promise<string[]> {
  const story = new Story(plan, tally);
  try {
    await story.open();
    for (const run of plan.runs) await story.run(run);
    await story.settle();
  } finally {
    await story.close();
  }
  return story.problems;
}

/** Streams that were being read when a run ended. */
type UnderWay = ReadonlySet<string>;

class Story {
  readonly problems: string[] = [];
  readonly #plan: Plan;
  readonly #tally: Tally;
  readonly #streams: readonly Stream[];
  readonly #warehouse = new Warehouse();
  #place:
    | { readonly simulator: Simulator; readonly proxy: BreakingProxy; readonly url: string }
    | undefined;
  #onRequest: ((request: RecordedRequest) => void) | undefined;
  #state: object | undefined;
  #underWay: UnderWay = new Set();
  /** By stream, the ids of the rows that its list has shown from the start until now. */
  readonly #lasting = new Map<string, Set<string>>();

  constructor(plan: Plan, tally: Tally) {
    this.#plan = plan;
    this.#tally = tally;
    this.#streams = plan.streams.map(streamNamed);
  }

  async open(): Promise<void> {
    const { seed, sizes, ties, spread, duplicateEvents, lagSeconds, subscribes } = this.#plan;
    const simulator = await startSimulator({
      ...{ seed, sizes, ties, spread, duplicateEvents, accessToken: ACCESS_TOKEN, now: START },
      ...(lagSeconds !== undefined && { lag: { seconds: lagSeconds } }),
      date: "simulator",
      onRequest: (request) => this.#onRequest?.(request),
    });
    if (subscribes) simulator.subscribe();
    for (const { name, source } of this.#streams) {
      if (source.kind !== "list") continue;
      const shown = simulator.rows(name).filter(({ hidden }) => !hidden);
      this.#lasting.set(name, new Set(shown.map(({ id }) => id)));
    }
    const proxy = new BreakingProxy(Number(new URL(simulator.url).port));
    this.#place = { simulator, proxy, url: `http://127.0.0.1:${await proxy.listen()}` };
  }

  async close(): Promise<void> {
    await this.#place?.proxy.close();
    await this.#place?.simulator.close();
  }

  /** One run, and what a target makes of it. */
  async run(run: RunPlan): Promise<TapRun> {
    const { simulator } = this.#there();
    const before = simulator.requests.length;
    const ending = await this.#start(run);
    this.#onRequest = undefined;
    for (const { fault } of simulator.requests.slice(before)) {
      if (fault !== null) this.#tally.add("faults", fault);
    }
    if (ending.killed && run.kill) {
      this.#tally.add(run.kill.how === "slow target" ? "slow targets" : "kills", run.kill.how);
    }
    this.#tally.add("runs", String(ending.exitCode ?? ending.signal));
    this.#judge(run, ending);
    this.#load(run, ending);
    simulator.clock.advance(run.minutesAfter * 60);
    return ending;
  }

  /** Undisturbed runs, after which all must be as it is at the API. */
  async settle(): Promise<void> {
    const { simulator } = this.#there();
    if (this.#plan.lagSeconds !== undefined) simulator.setLag(0);
    // What is still to come comes, and has been there for a while.
    for (const seconds of [10, 600]) simulator.clock.advance(seconds);
    const last = lastRun(this.#plan.runs[0] ?? { pageSize: 100, concurrency: 4 });
    // What an interrupted reading had behind it may have changed since: that is seen by the next one.
    const resumes =
      JSON.stringify(this.#state ?? {}).includes('"sweep"') || this.#underWay.size > 0;
    for (let runs = resumes ? 2 : 1; runs > 0; runs--) {
      this.#warehouse.activated.clear();
      const { exitCode, stderr } = await this.run(last);
      if (exitCode !== 0) this.problems.push(`An undisturbed run ends with ${exitCode}: ${stderr}`);
    }
    await this.#compare();
  }

  async #start(run: RunPlan): Promise<TapRun> {
    const { simulator, proxy, url } = this.#there();
    const due = new Map<number, string[]>();
    for (const { request, kind } of run.changes) {
      due.set(request, [...(due.get(request) ?? []), kind]);
    }
    let requests = 0;
    this.#onRequest = () => {
      for (const kind of due.get(++requests) ?? []) {
        const id = simulator.tryChange(kind);
        if (id === null) continue;
        this.#tally.add("changes", kind);
        const { list = "", does } = changeKinds.get(kind) ?? {};
        // One that comes back was not there all the time.
        if (does === "delete" || does === "remove") this.#lasting.get(list)?.delete(id);
      }
    };
    simulator.setFaults(run.faults);
    proxy.begin({
      ...run,
      now: () => simulator.clock.now,
      onStrike: (kind) => this.#tally.add("faults", kind),
    });
    const { emitsVersions, startDaysAgo } = this.#plan;
    const isQuiet = run.faults.length + run.breakages.length === 0;
    const config = {
      api_url: url,
      access_token: ACCESS_TOKEN,
      page_size: run.pageSize,
      concurrency: run.concurrency,
      requests_per_minute: run.requestsPerMinute,
      max_retries: run.maxRetries,
      request_timeout_seconds: isQuiet ? 30 : 0.4,
      full_sweep_hours: run.fullSweepHours,
      emit_activate_version_messages: emitsVersions,
      start_date: new Date(START.getTime() - startDaysAgo * DAY_MILLISECONDS).toISOString(),
    };
    const files = { config, catalog: this.#catalog(run), state: this.#state };
    return runTap(files, simulator.clock.now, run.kill);
  }

  #streamsOf({ without }: RunPlan): readonly Stream[] {
    if (this.#streams.length === 1) return this.#streams;
    return this.#streams.filter((_, at) => without === 0 || at % without !== without - 1);
  }

  #catalog(run: RunPlan): object {
    const { columnsWithout } = this.#plan;
    const selection = this.#streamsOf(run).map(({ name, properties }) => {
      const visible = Object.keys(properties).filter((column) => !properties[column]?.hidden);
      const chosen = visible.filter((_, at) => at % columnsWithout !== columnsWithout - 1);
      return [name, columnsWithout === 0 ? (true as const) : [...chosen, "_extra"]] as const;
    });
    return catalogWith(Object.fromEntries(selection));
  }

  /** What must be true of every run. */
  #judge(run: RunPlan, ending: TapRun): void {
    const { exitCode, stderr, hung } = ending;
    if (hung) this.problems.push(`A run hangs: ${stderr.slice(-2_000)}`);
    const usual = [
      0,
      1,
      2,
      ...(run.kill?.how === "SIGTERM" ? [143] : []),
      ...(run.kill?.how === "SIGINT" ? [130] : []),
    ];
    // Before the tap listens, and while Node tidies up behind it, a signal simply ends the process.
    const isEndedByIt = ending.signal !== undefined && ending.signal === run.kill?.how;
    if (!hung && !isEndedByIt && !usual.includes(exitCode ?? -1)) {
      this.problems.push(`Exit code ${exitCode} (${ending.signal}): ${stderr.slice(-2_000)}`);
    }
    try {
      // A killed one had no time for last words.
      if (exitCode !== undefined) checkDiscretion({ ...ending, unfinishedBytes: 0 }, ACCESS_TOKEN);
    } catch (error) {
      this.problems.push(String(error));
    }
  }

  /** Loads what the target keeps, up to the state that it has confirmed. */
  #load(run: RunPlan, ending: TapRun): void {
    const lines = this.#read(ending);
    const isInterrupted = ending.exitCode !== 0 || ending.isPipeClosed;
    const states = lines.flatMap((line, at) => (line.type === "STATE" ? [at] : []));
    // Only a target that has failed confirms less than it got.
    const lost = isInterrupted ? run.statesLost : 0;
    const confirmed = states.at(-1 - lost) ?? -1;
    const kept = isInterrupted && !run.keepsUnconfirmed ? lines.slice(0, confirmed + 1) : lines;
    this.#count(kept);
    this.#warehouse.load(kept);
    const state = lines[confirmed];
    if (state?.type === "STATE") this.#state = state.value;
    this.#underWay = isInterrupted ? underWay(lines, ending.stderr) : new Set();
    if (!isInterrupted) this.#claimsToBeWhole(run);
  }

  #read({ lines }: TapRun): Line[] {
    const read: Line[] = [];
    const known = new Set<string>();
    for (const text of lines) {
      try {
        const line = readLine(text);
        if (line.type === "SCHEMA") known.add(line.stream);
        if (line.type === "RECORD" && !known.has(line.stream)) throw new Error("no SCHEMA before");
        read.push(line);
      } catch (error) {
        this.problems.push(`An invalid line (${error}): ${text.slice(0, 200)}`);
      }
    }
    return read;
  }

  /** Counts rows, and those that a run after an interruption has brought in vain. */
  #count(lines: readonly Line[]): void {
    for (const line of lines) {
      if (line.type !== "RECORD") continue;
      this.#tally.add("rows", "written");
      if (!this.#underWay.has(line.stream)) continue;
      this.#tally.add("rows", "of readings that go on");
      if (this.#warehouse.holds(line)) this.#tally.add("rows", "written twice");
    }
  }

  /** Exit code 0 says that no row is missing that was there all the time. */
  #claimsToBeWhole(run: RunPlan): void {
    if (run.faults.some(({ kind }) => kind === "total")) return;
    const { simulator } = this.#there();
    for (const stream of this.#streamsOf(run)) {
      const { name, source } = stream;
      if (source.kind !== "list") continue;
      const rows = simulator
        .rows(name)
        .filter(({ id, hidden }) => !hidden && this.#lasting.get(name)?.has(id));
      const missing = rows
        .map(({ json }) => keyText(stream, jsonRows.element.parse(JSON.parse(json))))
        .filter((key) => !this.#warehouse.has(name, key));
      if (missing.length === 0) continue;
      this.#tally.add("lost", name, missing.length);
      this.problems.push(`Exit code 0, but ${name} lacks ${missing.slice(0, 5).join(", ")}.`);
    }
  }

  async #compare(): Promise<void> {
    const { simulator } = this.#there();
    const since = new Date(START.getTime() - this.#plan.startDaysAgo * DAY_MILLISECONDS);
    for (const stream of this.#streams) {
      const truth = await truthOf(simulator, stream, { since, now: simulator.clock.now });
      const { lost, wrong } = this.#warehouse.compare(stream, truth);
      this.#tally.add("rows", "compared", truth.size);
      this.#tally.add("lost", stream.name, lost.length);
      this.#tally.add("wrong", stream.name, wrong.length);
      const told = (keys: readonly string[]) => keys.slice(0, 5).join("; ");
      if (lost.length > 0)
        this.problems.push(`${stream.name} has lost ${lost.length}: ${told(lost)}`);
      if (wrong.length > 0)
        this.problems.push(`${stream.name} has ${wrong.length} wrong: ${told(wrong)}`);
    }
  }

  #there() {
    if (!this.#place) throw new Error("The story has not begun.");
    return this.#place;
  }
}

/** Streams are written one after the other: the last ones announced, and those that have failed. */
function underWay(lines: readonly Line[], stderr: string): UnderWay {
  const last = lines.findLastIndex(({ type }) => type === "SCHEMA");
  const first = lines.slice(0, last + 1).findLastIndex(({ type }) => type !== "SCHEMA");
  const announced = lines
    .slice(first + 1, last + 1)
    .flatMap((line) => ("stream" in line ? [line.stream] : []));
  const failed = [...stderr.matchAll(/\b(\w+) is incomplete: /g)].map(([, name = ""]) => name);
  return new Set([...announced, ...failed]);
}
