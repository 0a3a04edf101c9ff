/** What a target holds after all that it was sent: the last record of each row, as it was written. */
import { type RecordMessage, type SingerMessage, singerMessage } from "./singer-messages.ts";
import { memberText } from "./target-jsonl/member-text.ts";

/** A message with its line: parsing would round long numbers. */
export type Line = SingerMessage & { readonly text: string };

/** @throws if it is no message of the protocol */
export function readLine(text: string): Line {
  return { ...singerMessage.parse(JSON.parse(text)), text };
}

interface Held {
  readonly text: string;
  readonly version: number | undefined;
}

export class Tables {
  readonly #keyOf: (message: RecordMessage) => string;
  readonly #rows = new Map<string, Map<string, Held>>();
  readonly #columns = new Map<string, ReadonlySet<string>>();
  /** Streams whose deleted rows have been removed. */
  readonly activated = new Set<string>();

  /** @param keyOf what tells a row from the others of its stream */
  constructor(keyOf: (message: RecordMessage) => string) {
    this.#keyOf = keyOf;
  }

  load(line: Line): void {
    if (line.type === "SCHEMA") {
      this.#columns.set(line.stream, new Set(Object.keys(line.schema.properties)));
    } else if (line.type === "RECORD") {
      const { version } = line;
      this.#tableOf(line.stream).set(this.#keyOf(line), { text: recordText(line), version });
    } else if (line.type === "ACTIVATE_VERSION") {
      this.activated.add(line.stream);
      const table = this.#tableOf(line.stream);
      for (const [key, { version }] of table) if (version !== line.version) table.delete(key);
    }
  }

  /** The columns of the last SCHEMA. */
  columnsOf(stream: string): ReadonlySet<string> {
    return this.#columns.get(stream) ?? new Set();
  }

  keysOf(stream: string): readonly string[] {
    return [...this.#tableOf(stream).keys()];
  }

  /** A row's record as it was last written. */
  textOf(stream: string, key: string): string | undefined {
    return this.#tableOf(stream).get(key)?.text;
  }

  /** Whether a record brings nothing new. */
  holds(line: Extract<Line, { type: "RECORD" }>): boolean {
    return this.textOf(line.stream, this.#keyOf(line)) === recordText(line);
  }

  #tableOf(stream: string): Map<string, Held> {
    const table = this.#rows.get(stream) ?? new Map<string, Held>();
    this.#rows.set(stream, table);
    return table;
  }
}

function recordText({ text }: Line): string {
  return memberText(Buffer.from(text), "record")?.text.toString() ?? "";
}
