import type { JsonText } from "./scanner.ts";

const numbers = new Map<string, number>();

/**
 * The number that stands for a property's name as long as the process lives: numbers are compared
 * faster than names, and an array knows what to do with each.
 */
export function nameNumber(name: string): number {
  let number = numbers.get(name);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(name, number);
  }
  return number;
}

/** The name that a key stands for; `start` and `end` leave out its quotes. */
export function decodeKey(json: JsonText, start: number, end: number): string {
  const text = json.slice(start, end);
  return text.includes("\\") ? String(JSON.parse(`"${text}"`)) : text;
}
