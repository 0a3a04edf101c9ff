/**
 * The state: a bookmark for each stream, and whatever else stands in it. What this version does not
 * know is kept as text and written back byte for byte, long numbers and odd keys included.
 */
import { UserInputError } from "../shared/errors.ts";
import {
  isJsonObject,
  type JsonObject,
  type JsonText,
  objectOf,
  parseJson,
  readJsonText,
  readJsonTree,
} from "../shared/json-text.ts";

/**
 * The form of the bookmarks that this version writes, in each as `format`. A higher number means a
 * newer version wrote it, in a form that we might misread.
 */
export const BOOKMARK_FORMAT = 1;

/** Takes a line for the log. */
type Tell = (message: string) => void;

const NO_STATE = 'must be a JSON object such as {"bookmarks": {}}';

/** The values of a bookmark to set. Those that are undefined are removed. */
export type BookmarkFields = Readonly<Record<string, unknown>>;

/** The state of a run: read from a file, changed stream by stream, printed whole. */
export class State {
  /** Names the state in messages: the path of its file. */
  readonly source: string;
  /** Members beside `bookmarks`, as JSON text. */
  readonly #others: ReadonlyMap<string, string>;
  /** For each stream its bookmark's members, as JSON text. */
  readonly #bookmarks: Map<string, Map<string, string>>;

  private constructor(
    source: string,
    others: ReadonlyMap<string, string>,
    bookmarks: Map<string, Map<string, string>>,
  ) {
    this.source = source;
    this.#others = others;
    this.#bookmarks = bookmarks;
  }

  /** The state of a first run. */
  static empty(): State {
    return new State("the state", new Map(), new Map());
  }

  /**
   * Reads a state from a file.
   * @param warn is told of what is probably not meant
   * @throws UserInputError with all mistakes at once
   */
  static read(path: string, warn?: Tell): State {
    return State.parse(readJsonText(path), path, warn);
  }

  /**
   * Parses the text of a state: `{"bookmarks": {…}}`, also inside a whole STATE message or in the
   * wrappers of Meltano: `singer_state`, and around that `completed_state` and `partial_state`. Blank
   * text is no state: schedulers make empty files for the first run.
   * @param source names the text in messages
   * @throws UserInputError with all mistakes at once
   */
  static parse(text: string, source: string, warn: Tell = () => undefined): State {
    if (text.trim() === "") {
      warn(
        `${source}: is empty, so all is read from its beginning; unless this is the first run, its last state was lost`,
      );
      return State.empty();
    }
    const content = readState(text, source);
    const parts = unwrapped(content);
    const bookmarks = new Map<string, Map<string, string>>();
    const mistakes = parts.flatMap((part) => readBookmarks(part, bookmarks, source));
    if (mistakes.length > 0) throw new UserInputError(mistakes);
    const isUnknown = !parts.some(({ members }) => members?.has("bookmarks"));
    if (isUnknown && parts.some(({ members }) => members !== undefined && members.size > 0)) {
      warn(`${source}: has no "bookmarks", so all is read from its beginning; is it a state?`);
    }
    const others = new Map(parts.flatMap(({ members }) => [...textsOf(members)]));
    others.delete("bookmarks");
    return new State(source, others, bookmarks);
  }

  /** The streams that have a bookmark and are not among `known`. */
  unknownStreams(known: ReadonlySet<string>): string[] {
    return [...this.#bookmarks.keys()].filter((stream) => !known.has(stream));
  }

  /** The streams that have a bookmark. */
  streams(): string[] {
    return [...this.#bookmarks.keys()];
  }

  /** A stream's bookmark, parsed; undefined before its first. Its shape is the caller's to check. */
  bookmark(stream: string): JsonObject | undefined {
    const members = this.#bookmarks.get(stream);
    if (members === undefined) return undefined;
    const bookmark: unknown = JSON.parse(objectOf(members));
    return isJsonObject(bookmark) ? bookmark : undefined;
  }

  /** Sets values in a stream's bookmark. Those that are not named stay as they are. */
  setBookmark(stream: string, fields: BookmarkFields): void {
    const members = this.#bookmarks.get(stream) ?? new Map<string, string>();
    for (const [name, value] of Object.entries({ ...fields, format: BOOKMARK_FORMAT })) {
      const text = JSON.stringify(value);
      if (text === undefined) members.delete(name);
      else members.set(name, text);
    }
    this.#bookmarks.set(stream, members);
  }

  /** The state as JSON, on one line: all bookmarks, those of deselected streams included. */
  toJson(): string {
    const bookmarks = [...this.#bookmarks].map(
      ([stream, members]) => [stream, objectOf(members)] as const,
    );
    return objectOf(new Map([...this.#others, ["bookmarks", objectOf(new Map(bookmarks))]]));
  }
}

function readState(text: string, source: string): JsonText {
  if (isSeveralStates(text)) {
    throw new UserInputError(
      `${source}: has several states, one per line; only the last one counts: tail -n 1 ${source} > last-state.json`,
    );
  }
  parseJson(text, source);
  return readJsonTree(text);
}

/** Whether the text is what a target printed over a whole run, and not the last line of that. */
function isSeveralStates(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.every(isObjectText);
}

function isObjectText(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}

/**
 * The objects with bookmarks inside of their wrappers. Meltano keeps the states of runs that did not
 * end beside the last one of a run that did: where both know a stream, the later one counts.
 */
function unwrapped(content: JsonText): JsonText[] {
  const { members } = content;
  if (members === undefined || members.has("bookmarks")) return [content];
  const names =
    members.get("type")?.text === '"STATE"'
      ? ["value"]
      : ["singer_state", "completed_state", "partial_state"];
  const wrapped = names.flatMap((name) => members.get(name) ?? []);
  return wrapped.length === 0 ? [content] : wrapped.flatMap(unwrapped);
}

/** Adds the bookmarks of a state to `bookmarks`; returns what is wrong with them. */
function readBookmarks(
  { text, members }: JsonText,
  bookmarks: Map<string, Map<string, string>>,
  source: string,
): string[] {
  if (text !== "null" && members === undefined) return [`${source}: ${NO_STATE}`];
  const all = members?.get("bookmarks");
  if (all === undefined || all.text === "null") return [];
  if (all.members === undefined) {
    return [`${source}: bookmarks: must be an object with a bookmark per stream`];
  }
  const mistakes: string[] = [];
  for (const [stream, bookmark] of all.members) {
    const at = `${source}: bookmarks.${stream}`;
    if (bookmark.text === "null") continue;
    if (bookmark.members === undefined) {
      mistakes.push(`${at}: must be an object; remove it to read the stream from its beginning`);
    } else if (Number(bookmark.members.get("format")?.text) > BOOKMARK_FORMAT) {
      mistakes.push(`${at}: was written by a newer version; update to it, or remove the bookmark`);
    }
    bookmarks.set(stream, textsOf(bookmark.members));
  }
  return mistakes;
}

function textsOf(members: ReadonlyMap<string, JsonText> | undefined): Map<string, string> {
  return new Map([...(members ?? [])].map(([name, { text }]) => [name, text]));
}
