import { JsonIndex } from "../../polar/json/json-index.ts";
import { LEVEL_OF_PROPERTIES, Rows } from "../../polar/rows.ts";
import { type RecordFrame, recordFrame } from "../../singer/messages.ts";
import type { SelectedStream } from "../../singer/selection.ts";
import type { Stream } from "../../streams/define.ts";
import type { Context } from "../contract/context.ts";
import type { Step } from "../contract/step.ts";
import { exclusionTree } from "./exclusions.ts";
import { RecordEncoder, type RowContext } from "./record-encoder.ts";
import type { Drift } from "./row-plan.ts";

/** A selected stream and its declaration. */
export interface SelectedDeclaration {
  readonly declaration: Stream;
  readonly selection: SelectedStream;
}

/** The output of the stream that a sync is for; it must be selected. */
export function outputOf(task: {
  readonly stream: Stream;
  readonly members: readonly SelectedDeclaration[];
  readonly lane: Context;
}): Output {
  const member = task.members.find(({ declaration }) => declaration === task.stream);
  if (!member) throw new RangeError(`${task.stream.name} is not selected`);
  return new Output(member, task.lane);
}

/** Makes the RECORD lines of one selected stream. */
export class Output {
  readonly stream: string;
  readonly #declaration: Stream;
  readonly #encoder: RecordEncoder;
  readonly #index = new JsonIndex();
  readonly #inside = new Rows();
  #frame: RecordFrame | undefined;
  #frameTime = Number.NaN;
  #version: number | undefined;

  constructor({ declaration, selection }: SelectedDeclaration, context: Context) {
    this.stream = declaration.name;
    this.#declaration = declaration;
    this.#encoder = new RecordEncoder(
      declaration,
      selection.columns,
      exclusionTree(selection.excludedPaths),
      (drift) => context.log.warn(driftMessage(declaration.name, drift), { stream: this.stream }),
    );
  }

  /** The version that the records to come carry, or none. */
  setVersion(version: number | undefined): void {
    this.#version = version;
    this.#frame = undefined;
  }

  /** Adds a row of the stream's own list. */
  add(rows: Rows, row: number, receivedAt: number, context: RowContext = {}): void {
    if (!this.#frame || receivedAt !== this.#frameTime) {
      this.#frameTime = receivedAt;
      this.#frame = recordFrame(this.stream, new Date(receivedAt), this.#version);
    }
    this.#encoder.add(rows, row, this.#frame, context);
  }

  /** Adds the rows that stand inside a row of the parent stream. */
  addInside(parent: Rows, row: number, receivedAt: number): void {
    const { source } = this.#declaration;
    if (source.kind !== "nested") return;
    const property = parent.find(row, source.array);
    if (property === -1) return;
    if (!parent.isArray(property)) return; // null, or something else: then it is in _extra
    this.#index.scan(parent.value(property), LEVEL_OF_PROPERTIES);
    this.#inside.read(this.#index, 0);
    const ofParent = (name: string) => {
      const found = parent.find(row, name);
      return found === -1 ? undefined : parent.value(found);
    };
    for (let position = 0; position < this.#inside.count; position++) {
      this.add(this.#inside, position, receivedAt, { parent: ofParent, position });
    }
  }

  /** The records added since the last call, as a step; nothing when there are none. */
  *take(): Generator<Step, void> {
    const { count } = this.#encoder;
    if (count === 0) return;
    yield { kind: "records", stream: this.stream, count, lines: this.#encoder.bytes };
    this.#encoder.clear();
  }
}

function driftMessage(stream: string, { property, declared }: Drift): string {
  const what = declared
    ? `has a value of another type than ${declared}`
    : "is not known to this version of the tap";
  return `${stream}.${property} ${what}: kept in _extra.`;
}
