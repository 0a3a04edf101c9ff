const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** An object inside a JSON line: its own bytes, and how many members it has, repeated ones too. */
export interface MemberText {
  readonly text: Buffer;
  readonly members: number;
}

/**
 * Finds the top-level member `name` of a line of valid JSON, whose value is an object. The bytes
 * are taken as they came, so that no number is rounded and no escape rewritten.
 */
export function memberText(line: Buffer, name: string): MemberText | undefined {
  let depth = 0;
  let start = -1;
  let members = 0;
  let atKey = false;
  let found = false;
  for (let at = 0; at < line.length; at++) {
    switch (line[at]) {
      case quote: {
        const end = endOfString(line, at);
        if (depth === 1 && atKey) found = line.toString("utf8", at + 1, end) === name;
        atKey = false;
        at = end;
        break;
      }
      case colon:
        if (depth === 2 && start !== -1) members++;
        break;
      case comma:
        if (depth === 1) atKey = true;
        break;
      case openBrace:
      case openBracket:
        depth++;
        if (depth === 1) atKey = true;
        if (depth === 2 && found) start = at;
        break;
      case closeBrace:
      case closeBracket:
        depth--;
        if (depth === 1 && start !== -1) return { text: line.subarray(start, at + 1), members };
        break;
    }
  }
  return undefined;
}

/** The index of the quote that closes the string which opens at `start`. */
function endOfString(line: Buffer, start: number): number {
  let at = start + 1;
  while (at < line.length && line[at] !== quote) at += line[at] === backslash ? 2 : 1;
  return at;
}
