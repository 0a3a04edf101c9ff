/** What a target would hold after several runs: the last record of each row. */
import type { Simulator } from "../../simulator/index.ts";
import { recordsOf } from "./records.ts";
import { lastStateOf, messagesOf, runTap, runTapUntil, type TapInput } from "./run-tap.ts";
import { configFor, expectedRecords, listedIds } from "./simulation.ts";

/** How one run went. */
export interface Sync {
  readonly exitCode: number | undefined;
  /** Requests of this run. */
  readonly requests: number;
  /** Records of this run. */
  readonly written: number;
  readonly stderr: string;
}

/** A row as it was last written, and in which version of its table. */
interface LoadedRow {
  readonly text: string;
  readonly version: number | undefined;
}

export class Warehouse {
  readonly simulator: Simulator;
  readonly #settings: object;
  readonly #rows = new Map<string, Map<string, LoadedRow>>();
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
    const records = recordsOf(lines).values();
    for (const message of messagesOf(lines)) {
      const { type } = message;
      if (type === "STATE") continue;
      const rows = this.#rows.get(message.stream) ?? new Map<string, LoadedRow>();
      this.#rows.set(message.stream, rows);
      if (type === "SCHEMA") {
        this.#columns.set(message.stream, new Set(Object.keys(message.schema.properties)));
      } else if (type === "RECORD") {
        const record = records.next().value;
        if (record) rows.set(record.id, { text: record.text, version: message.version });
      } else {
        for (const [id, { version }] of rows) if (version !== message.version) rows.delete(id);
      }
    }
    this.state = lastStateOf(lines) ?? this.state;
  }

  /** The ids of rows that the API has otherwise now, or that are missing here. */
  different(stream: string): string[] {
    const { simulator } = this;
    const expected = expectedRecords(simulator, stream, this.#columns.get(stream) ?? new Set());
    const rows = this.#rows.get(stream);
    return [...expected].filter(([id, text]) => rows?.get(id)?.text !== text).map(([id]) => id);
  }

  /** The ids of rows that are here, but not in the API's list. */
  gone(stream: string): string[] {
    const listed = new Set(listedIds(this.simulator, stream));
    return [...(this.#rows.get(stream)?.keys() ?? [])].filter((id) => !listed.has(id));
  }

  /** The ids of rows that the API shows now, and that were never written. */
  missing(stream: string): string[] {
    const rows = this.#rows.get(stream);
    const shown = this.simulator.rows(stream).filter(({ hidden }) => !hidden);
    return shown.map(({ id }) => id).filter((id) => !rows?.has(id));
  }

  /** A row as it was last written. */
  row(stream: string, id: string): string | undefined {
    return this.#rows.get(stream)?.get(id)?.text;
  }
}
