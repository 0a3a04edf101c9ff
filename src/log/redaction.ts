/** Keeps secrets out of text, also where they stand escaped or encoded. */

const MASK = "***";

/** Shorter secrets are masked as whole words only, or they would mask parts of ordinary words. */
const LONG = 8;

/** The secrets of this process. Text that is shown to anybody passes through `apply`. */
export class Redaction {
  readonly #secrets: string[] = [];
  #pattern: RegExp | undefined;

  /** From now on `secret` is masked. Empty text is no secret. */
  hide(secret: string): void {
    if (secret === "") return;
    this.#secrets.push(patternOf(secret));
    this.#pattern = new RegExp(this.#secrets.join("|"), "giu");
  }

  /** `text` with `***` for every secret: as it is, JSON-escaped (even twice), percent-encoded. */
  apply(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, MASK);
  }
}

function patternOf(secret: string): string {
  const characters = [...secret].map(characterPattern).join("");
  return secret.length < LONG ? `(?<![\\w%])${characters}(?!\\w)` : characters;
}

/** One character in all the ways it can be written. */
function characterPattern(character: string): string {
  const literal = character.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
  const units = character.split("").map((unit) => `\\\\+u${hex(unit.charCodeAt(0), 4)}`);
  const bytes = [...Buffer.from(character)].map((byte) => `%(?:25)*${hex(byte, 2)}`);
  return `(?:\\\\*${literal}|${units.join("")}|${bytes.join("")})`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
