import type { Rows } from "../../polar/rows.ts";
import type { Stream } from "../../streams/define.ts";
import type { Context } from "../contract/context.ts";
import type { SelectedDeclaration } from "../contract/selected.ts";
import { allOf, type Outcome, type Step } from "../contract/step.ts";
import { Output, type RowOrigin } from "./output.ts";

/** Writes the rows of a list: its own records, and those that stand inside of them. */
export class TableWriter {
  /** In the order of the declarations. */
  readonly streams: readonly string[];
  readonly #outputs: readonly Output[];
  readonly #own: Output | undefined;
  readonly #inside: readonly Output[];

  constructor(list: Stream, members: readonly SelectedDeclaration[], context: Context) {
    this.#outputs = members.map((member) => new Output(member, context));
    this.#own = this.#outputs.find(({ stream }) => stream === list.name);
    this.#inside = this.#outputs.filter((output) => output !== this.#own);
    this.streams = this.#outputs.map(({ stream }) => stream);
  }

  /** Whether the list itself is selected. */
  get hasOwn(): boolean {
    return this.#own !== undefined;
  }

  /** The version that the records to come carry, or none. */
  setVersion(version: number | undefined): void {
    for (const output of this.#outputs) output.setVersion(version);
  }

  add(rows: Rows, row: number, origin: RowOrigin): void {
    this.#own?.add(rows, row, origin);
    for (const output of this.#inside) output.addInside(rows, row, origin);
  }

  /** The records added since the last call. */
  *take(): Generator<Step, void> {
    for (const output of this.#outputs) yield* output.take();
  }

  /** How each stream has ended, when `problem` is what is wrong with the list as a whole. */
  outcomes(problem: string | undefined): readonly Outcome[] {
    return this.#outputs.map((output) => ({
      stream: output.stream,
      problem: allOf(problem, output.problem),
    }));
  }
}
