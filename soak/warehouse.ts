/** What a target holds after all that it was sent: the last record of each row. */
import { z } from "zod";
import type { Stream } from "../src/streams/define.ts";
import { keyText, streamNamed } from "../test/support/organization.ts";
import { type SingerMessage, singerMessage } from "../test/support/singer-messages.ts";
import { memberText } from "../test/support/target-jsonl/member-text.ts";
import { columnsOf, type RowText } from "./truth.ts";

/** A line that has been read, or why it can't be. */
export type Line = SingerMessage & { readonly text: string };

/** @throws if it is no message of the protocol */
export function readLine(text: string): Line {
  return { ...singerMessage.parse(JSON.parse(text)), text };
}

interface Held {
  readonly text: string;
  readonly version: number | undefined;
}

/** How what is held differs from the truth. */
export interface Difference {
  readonly lost: readonly string[];
  /** Keys, with the columns that are not as they should be. */
  readonly wrong: readonly string[];
}

export class Warehouse {
  readonly #rows = new Map<string, Map<string, Held>>();
  readonly #columns = new Map<string, ReadonlySet<string>>();
  /** Streams whose deleted rows have been removed, with the last lines that were loaded. */
  readonly activated = new Set<string>();

  load(lines: readonly Line[]): void {
    for (const line of lines) {
      switch (line.type) {
        case "SCHEMA":
          this.#columns.set(line.stream, new Set(Object.keys(line.schema.properties)));
          break;
        case "RECORD":
          this.#tableOf(line.stream).set(keyOf(line), {
            text: recordText(line),
            version: line.version,
          });
          break;
        case "ACTIVATE_VERSION":
          this.activated.add(line.stream);
          for (const [key, { version }] of this.#tableOf(line.stream)) {
            if (version !== line.version) this.#tableOf(line.stream).delete(key);
          }
      }
    }
  }

  has(stream: string, key: string): boolean {
    return this.#tableOf(stream).has(key);
  }

  /** Whether a record brings nothing new. */
  holds(line: Extract<Line, { type: "RECORD" }>): boolean {
    return this.#tableOf(line.stream).get(keyOf(line))?.text === recordText(line);
  }

  compare(stream: Stream, truth: ReadonlyMap<string, RowText>): Difference {
    const held = this.#tableOf(stream.name);
    const columns = this.#columns.get(stream.name) ?? new Set();
    const lost = [...truth.keys()].filter((key) => !held.has(key));
    const wrong: string[] = [];
    for (const [key, expected] of truth) {
      const text = held.get(key)?.text;
      if (text === undefined) continue;
      const record = columnsOf(stream, text);
      const differing = [...expected.keys()].filter(
        (name) => columns.has(name) && record.get(name) !== expected.get(name),
      );
      const unknown = [...record.keys()].filter((name) => name === "_extra" || !columns.has(name));
      if (differing.length + unknown.length > 0) {
        wrong.push(`${key} in ${[...differing, ...unknown].join(", ")}`);
      }
    }
    if (this.activated.has(stream.name)) {
      for (const key of held.keys()) if (!truth.has(key)) wrong.push(`${key} is not deleted`);
    }
    return { lost, wrong };
  }

  #tableOf(stream: string): Map<string, Held> {
    const table = this.#rows.get(stream) ?? new Map<string, Held>();
    this.#rows.set(stream, table);
    return table;
  }
}

const record = z.record(z.string(), z.unknown());

function keyOf(line: Extract<Line, { type: "RECORD" }>): string {
  return keyText(streamNamed(line.stream), record.parse(line.record));
}

function recordText({ text }: Line): string {
  return memberText(Buffer.from(text), "record")?.text.toString() ?? "";
}
