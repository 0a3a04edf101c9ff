import * as z from "zod";
import { UnauthorizedError, UnreachableError } from "../../polar/errors.ts";
import { TapError } from "../../shared/errors.ts";
import type { BookmarkFields, State } from "../../singer/state.ts";
import { readBookmark } from "../bookmarks/bookmark.ts";
import type { Context, LaneContext } from "../contract/context.ts";
import { TableWriter } from "../records/table-writer.ts";
import { EmbeddedRows } from "./embedded-rows.ts";
import { FreshRows } from "./fresh-rows.ts";
import { Hints } from "./hints.ts";
import type { Member } from "./member.ts";
import { ToldChanges, toldBookmark } from "./told-changes.ts";

/** Where the sources of hints stand is kept beside the bookmarks of the streams, under this name. */
export const FEED_BOOKMARK = "change_sources";

const feedBookmark = z.looseObject({ sources: z.record(z.string(), toldBookmark).default({}) });

/** What one list has to go by. */
export interface ListHints {
  readonly fresh: FreshRows;
  readonly hints: Hints;
}

/** Thrown where more has changed than is worth following: the lists are then read whole. */
export class TooMuchChangedError extends TapError {
  override readonly name = "TooMuchChangedError";
}

const feeds = new WeakMap<State, ChangeFeed>();

/** The feed of a run, which is known by its state: all lists of the run share it. */
export function feedOf(context: Context): ChangeFeed {
  const known = feeds.get(context.state);
  if (known) return known;
  const feed = new ChangeFeed(context);
  feeds.set(context.state, feed);
  return feed;
}

/** Finds out, once for all lists of a run, what has changed since they were last caught up. */
export class ChangeFeed {
  /** When the run began: what happened before is known to a list that this run has caught up. */
  readonly begunAt: number;
  readonly #members: Member[] = [];
  readonly #fresh = new Map<Member, Promise<FreshRows>>();
  readonly #tables = new Map<Member, TableWriter>();
  readonly #embedded = new Map<Member, EmbeddedRows>();
  readonly #embedding: Promise<void>[] = [];
  #hints: Promise<Hints> | undefined;
  #tooMuch: TooMuchChangedError | undefined;
  #bookmark: BookmarkFields | undefined;

  constructor(context: Context) {
    this.begunAt = context.clock.now();
  }

  /** To be called for each list that has been swept before, and before any of them is opened. */
  join(member: Member): void {
    this.#members.push(member);
  }

  /** What has changed, as far as a list is concerned. */
  async hintsFor(member: Member, lane: LaneContext): Promise<ListHints> {
    this.#hints ??= this.#read(lane);
    const hints = await this.#hints;
    const fresh = await this.#fresh.get(member);
    if (!fresh) throw new RangeError(`${member.task.stream.name} has not joined the feed`);
    if (this.#tooMuch) {
      fresh.release();
      throw this.#tooMuch;
    }
    return { fresh, hints };
  }

  /** Where the sources stand once the lists of the run are caught up, for the state. */
  get bookmark(): BookmarkFields | undefined {
    return this.#bookmark;
  }

  /** What writes a list's rows, whichever list they come with. */
  table(member: Member, context: Context): TableWriter {
    let table = this.#tables.get(member);
    if (!table) {
      table = new TableWriter(member.task.stream, member.task.members, context);
      table.setVersion(context.emitActivateVersion ? member.version : undefined);
      this.#tables.set(member, table);
    }
    return table;
  }

  /** Where a list's rows go that come inside of others'; undefined if it is not caught up. */
  embedded(stream: string, context: Context): EmbeddedRows | undefined {
    const member = this.#members.find((one) => one.task.stream.name === stream);
    if (!member?.isCaughtUp) return undefined;
    let rows = this.#embedded.get(member);
    if (!rows) {
      rows = new EmbeddedRows(this.table(member, context));
      this.#embedded.set(member, rows);
    }
    return rows;
  }

  /** Resolves when all lists whose rows hold rows of others are through. */
  async allEmbedded(): Promise<void> {
    await Promise.all(this.#embedding);
  }

  /** Makes {@link allEmbedded} wait until what this returns is called. */
  embeds(): () => void {
    let finish: () => void = () => undefined;
    this.#embedding.push(
      new Promise((resolve) => {
        finish = resolve;
      }),
    );
    return finish;
  }

  async #read(lane: LaneContext): Promise<Hints> {
    const hints = new Hints();
    const fresh = this.#members.map(async (member) => {
      const reading = FreshRows.read(member, this.begunAt, lane);
      this.#fresh.set(member, reading);
      // The list's own sync tells why it can't be read.
      const rows = await reading.catch(() => undefined);
      rows?.tell(hints);
      if (!member.isCaughtUp) rows?.release();
    });
    await Promise.all([...fresh, this.#readSources(hints, lane)]);
    return hints;
  }

  async #readSources(hints: Hints, lane: LaneContext): Promise<void> {
    const known = readBookmark(FEED_BOOKMARK, feedBookmark, lane).sources;
    const since = Math.min(...this.#members.map(({ ground }) => ground.caughtUpAt));
    const lists = this.#members.map(({ task }) => task.stream);
    const sources: Record<string, unknown> = {};
    const [{ task } = { task: undefined }] = this.#members;
    const reading = (task?.streams ?? []).map(async (stream) => {
      if (stream.source.kind !== "windows" || !stream.source.tells) return;
      const source = new ToldChanges(stream, stream.source, lists, lane);
      try {
        const read = await source.read(since, known[stream.name], this.begunAt);
        if (read) {
          hints.addAll(read.hints);
          sources[stream.name] = read.bookmark;
        } else
          this.#tooMuch = new TooMuchChangedError(`${stream.name} tell of too much to follow.`);
      } catch (error) {
        if (!isOptional(error)) throw error;
        lane.log.info(
          `${stream.name} can't be read, and so don't tell of changes: ${error.message} ` +
            "What only they would have told comes with the next full sweep.",
        );
      }
    });
    await Promise.all(reading);
    this.#bookmark = { sources };
  }
}

/** Whether the run goes on without the source. */
function isOptional(error: unknown): error is TapError {
  if (error instanceof UnauthorizedError || error instanceof UnreachableError) return false;
  return error instanceof TapError;
}
