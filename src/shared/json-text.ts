/**
 * JSON as text. `JSON.parse` rounds long numbers, and its errors quote the content, which may be a
 * secret. So what must stay as it came is kept as text, and mistakes are told by line and column.
 */
import { readFileSync } from "node:fs";
import { errorCode, UserInputError } from "./errors.ts";

/** A JSON object whose members nobody has looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed JSON value is an object (and not an array or null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a text file that holds JSON. UTF-8 with or without a byte order mark, and UTF-16 as
 * Windows PowerShell writes it.
 * @param path as the user gave it: errors begin with it
 * @throws UserInputError when it cannot be read
 */
export function readJsonText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    return new TextDecoder(utf16 ? "utf-16le" : "utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserInputError(`${path}: ${whyUnreadable(error)}`, { cause: error });
  }
}

function whyUnreadable(error: unknown): string {
  const code = errorCode(error);
  if (code === "ENOENT" || code === "ENOTDIR") return "no such file; check the path";
  if (code === "EACCES" || code === "EPERM") return "may not be read; check its permissions";
  if (code === "EISDIR") return "is a folder; give the path of a file";
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "is not UTF-8 text; save it as UTF-8";
  return `could not be read (${code ?? "unknown error"}); check the file`;
}

/** Deeper than anything that is meant: what goes through all of a value would run out of stack. */
const MOST_LEVELS = 1_000;

/**
 * Parses JSON text.
 * @param source names the text in errors, usually a file's path
 * @throws UserInputError with line and column, without a word of the content; also for what is nested
 *   more than {@link MOST_LEVELS} levels deep
 */
export function parseJson(text: string, source: string): unknown {
  if (isTooDeep(text)) {
    throw new UserInputError(
      `${source}: is nested more than ${MOST_LEVELS} levels deep; is it the right file?`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own error is dropped, not kept as the cause: it quotes the text.
    const before = text.slice(0, findSyntaxError(text)).split("\n");
    const position = `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
    throw new UserInputError(`${source}: is not valid JSON at ${position}; correct it there`);
  }
}

function isTooDeep(text: string): boolean {
  let level = 0;
  for (const [bracket] of text.replace(new RegExp(STRING, "g"), "").matchAll(/[[\]{}]/g)) {
    level += bracket === "[" || bracket === "{" ? 1 : -1;
    if (level > MOST_LEVELS) return true;
  }
  return false;
}

const STRING =
  '"[^"\\\\\\u0000-\\u001f]*(?:\\\\(?:["\\\\/bfnrt]|u[\\dA-Fa-f]{4})[^"\\\\\\u0000-\\u001f]*)*"';
const NUMBER = "-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[Ee][+-]?\\d+)?";
const TOKEN = new RegExp(`[ \\t\\r\\n]*([{}[\\],:]|${STRING}|${NUMBER}|true|false|null)`, "y");

/** The tokens of a JSON text, each with the offset behind it, up to the first that is none. */
function* tokens(text: string): Generator<{ token: string; end: number }> {
  const pattern = new RegExp(TOKEN);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    yield { token: match[1] ?? "", end: pattern.lastIndex };
  }
}

/** The offset of the first token that cannot stand where it stands; the text's end if it is cut. */
function findSyntaxError(text: string): number {
  const open: string[] = [];
  let expected = "value";
  let good = 0;
  for (const { token, end } of tokens(text)) {
    const next = nextExpected(token, expected, open);
    if (next === undefined) return end - token.length;
    expected = next;
    good = end;
  }
  return good + (/^[ \t\r\n]*/.exec(text.slice(good))?.[0].length ?? 0);
}

/** What may follow `token`, or undefined when the token itself is not what was expected. */
function nextExpected(token: string, expected: string, open: string[]): string | undefined {
  const isValue = !"{}[],:".includes(token);
  if (expected.startsWith("value")) {
    if (token === "{" || token === "[") {
      open.push(token);
      return token === "{" ? "key or end" : "value or end";
    }
    if (isValue) return afterValue(open);
  }
  if (expected.startsWith("key") && token.startsWith('"')) return "colon";
  if (expected === "colon" && token === ":") return "value";
  if (expected.startsWith("comma") && token === ",") return open.at(-1) === "{" ? "key" : "value";
  if (expected.endsWith("end") && token === (open.at(-1) === "{" ? "}" : "]")) {
    open.pop();
    return afterValue(open);
  }
  return undefined;
}

function afterValue(open: readonly string[]): string {
  return open.length > 0 ? "comma or end" : "nothing";
}

/**
 * A JSON value as it came: its text, byte for byte but for the white space between tokens, and the
 * members of an object. Of members with the same key the last one counts.
 */
export interface JsonText {
  readonly text: string;
  /** Undefined for what is no object. */
  readonly members: ReadonlyMap<string, JsonText> | undefined;
}

/** Reads valid JSON text, each token once, however deep it stands. */
export function readJsonTree(text: string): JsonText {
  const rest = tokens(text);
  return readValue(nextToken(rest), rest);
}

type Tokens = Generator<{ token: string; end: number }>;

function nextToken(rest: Tokens): string {
  const next = rest.next();
  return next.done ? "" : next.value.token;
}

function readValue(first: string, rest: Tokens): JsonText {
  if (first === "{") return readObject(rest);
  if (first === "[") return { text: readArray(rest), members: undefined };
  return { text: first, members: undefined };
}

function readObject(rest: Tokens): JsonText {
  const members = new Map<string, JsonText>();
  let text = "{";
  for (let token = nextToken(rest); token !== "" && token !== "}"; token = nextToken(rest)) {
    text += token;
    if (token === ",") continue;
    text += nextToken(rest); // the colon
    const value = readValue(nextToken(rest), rest);
    members.set(String(JSON.parse(token)), value);
    text += value.text;
  }
  return { text: `${text}}`, members };
}

function readArray(rest: Tokens): string {
  let text = "[";
  for (let token = nextToken(rest); token !== "" && token !== "]"; token = nextToken(rest)) {
    text += token === "," ? token : readValue(token, rest).text;
  }
  return `${text}]`;
}

/** The JSON text of an object with these members. */
export function objectOf(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
}
