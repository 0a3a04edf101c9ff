/** What a target holds after several runs, as digests: a hundred thousand orders are 360 MB. */
import { hash } from "node:crypto";
import { z } from "zod";
import type { Row, Simulator } from "../../simulator/index.ts";
import { memberText } from "../../test/support/target-jsonl/member-text.ts";

const identified = z.looseObject({ id: z.string() });

const digestOf = (text: string | Buffer): string => hash("md5", text, "base64");

export class Mirror {
  readonly #rows = new Map<string, Map<string, string>>();
  /** The value of the last STATE. */
  state: string | undefined;
  /** How many records have come. */
  records = 0;

  /** Takes a line of a run. */
  take(line: Buffer): void {
    const [, type, stream = ""] =
      /^\{"type":"(\w+)"(?:,"stream":"(\w+)")?/.exec(line.toString("latin1", 0, 80)) ?? [];
    if (type === "STATE") this.state = memberText(line, "value")?.text.toString();
    if (type !== "RECORD") return;
    const text = memberText(line, "record")?.text ?? line;
    const rows = this.#rows.get(stream) ?? new Map<string, string>();
    const { id } = identified.parse(JSON.parse(text.toString()));
    this.#rows.set(stream, rows.set(id, digestOf(text)));
    this.records++;
  }

  /** The rows that the API has otherwise now, or that are missing here. */
  different(simulator: Simulator, stream: string): Row[] {
    const rows = this.#rows.get(stream);
    return simulator
      .rows(stream)
      .filter(({ id, hidden, json }) => !hidden && rows?.get(id) !== digestOf(json));
  }
}
