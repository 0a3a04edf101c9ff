/**
 * The state: a bookmark for each stream, and whatever else stands in it. What this version does not
 * know is kept as text and written back byte for byte, long numbers and odd keys included.
 */
import { UserInputError } from "../shared/errors.ts";
import {
  isJsonObject,
  type JsonObject,
  membersOf,
  objectOf,
  parseJson,
  readJsonText,
} from "../shared/json-text.ts";

/**
 * The form of the bookmarks that this version writes, in each as `format`. A higher number means a
 * newer version wrote it, in a form that we might misread.
 */
export const BOOKMARK_FORMAT = 1;

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
   * @throws UserInputError with all mistakes at once
   */
  static read(path: string): State {
    return State.parse(readJsonText(path), path);
  }

  /**
   * Parses the text of a state: `{"bookmarks": {…}}`, also inside Meltano's `singer_state` or a
   * whole STATE message. Blank text is no state: schedulers make empty files for the first run.
   * @param source names the text in messages
   * @throws UserInputError with all mistakes at once
   */
  static parse(text: string, source: string): State {
    if (text.trim() === "") return State.empty();
    const content = parseJson(text, source);
    if (!isJsonObject(content)) {
      throw new UserInputError(`${source}: must be a JSON object such as {"bookmarks": {}}`);
    }
    const members = membersOf(text);
    const inner = members.get(content.type === "STATE" ? "value" : "singer_state");
    if (inner !== undefined && !members.has("bookmarks")) return State.parse(inner, source);
    const bookmarks = parseBookmarks(content.bookmarks, members.get("bookmarks"), source);
    members.delete("bookmarks");
    return new State(source, members, bookmarks);
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

function parseBookmarks(content: unknown, text: string | undefined, source: string) {
  const bookmarks = new Map<string, Map<string, string>>();
  if (text === undefined || content === null) return bookmarks;
  if (!isJsonObject(content)) {
    throw new UserInputError(`${source}: bookmarks: must be an object with a bookmark per stream`);
  }
  const mistakes: string[] = [];
  for (const [stream, bookmarkText] of membersOf(text)) {
    const bookmark: unknown = JSON.parse(bookmarkText);
    const at = `${source}: bookmarks.${stream}`;
    if (bookmark === null) continue;
    if (!isJsonObject(bookmark)) {
      mistakes.push(`${at}: must be an object; remove it to read the stream from its beginning`);
    } else if (typeof bookmark.format === "number" && bookmark.format > BOOKMARK_FORMAT) {
      mistakes.push(`${at}: was written by a newer version; update to it, or remove the bookmark`);
    }
    bookmarks.set(stream, membersOf(bookmarkText));
  }
  if (mistakes.length > 0) throw new UserInputError(mistakes);
  return bookmarks;
}
