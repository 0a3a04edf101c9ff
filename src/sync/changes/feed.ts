import { PolarError } from "../../polar/errors.ts";
import { TapError } from "../../shared/errors.ts";
import type { BookmarkFields, State } from "../../singer/state.ts";
import { readBookmark } from "../bookmarks/bookmark.ts";
import { FEED_BOOKMARK, feedBookmark, type ToldBookmark } from "../bookmarks/feed-bookmark.ts";
import type { Context, LaneContext } from "../contract/context.ts";
import { TableWriter } from "../records/table-writer.ts";
import { EmbeddedRows } from "./embedded-rows.ts";
import { Exports } from "./exports.ts";
import { FreshRows } from "./fresh-rows.ts";
import { Hints } from "./hints.ts";
import type { Member } from "./member.ts";
import { OpenRowsReading } from "./open-rows.ts";
import { ToldChanges } from "./told-changes.ts";

/** What was read of one list to find out what has changed. Who takes it releases both. */
interface Looked {
  readonly fresh: FreshRows;
  readonly open: OpenRowsReading;
}

/** What one list has to go by. */
export interface ListHints extends Looked {
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
  readonly exports = new Exports(this);
  readonly #clock: Context["clock"];
  #begunAt: number;
  /** How the clock has been put right in what `#begunAt` says; undefined before an answer came. */
  #correction: number | undefined;
  readonly #members: Member[] = [];
  readonly #looked = new Map<Member, Promise<Looked>>();
  readonly #tables = new Map<Member, TableWriter>();
  readonly #embedded = new Map<Member, EmbeddedRows>();
  readonly #embedding: Promise<void>[] = [];
  #hints: Promise<Hints> | undefined;
  #tooMuch: TooMuchChangedError | undefined;
  #bookmark: BookmarkFields | undefined;

  constructor({ clock }: Context) {
    this.#clock = clock;
    this.#begunAt = clock.now();
    this.#correction = clock.correction;
  }

  /**
   * When the run began: what happened before is known to a list that this run has caught up. By the
   * API's time, as soon as an answer has told it.
   */
  get begunAt(): number {
    const { correction } = this.#clock;
    if (this.#correction === undefined && correction !== undefined) {
      this.#begunAt += correction;
      this.#correction = correction;
    }
    return this.#begunAt;
  }

  /** To be called for each list that has been swept before, and before any of them is opened. */
  join(member: Member): void {
    this.#members.push(member);
  }

  /** What has changed, as far as a list is concerned. */
  async hintsFor(member: Member, lane: LaneContext): Promise<ListHints> {
    this.#hints ??= this.#read(lane);
    const hints = await this.#hints;
    const looked = await this.#looked.get(member);
    if (!looked) throw new RangeError(`${member.task.stream.name} has not joined the feed`);
    if (this.#tooMuch) {
      release(looked);
      throw this.#tooMuch;
    }
    return { ...looked, hints };
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
      rows = new EmbeddedRows(this.table(member, context), member.task.observers);
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
    const known = readBookmark(FEED_BOOKMARK, feedBookmark, lane).sources;
    const isTold = Object.keys(known).length > 0;
    await Promise.all([
      this.#lookAtLists(isTold, hints, lane),
      this.#readSources(known, hints, lane),
    ]);
    return hints;
  }

  async #lookAtLists(isTold: boolean, hints: Hints, lane: LaneContext): Promise<void> {
    await this.exports.look(this.#members, isTold, hints, lane);
    const looks = this.#members.map(async (member) => {
      const look = this.#look(member, lane);
      this.#looked.set(member, look);
      // The list's own sync tells why it can't be read.
      const looked = await look.catch(() => undefined);
      if (looked && member.isCaughtUp && looked.fresh.isComplete && looked.fresh.surplus > 0) {
        await this.exports.lookForLate(member, looked.fresh.surplus, lane);
      }
      looked?.fresh.tell(hints);
      looked?.open.tell(hints);
      if (looked && !member.isCaughtUp) release(looked);
    });
    await Promise.all(looks);
  }

  async #look(member: Member, lane: LaneContext): Promise<Looked> {
    const [fresh, open] = await Promise.all([
      FreshRows.read(member, this, lane),
      OpenRowsReading.read(member, this.begunAt, lane),
    ]);
    return { fresh, open };
  }

  async #readSources(
    known: Readonly<Record<string, ToldBookmark>>,
    hints: Hints,
    lane: LaneContext,
  ): Promise<void> {
    const since = Math.min(...this.#members.map(({ ground }) => ground.caughtUpAt));
    const lists = this.#members.map(({ task }) => task.stream);
    // A source that can't be read now goes on from where it stood.
    const sources: Record<string, ToldBookmark> = { ...known };
    const [{ task } = { task: undefined }] = this.#members;
    const reading = (task?.streams ?? []).map(async (stream) => {
      if (stream.source.kind !== "windows" || !stream.source.tells) return;
      const source = new ToldChanges(stream, stream.source, lists, lane);
      try {
        const read = await source.read(since, known[stream.name], this.begunAt);
        sources[stream.name] = read.bookmark;
        if (read.hints) hints.addAll(read.hints);
        else this.#tooMuch = new TooMuchChangedError(`${stream.name} tell of too much to follow.`);
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

function release({ fresh, open }: Looked): void {
  fresh.release();
  open.release();
}

/** Whether the run goes on without the source. */
function isOptional(error: unknown): error is TapError {
  return error instanceof TapError && !(error instanceof PolarError && error.endsRun);
}
