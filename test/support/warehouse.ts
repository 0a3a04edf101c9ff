/** What a target would hold after several runs: the last record of each row. */
import type { Simulator } from "../../simulator/index.ts";
import { recordsOf } from "./records.ts";
import { lastStateOf, runTap, runTapUntil, type TapInput } from "./run-tap.ts";
import { configFor, expectedRecords, listedIds } from "./simulation.ts";
import { readLine, Tables } from "./tables.ts";

/** How one run went. */
export interface Sync {
  readonly exitCode: number | undefined;
  /** Requests of this run. */
  readonly requests: number;
  /** Records of this run. */
  readonly written: number;
  readonly stderr: string;
}

export class Warehouse {
  readonly simulator: Simulator;
  readonly #settings: object;
  readonly #tables = new Tables(({ record }) => String(record.id));
  state: object | undefined;

  constructor(simulator: Simulator, settings: object = {}) {
    this.simulator = simulator;
    this.#settings = settings;
  }

  /** Runs the tap with the last state, at the simulator's time, and loads what it writes. */
  async sync(catalog?: TapInput["catalog"], settings: object = {}): Promise<Sync> {
    const { simulator } = this;
    const before = simulator.requests.length;
    const ending = await runTap(this.#input(catalog, settings));
    this.load(ending.lines);
    return {
      exitCode: ending.exitCode ?? undefined,
      requests: simulator.requests.length - before,
      written: recordsOf(ending.lines).length,
      stderr: ending.stderr,
    };
  }

  /** The same, but the tap is killed when it has written so many lines. */
  async killedSync(lines: number, catalog?: TapInput["catalog"]): Promise<void> {
    const isTime = (_: string, count: number) => count >= lines;
    this.load((await runTapUntil(this.#input(catalog), "SIGKILL", isTime)).lines);
  }

  #input(catalog: TapInput["catalog"], settings: object = {}): TapInput {
    const { simulator, state } = this;
    return {
      config: configFor(simulator, { ...this.#settings, ...settings }),
      ...(catalog === undefined ? {} : { catalog }),
      ...(state === undefined ? {} : { state }),
      frozenAt: simulator.clock.now.toISOString(),
    };
  }

  /** Loads the lines of a run, whole or cut off. */
  load(lines: readonly string[]): void {
    for (const line of lines) this.#tables.load(readLine(line));
    this.state = lastStateOf(lines) ?? this.state;
  }

  /** The ids of rows that the API has otherwise now, or that are missing here. */
  different(stream: string): string[] {
    const expected = expectedRecords(this.simulator, stream, this.#tables.columnsOf(stream));
    return [...expected].filter(([id, text]) => this.row(stream, id) !== text).map(([id]) => id);
  }

  /** The ids of rows that are here, but not in the API's list. */
  gone(stream: string): string[] {
    const listed = new Set(listedIds(this.simulator, stream));
    return this.#tables.keysOf(stream).filter((id) => !listed.has(id));
  }

  /** The ids of rows that the API shows now, and that were never written. */
  missing(stream: string): string[] {
    return listedIds(this.simulator, stream).filter((id) => this.row(stream, id) === undefined);
  }

  /** A row as it was last written. */
  row(stream: string, id: string): string | undefined {
    return this.#tables.textOf(stream, id);
  }
}
