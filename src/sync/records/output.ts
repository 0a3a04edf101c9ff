import { JsonIndex } from "../../polar/json/json-index.ts";
import { LEVEL_OF_PROPERTIES, Rows } from "../../polar/rows.ts";
import { type RecordFrame, recordFrame } from "../../singer/messages.ts";
import type { Stream } from "../../streams/define.ts";
import type { Context } from "../contract/context.ts";
import type { SelectedDeclaration } from "../contract/selected.ts";
import type { Step } from "../contract/step.ts";
import { RecordEncoder, type RowContext } from "./record-encoder.ts";
import { Refusals } from "./refusals.ts";
import { RowKey } from "./row-key.ts";
import type { Drift } from "./row-plan.ts";

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

/** Where rows come from. */
export interface RowOrigin {
  /** When they came, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** How people find a row again: its position or its parent, nothing of its content. */
  placeOf(rows: Rows, row: number): string;
}

/**
 * Makes the RECORD lines of one selected stream. Every row of every kind leaves through here: what
 * has no key is not written, and becomes the stream's {@link problem}.
 */
export class Output {
  readonly stream: string;
  readonly #declaration: Stream;
  readonly #encoder: RecordEncoder;
  readonly #key: RowKey;
  readonly #refusals = new Refusals();
  readonly #index = new JsonIndex();
  readonly #inside = new Rows();
  #frame: RecordFrame | undefined;
  #frameTime = Number.NaN;
  #version: number | undefined;

  constructor({ declaration, selection }: SelectedDeclaration, context: Context) {
    this.stream = declaration.name;
    this.#declaration = declaration;
    this.#key = new RowKey(declaration, selection.keyProperties);
    this.#encoder = new RecordEncoder(declaration, selection, (drift) =>
      context.log.warn(driftMessage(declaration.name, drift), { stream: this.stream }),
    );
  }

  /** The version that the records to come carry, or none. */
  setVersion(version: number | undefined): void {
    this.#version = version;
    this.#frame = undefined;
  }

  /** Why not everything that came was written; undefined when it was. */
  get problem(): string | undefined {
    return this.#refusals.sentence(this.stream);
  }

  /** Leaves out a row, for a reason that goes on after "5 rows of orders ". */
  refuse(reason: string, place: string): void {
    this.#refusals.add(reason, place);
  }

  /** Adds a row of the stream's own. */
  add(rows: Rows, row: number, origin: RowOrigin, context: RowContext = {}): void {
    if (!this.#key.isComplete(rows, row, context)) {
      this.refuse("were left out, since they have no usable key", origin.placeOf(rows, row));
      return;
    }
    const { receivedAt } = origin;
    if (!this.#frame || receivedAt !== this.#frameTime) {
      this.#frameTime = receivedAt;
      this.#frame = recordFrame(this.stream, new Date(receivedAt), this.#version);
    }
    this.#encoder.add(rows, row, this.#frame, context);
  }

  /** Adds the rows that stand inside a row of the parent stream. */
  addInside(parent: Rows, row: number, origin: RowOrigin): void {
    const { source } = this.#declaration;
    if (source.kind !== "nested") return;
    const property = parent.find(row, source.array);
    if (property === -1 || !parent.isArray(property)) {
      const reason = `could not be told: ${source.array} of ${source.parent} is no array`;
      this.refuse(reason, origin.placeOf(parent, row));
      return;
    }
    this.#index.scan(parent.value(property), LEVEL_OF_PROPERTIES);
    this.#inside.read(this.#index, 0);
    const ofParent = (name: string) => {
      const found = parent.find(row, name);
      return found === -1 ? undefined : parent.value(found);
    };
    const { receivedAt } = origin;
    const placeOf = (_: Rows, position: number) =>
      `${source.array}[${position}] of ${source.parent}: ${origin.placeOf(parent, row)}`;
    for (let position = 0; position < this.#inside.count; position++) {
      this.add(this.#inside, position, { receivedAt, placeOf }, { parent: ofParent, position });
    }
  }

  /** The records added since the last call, as a step; nothing when there are none. */
  *take(): Generator<Step, void> {
    const { stream } = this;
    const { count, bytes: lines, unseenColumns } = this.#encoder;
    if (count === 0) return;
    yield { kind: "records", stream, count, lines, unseenColumns };
    this.#encoder.clear();
  }
}

function driftMessage(stream: string, { property, declared }: Drift): string {
  const what = declared
    ? `has a value of another type than ${declared}`
    : "is not known to this version of the tap";
  return `${stream}.${property} ${what}: kept in _extra.`;
}
