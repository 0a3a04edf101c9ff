/**
 * Where the values of a JSON text end. It is the grammar without notes: what lies too deep to be
 * noted is checked all the same. Like tokens, values that are none are thrown out.
 */
import { byteAt, colonEnd, commaEnd, fail, scalarEnd, spaceEnd, stringEnd } from "./tokens.ts";

export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

/** The end of the value that begins at `at`, and may go so many levels deeper. */
export function valueEnd(text: DataView, at: number, levels: number): number {
  const opening = byteAt(text, at);
  if (opening === OPEN_BRACE) return objectEnd(text, at, levels);
  if (opening === OPEN_BRACKET) return arrayEnd(text, at, levels);
  return scalarEnd(text, at);
}

function objectEnd(text: DataView, at: number, levels: number): number {
  if (levels === 0) fail(at);
  at = spaceEnd(text, at + 1);
  if (byteAt(text, at) === CLOSE_BRACE) return at + 1;
  for (;;) {
    at = colonEnd(text, stringEnd(text, at));
    at = spaceEnd(text, valueEnd(text, at, levels - 1));
    if (byteAt(text, at) === CLOSE_BRACE) return at + 1;
    at = commaEnd(text, at);
  }
}

function arrayEnd(text: DataView, at: number, levels: number): number {
  if (levels === 0) fail(at);
  at = spaceEnd(text, at + 1);
  if (byteAt(text, at) === CLOSE_BRACKET) return at + 1;
  for (;;) {
    at = spaceEnd(text, valueEnd(text, at, levels - 1));
    if (byteAt(text, at) === CLOSE_BRACKET) return at + 1;
    at = commaEnd(text, at);
  }
}
