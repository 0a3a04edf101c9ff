import { PolarError } from "./errors.ts";

/** An answer that is not the CSV that it should be. */
export class InvalidCsvError extends PolarError {
  override readonly name = "InvalidCsvError";
}

/** A field and what ends it: quoted, with quotes inside doubled, or without anything that needs it. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n)/gy;

/**
 * Reads CSV as Python's csv module writes it for Excel: lines end with `\r\n`, the last one too, and
 * have as many fields as the first.
 * @throws InvalidCsvError for anything else
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const lines: string[][] = [];
  let line: string[] = [];
  let read = 0;
  for (const match of text.matchAll(FIELD)) {
    const [whole, quoted, plain = "", end] = match;
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    read = match.index + whole.length;
    if (end === ",") continue;
    if (line.length !== (lines[0] ?? line).length) {
      throw new InvalidCsvError(`Line ${lines.length + 1} has ${line.length} fields.`);
    }
    lines.push(line);
    line = [];
  }
  if (read === text.length && line.length === 0 && lines.length > 0) return lines;
  throw new InvalidCsvError(`The answer is no CSV from character ${read} on.`);
}
