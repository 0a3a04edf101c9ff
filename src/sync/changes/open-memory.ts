import type { Rows } from "../../polar/rows.ts";
import type { Changes, OpenRows, Stream } from "../../streams/define.ts";
import type { RowObserver } from "../contract/kind.ts";
import { stringOf } from "../records/row-values.ts";
import { idHash } from "./known-ids.ts";
import { isUuid, readUuid, UUID_BYTES, writeUuid } from "./uuids.ts";

/** No more rows than these are remembered: each takes 20 bytes of the state. */
export const MOST_REMEMBERED = 400;

/** An open row: its id in 32 bits, and who or what is asked for when it is open no more. */
interface Remembered {
  readonly hash: number;
  /** The customer's id, or the row's own where it names no customer. */
  readonly id: string;
}

/** Whether a filter asks by time: what it brings leaves its answer without having changed. */
export function isByTime({ sinceParameter, withinHours }: OpenRows): boolean {
  return sinceParameter !== undefined || withinHours !== undefined;
}

/** The open rows of a list, as short as a bookmark wants them: the last ones that were noted. */
export class OpenMemory {
  readonly #changes: Changes;
  readonly #pieces = new Map<number, string>();

  /** @param text what an interrupted sweep has noted, as {@link text} has written it */
  constructor(changes: Changes, text = "") {
    this.#changes = changes;
    for (const { hash, id } of OpenMemory.read(text)) this.#pieces.set(hash, id);
  }

  note(rows: Rows, row: number): void {
    const { customer: owner } = this.#changes;
    const id = stringOf(rows, row, "id");
    if (id === undefined) return;
    const asked = (owner?.property && stringOf(rows, row, owner.property)) ?? id;
    // What has an id that is no UUID is left to the other sources.
    if (!isUuid(asked)) return;
    this.#pieces.set(idHash(id), asked);
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size > MOST_REMEMBERED && oldest !== undefined) this.#pieces.delete(oldest);
  }

  /** 20 bytes for each, in Base64. */
  get text(): string {
    const bytes = Buffer.alloc(this.#pieces.size * BYTES);
    let at = 0;
    for (const [hash, id] of this.#pieces) {
      bytes.writeUInt32LE(hash, at);
      writeUuid(id, bytes, at + 4);
      at += BYTES;
    }
    return bytes.toString("base64");
  }

  /** Reads what {@link text} has written. */
  static read(text: string): Remembered[] {
    const bytes = Buffer.from(text, "base64");
    const rows: Remembered[] = [];
    for (let at = 0; at + BYTES <= bytes.length; at += BYTES) {
      rows.push({ hash: bytes.readUInt32LE(at), id: readUuid(bytes, at + 4) });
    }
    return rows;
  }
}

const BYTES = 4 + UUID_BYTES;

/** Remembers the open rows among those of a sweep, where a filter asks by what is a column. */
export class OpenRowsOfSweep implements RowObserver {
  readonly #memory: OpenMemory;
  /** Per filter what a row has to have: the JSON texts of which each column has one. */
  readonly #filters: readonly (readonly (readonly [string, readonly string[]])[])[];
  /** Whether some filter asks by what is no column. */
  readonly #isBlind: boolean;

  constructor({ properties }: Stream, changes: Changes, text?: string) {
    this.#memory = new OpenMemory(changes, text);
    const queries = (changes.open ?? [])
      .filter((open) => !isByTime(open))
      .map(({ query = {}, columns = query }) => Object.entries(columns));
    const visible = queries.filter((query) =>
      query.every(([name]) => properties[name]?.type === "string"),
    );
    this.#isBlind = visible.length < queries.length;
    this.#filters = visible.map((query) =>
      query.map(([name, values]) => [name, [values].flat().map((one) => JSON.stringify(one))]),
    );
  }

  add(rows: Rows, row: number): void {
    const isOpen = this.#filters.some((filter) =>
      filter.every(([name, values]) => values.includes(rows.textOf(row, name) ?? "")),
    );
    if (isOpen) this.#memory.note(rows, row);
  }

  finish(): void {
    // The sweep's end changes nothing about what was open in it.
  }

  /** As in {@link OpenMemory}; undefined where the rows don't tell all that were open. */
  get text(): string | undefined {
    return this.#isBlind ? undefined : this.#memory.text;
  }
}
