/** The records among the lines of a run, as text: parsing would round long numbers. */
import { z } from "zod";
import { memberText } from "./target-jsonl/member-text.ts";

const recordLine = z.object({
  type: z.literal("RECORD"),
  stream: z.string(),
  record: z.looseObject({ id: z.string() }),
});

/** A record as it was written. */
export interface WrittenRecord {
  readonly stream: string;
  readonly id: string;
  readonly text: string;
}

/** All records, in their order. */
export function recordsOf(lines: readonly string[]): WrittenRecord[] {
  return lines.flatMap((line) => {
    const { data } = recordLine.safeParse(JSON.parse(line));
    if (data === undefined) return [];
    const text = memberText(Buffer.from(line), "record")?.text.toString() ?? "";
    return [{ stream: data.stream, id: data.record.id, text }];
  });
}

/** The ids of a stream's records, sorted; one that was written twice stands there twice. */
export function idsOf(lines: readonly string[], stream: string): string[] {
  return recordsOf(lines)
    .filter((record) => record.stream === stream)
    .map(({ id }) => id)
    .sort();
}

/** The ids in rows of a file of target-jsonl, sorted. */
export function idsIn(rows: readonly string[]): string[] {
  const row = z.looseObject({ id: z.string() });
  return rows.map((text) => row.parse(JSON.parse(text)).id).sort();
}
