/** Keeps secrets out of text, also where they stand escaped or encoded. */

const MASK = "***";

/** Shorter secrets are masked as whole words only, or they would mask parts of ordinary words. */
const LONG = 8;

/**
 * What Polar gives out as a token or a secret, by how it begins: access tokens of organizations,
 * persons and OAuth, refresh tokens, sessions, clients, checkouts, webhooks. Wherever one stands, it
 * was put there by mistake.
 */
const TOKEN = /polar_(?:oat|pat|at|rt|cst|mst|us|ci|cs|crt|ac|cl|c|whs)_[\w-]{4,}/gi;

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

  /**
   * `text` with `***` for every secret: as it is, JSON-escaped (even twice), percent-encoded. And
   * for everything that looks like a token of Polar's, known or not.
   */
  apply(text: string): string {
    const known = this.#pattern === undefined ? text : text.replace(this.#pattern, MASK);
    return maskTokens(known);
  }
}

/** `text` with `***` for everything that looks like a token of Polar's. */
export function maskTokens(text: string): string {
  return text.replace(TOKEN, MASK);
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
