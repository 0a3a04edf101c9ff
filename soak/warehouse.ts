/** What a target holds after all that it was sent: the last record of each row. */
import { z } from "zod";
import type { Stream } from "../src/streams/define.ts";
import { keyText, streamNamed } from "../test/support/organization.ts";
import type { RecordMessage } from "../test/support/singer-messages.ts";
import { type Line, Tables } from "../test/support/tables.ts";
import { columnsOf, type RowText } from "./truth.ts";

/** How what is held differs from the truth. */
export interface Difference {
  readonly lost: readonly string[];
  /** Keys, with the columns that are not as they should be. */
  readonly wrong: readonly string[];
}

export class Warehouse {
  readonly #tables = new Tables(keyOf);
  /** Streams whose deleted rows have been removed, with the last lines that were loaded. */
  readonly activated = this.#tables.activated;

  load(lines: readonly Line[]): void {
    for (const line of lines) this.#tables.load(line);
  }

  /** Whether a record brings nothing new. */
  holds(line: Extract<Line, { type: "RECORD" }>): boolean {
    return this.#tables.holds(line);
  }

  has(stream: string, key: string): boolean {
    return this.#tables.textOf(stream, key) !== undefined;
  }

  compare(stream: Stream, truth: ReadonlyMap<string, RowText>): Difference {
    const { name } = stream;
    const columns = this.#tables.columnsOf(name);
    const lost = [...truth.keys()].filter((key) => !this.has(name, key));
    const wrong: string[] = [];
    for (const [key, expected] of truth) {
      const text = this.#tables.textOf(name, key);
      if (text === undefined) continue;
      const record = columnsOf(stream, text);
      const differing = [...expected.keys()].filter(
        (column) => columns.has(column) && record.get(column) !== expected.get(column),
      );
      const unknown = [...record.keys()].filter(
        (column) => column === "_extra" || !columns.has(column),
      );
      if (differing.length + unknown.length > 0) {
        wrong.push(`${key} in ${[...differing, ...unknown].join(", ")}`);
      }
    }
    if (this.activated.has(name)) {
      for (const key of this.#tables.keysOf(name)) {
        if (!truth.has(key)) wrong.push(`${key} is not deleted`);
      }
    }
    return { lost, wrong };
  }
}

const record = z.record(z.string(), z.unknown());

function keyOf(message: RecordMessage): string {
  return keyText(streamNamed(message.stream), record.parse(message.record));
}
