import { ForbiddenError, PolarError } from "../../polar/errors.ts";
import { TapError } from "../../shared/errors.ts";
import type { BookmarkFields } from "../../singer/state.ts";
import type { Stream, Telling } from "../../streams/define.ts";
import { readBookmark } from "../bookmarks/bookmark.ts";
import { FEED_BOOKMARK, feedBookmark, type ToldBookmark } from "../bookmarks/feed-bookmark.ts";
import type { LaneContext } from "../contract/context.ts";
import type { Hints } from "./hints.ts";
import { HOUR_MILLISECONDS } from "./hour.ts";
import type { Member } from "./member.ts";
import type { Begun } from "./recent-rows.ts";
import { ToldChanges } from "./told-changes.ts";

/** A source that refuses the token is asked again so often between two full sweeps. */
const TRIES_IF_REFUSED = 3;

interface Told {
  /** Those that could be read. */
  readonly toldBy: ReadonlySet<Telling>;
  /** The one that tells of too much to follow. */
  readonly tooMuch: string | undefined;
}

/** The sources of hints of a run that are read by time. None of them is needed. */
export class ToldSources {
  readonly #run: Begun;
  #bookmark: BookmarkFields | undefined;

  constructor(run: Begun) {
    this.#run = run;
  }

  /** Where they stand once the lists of the run are caught up, for the state. */
  get bookmark(): BookmarkFields | undefined {
    return this.#bookmark;
  }

  /** Reads what they tell of these lists. */
  async read(members: readonly Member[], hints: Hints, lane: LaneContext): Promise<Told> {
    // Who is read whole hears everything, however long it has been behind.
    const caughtUp = members.filter(({ isCaughtUp }) => isCaughtUp);
    const since = Math.min(...caughtUp.map(({ ground }) => ground.caughtUpAt));
    const lists = members.map(({ task }) => task.stream);
    const toldBy = new Set<Telling>();
    let tooMuch: string | undefined;
    await this.#ask(members[0]?.task.streams ?? [], lists, lane, async (source, known) => {
      const read = await source.read(since, known, this.#run.begunAt);
      toldBy.add(source.telling);
      if (read.hints) hints.addAll(read.hints);
      else tooMuch = source.stream.name;
      return read.bookmark;
    });
    return { toldBy, tooMuch };
  }

  /** Asks only where they stand: for lists that are all read whole from now on. */
  async mark(streams: readonly Stream[], lane: LaneContext): Promise<void> {
    await this.#ask(streams, [], lane, (source) => source.mark(this.#run.begunAt));
  }

  async #ask(
    streams: readonly Stream[],
    lists: readonly Stream[],
    lane: LaneContext,
    ask: (source: ToldChanges, known: ToldBookmark | undefined) => Promise<ToldBookmark>,
  ): Promise<void> {
    const { sources: known, refused: before } = readBookmark(FEED_BOOKMARK, feedBookmark, lane);
    const refused = { ...before };
    const { begunAt } = this.#run;
    const pause = (lane.settings.fullSweepHours * HOUR_MILLISECONDS) / TRIES_IF_REFUSED;
    // A source that can't be read now goes on from where it stood.
    const sources: Record<string, ToldBookmark> = { ...known };
    const asking = streams.map(async (stream) => {
      if (stream.source.kind !== "windows" || !stream.source.tells) return;
      const refusedAt = Date.parse(before[stream.name] ?? "");
      if (!known[stream.name] && begunAt - refusedAt < pause) return;
      const source = new ToldChanges(stream, stream.source, lists, lane);
      try {
        sources[stream.name] = await ask(source, known[stream.name]);
        delete refused[stream.name];
      } catch (error) {
        if (!isOptional(error)) throw error;
        if (error instanceof ForbiddenError) refused[stream.name] = new Date(begunAt).toISOString();
        lane.log.info(
          `${stream.name} can't be read, and so don't tell of changes: ${error.message} ` +
            "What only they would have told comes with the next full sweep.",
        );
      }
    });
    await Promise.all(asking);
    this.#bookmark = { sources, refused };
  }
}

/** Whether the run goes on without the source. */
function isOptional(error: unknown): error is TapError {
  return error instanceof TapError && !(error instanceof PolarError && error.endsRun);
}
