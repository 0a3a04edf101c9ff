/** What a target would hold after several runs: the last record of each row. */
import type { Simulator } from "../../simulator/index.ts";
import { recordsOf } from "./records.ts";
import { lastStateOf, messagesOf, runTap, type TapInput } from "./run-tap.ts";
import { configFor, expectedRecords } from "./simulation.ts";

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
  readonly #rows = new Map<string, Map<string, string>>();
  readonly #columns = new Map<string, ReadonlySet<string>>();
  state: object | undefined;

  constructor(simulator: Simulator, settings: object = {}) {
    this.simulator = simulator;
    this.#settings = settings;
  }

  /** Runs the tap with the last state, at the simulator's time, and loads what it writes. */
  async sync(catalog?: TapInput["catalog"], settings: object = {}): Promise<Sync> {
    const { simulator } = this;
    const before = simulator.requests.length;
    const ending = await runTap({
      config: configFor(simulator, { ...this.#settings, ...settings }),
      ...(catalog === undefined ? {} : { catalog }),
      ...(this.state === undefined ? {} : { state: this.state }),
      frozenAt: simulator.clock.now.toISOString(),
    });
    this.load(ending.lines);
    return {
      exitCode: ending.exitCode ?? undefined,
      requests: simulator.requests.length - before,
      written: recordsOf(ending.lines).length,
      stderr: ending.stderr,
    };
  }

  /** Loads the lines of a run, whole or cut off. */
  load(lines: readonly string[]): void {
    for (const message of messagesOf(lines)) {
      if (message.type !== "SCHEMA") continue;
      this.#columns.set(message.stream, new Set(Object.keys(message.schema.properties)));
    }
    for (const { stream, id, text } of recordsOf(lines)) {
      const rows = this.#rows.get(stream) ?? new Map<string, string>();
      this.#rows.set(stream, rows.set(id, text));
    }
    this.state = lastStateOf(lines) ?? this.state;
  }

  /** The ids of rows that the API has otherwise now, or that are missing here. */
  different(stream: string): string[] {
    const { simulator } = this;
    const expected = expectedRecords(simulator, stream, this.#columns.get(stream) ?? new Set());
    const rows = this.#rows.get(stream);
    return [...expected].filter(([id, text]) => rows?.get(id) !== text).map(([id]) => id);
  }

  /** The ids of rows that the API shows now, and that were never written. */
  missing(stream: string): string[] {
    const rows = this.#rows.get(stream);
    const shown = this.simulator.rows(stream).filter(({ hidden }) => !hidden);
    return shown.map(({ id }) => id).filter((id) => !rows?.has(id));
  }

  /** A row as it was last written. */
  row(stream: string, id: string): string | undefined {
    return this.#rows.get(stream)?.get(id);
  }
}
