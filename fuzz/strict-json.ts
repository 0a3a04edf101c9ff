/** A strict JSON parser (RFC 8259), written to be read: what the fast one is held against. */

/** Where a value stands, in characters of the text. */
export interface Span {
  readonly level: number;
  /** Of a member's key, without its quotes; 0 for what has none. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  end: number;
  /** The number of the value after this one and after all that is inside of it. */
  next: number;
}

/** Deeper texts are refused, as the scanner does. */
const DEEPEST = 1_000;

const SPACE = /[ \t\n\r]*/y;
/** What may stand in a string without a backslash before it. */
const PLAIN = String.raw`[^"\\\u0000-\u001f]*`;
const STRING = new RegExp(String.raw`"${PLAIN}(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})${PLAIN})*"`, "y");
const SCALAR = new RegExp(
  `${STRING.source}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[Ee][+-]?\\d+)?|true|false|null`,
  "y",
);

/** All values of a text, in the order in which they begin; undefined for what is no JSON. */
export function spansOf(text: string): readonly Span[] | undefined {
  const parser = new Parser(text);
  return parser.parse() ? parser.spans : undefined;
}

class Parser {
  readonly spans: Span[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): boolean {
    return this.#value(0, 0, 0) && this.#at === this.#text.length;
  }

  /** A value, with white space around it. */
  #value(level: number, keyStart: number, keyEnd: number): boolean {
    this.#take(SPACE);
    const span = { level, keyStart, keyEnd, start: this.#at, end: 0, next: 0 };
    this.spans.push(span);
    const isRead = this.#takes("{")
      ? this.#members(level, "}", () => this.#member(level + 1))
      : this.#takes("[")
        ? this.#members(level, "]", () => this.#value(level + 1, 0, 0))
        : this.#take(SCALAR);
    span.end = this.#at;
    span.next = this.spans.length;
    this.#take(SPACE);
    return isRead;
  }

  #members(level: number, close: string, member: () => boolean): boolean {
    if (level === DEEPEST) return false;
    this.#take(SPACE);
    if (this.#takes(close)) return true;
    do if (!member()) return false;
    while (this.#takes(","));
    return this.#takes(close);
  }

  #member(level: number): boolean {
    this.#take(SPACE);
    const start = this.#at + 1;
    if (!this.#take(STRING)) return false;
    const end = this.#at - 1;
    this.#take(SPACE);
    return this.#takes(":") && this.#value(level, start, end);
  }

  #takes(character: string): boolean {
    const found = this.#text[this.#at] === character;
    if (found) this.#at++;
    return found;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.test(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }
}
