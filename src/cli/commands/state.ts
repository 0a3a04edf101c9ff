/** `tap-polar state`: what a state says, and how to let a stream be read again. */
import { parseArgs } from "node:util";
import * as z from "zod";
import { UserInputError } from "../../shared/errors.ts";
import { isJsonObject, parseJson, readJsonText } from "../../shared/json-text.ts";
import { didYouMean } from "../../shared/nearest-name.ts";
import { isoTime } from "../../shared/time.ts";
import { State } from "../../singer/state.ts";
import type { Stream } from "../../streams/define.ts";
import { streams } from "../../streams/index.ts";
import { refuseMistakes } from "../arguments.ts";
import type { Terminal } from "../command.ts";
import { count, table } from "../table.ts";

export const HELP = `tap-polar state show FILE
tap-polar state rewind FILE STREAM [--to TIME] > new-state.json

show    Explains a state: how far each stream has been read, and what was interrupted.
rewind  Prints a state from which the stream is read again, from its beginning or from a time on.
        The file itself stays as it is.

FILE is a state of this tap, or what \`meltano state get\` prints; then rewind prints what
\`meltano state set\` takes.
`;

const OPTIONS = { to: { type: "string" } } as const;

export async function run(args: readonly string[], { write }: Terminal): Promise<number> {
  refuseMistakes(args, OPTIONS, 3);
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  const [action, path, name, ...rest] = positionals;
  if (action === "show" && path !== undefined && name === undefined) {
    await write(explain(State.read(path), streams));
    return 0;
  }
  if (action === "rewind" && path !== undefined && name !== undefined && rest.length === 0) {
    const state = State.read(path);
    rewind(state, streamNamed(name), values.to);
    const isMeltanos = isWrapped(parseJson(readJsonText(path), path));
    await write(isMeltanos ? `{"singer_state":${state.toJson()}}\n` : `${state.toJson()}\n`);
    return 0;
  }
  throw new UserInputError("state: takes show FILE, or rewind FILE STREAM; --help explains them");
}

/** The last second that JavaScript's dates know, since the epoch. */
const LAST_SECOND = 8_640_000_000_000;

/** Whatever of a bookmark is worth telling. All kinds of streams write some of these. */
const bookmarkShape = z.looseObject({
  version: z.int().min(0).max(LAST_SECOND).optional(),
  sweep: z.looseObject({ rows: z.number() }).optional(),
  after: z.looseObject({ stream: z.string() }).optional(),
  replication_key_value: z.string().optional(),
  progress: z.looseObject({ next: z.string() }).optional(),
  swept_at: z.string().optional(),
  caught_up_at: z.string().optional(),
});

/** A line for each stream that the state knows, and a word on those that it does not. */
export function explain(state: State, declared: readonly Stream[]): string {
  const names = declared.map(({ name }) => name);
  const known = state.streams().map((name) => {
    if (!names.includes(name)) return [name, "is no stream of this tap, and is kept as it is"];
    const bookmark = bookmarkShape.safeParse(state.bookmark(name));
    return [name, bookmark.data ? sentence(bookmark.data) : "is not as this tap writes it"];
  });
  if (known.length === 0) return "The state has no bookmarks: the next run reads everything.\n";
  const rest = names.filter((name) => state.bookmark(name) === undefined);
  return `${table(["Stream", ""], known)}\n${rest.length} more streams have not been read yet.\n`;
}

function sentence(bookmark: z.infer<typeof bookmarkShape>): string {
  const { version, sweep, after, replication_key_value: value, progress } = bookmark;
  const { swept_at: swept, caught_up_at: caughtUp } = bookmark;
  const began = version === undefined ? "" : ` that began at ${timeText(version * 1_000)}`;
  if (sweep) {
    return `interrupted after ${count(sweep.rows)} rows of a reading${began}; the next run goes on there`;
  }
  if (after) {
    return `interrupted among the ${after.stream} in a reading${began}; the next run goes on there`;
  }
  if (swept !== undefined && caughtUp !== undefined) {
    return `read whole at ${plain(swept)}, and all that changed until ${plain(caughtUp)}`;
  }
  const until = value === undefined ? "not read to its end yet" : `read up to ${value}`;
  if (progress) return `${until}; interrupted, and the next run goes on from ${progress.next}`;
  if (value !== undefined) return until;
  return version === undefined
    ? "has nothing to go on from: the next run reads it from its beginning"
    : `read whole, last in a run${began}; the next run reads it whole again`;
}

const timeText = (milliseconds: number): string => plain(new Date(milliseconds).toISOString());

/** A time without fractions of seconds. */
const plain = (time: string): string => time.replace(/\.\d+/, "");

/**
 * Sets a stream back: to its beginning, or to a time where it is read by time. Its version stays,
 * since the next one has to be greater.
 * @throws UserInputError for a time that would leave rows out, or means nothing
 */
export function rewind(state: State, { name, source }: Stream, to: string | undefined): void {
  const { data: before } = bookmarkShape.safeParse(state.bookmark(name) ?? {});
  const unread = { sweep: undefined, after: undefined, progress: undefined };
  if (to === undefined) {
    const unknown = {
      replication_key_value: undefined,
      swept_at: undefined,
      caught_up_at: undefined,
    };
    state.setBookmark(name, { ...unread, ...unknown });
    return;
  }
  if (source.kind !== "windows" && source.kind !== "periods") {
    throw new UserInputError(`--to: ${name} is not read by time; without --to it is read whole`);
  }
  if (!z.union([z.iso.date(), isoTime]).safeParse(to).success) {
    throw new UserInputError("--to: must be a date or a time, such as 2026-01-31T12:00:00Z");
  }
  const reached = before?.replication_key_value;
  if (reached === undefined || Date.parse(to) > Date.parse(reached)) {
    const how = reached === undefined ? "not at all" : `up to ${reached}`;
    throw new UserInputError(
      `--to: ${name} has been read ${how}, so all between there and ${to} would be left out`,
    );
  }
  const key = source.kind === "windows" ? source.timestamp : "timestamp";
  const value = new Date(to).toISOString();
  state.setBookmark(name, { ...unread, replication_key: key, replication_key_value: value });
}

function streamNamed(name: string): Stream {
  const stream = streams.find((one) => one.name === name);
  if (stream !== undefined) return stream;
  const names = streams.map((one) => one.name);
  throw new UserInputError(`${name}: is no stream of this tap${didYouMean(name, names)}`);
}

function isWrapped(content: unknown): boolean {
  return isJsonObject(content) && !("bookmarks" in content) && "singer_state" in content;
}
