import { TapError } from "../../shared/errors.ts";
import type { BookmarkFields, State } from "../../singer/state.ts";
import type { Stream, Telling } from "../../streams/define.ts";
import { leastKnownUntil } from "../bookmarks/list-bookmark.ts";
import type { Context, LaneContext } from "../contract/context.ts";
import { TableWriter } from "../records/table-writer.ts";
import { EmbeddedRows } from "./embedded-rows.ts";
import { Exports } from "./exports.ts";
import { FreshRows } from "./fresh-rows.ts";
import { Hints, isTouchedBy } from "./hints.ts";
import { HOUR_MILLISECONDS } from "./hour.ts";
import { ListTouches } from "./list-touches.ts";
import type { Member } from "./member.ts";
import { OpenRowsReading } from "./open-rows.ts";
import { ToldSources } from "./told-sources.ts";

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
  readonly #sources = new ToldSources(this);
  readonly #context: Context;
  /** What lists told in earlier runs, and not all have heard; and with what they tell in this one. */
  readonly #touchesBefore: ListTouches;
  #touches: ListTouches;
  /** Lists of which so much is new that they can't tell whom all of it has touched. */
  readonly #halfTold: string[] = [];
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
  #marked: Promise<void> | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#touchesBefore = ListTouches.read(context);
    this.#touches = this.#touchesBefore;
    this.#begunAt = context.clock.now();
    this.#correction = context.clock.correction;
  }

  /**
   * When the run began: what happened before is known to a list that this run has caught up. By the
   * API's time, as soon as an answer has told it.
   */
  get begunAt(): number {
    const { correction } = this.#context.clock;
    if (this.#correction === undefined && correction !== undefined) {
      this.#begunAt += correction;
      this.#correction = correction;
    }
    return this.#begunAt;
  }

  /** A list whose last full sweep began at this moment, or before, is due for another. */
  get sweepIsDueBefore(): number {
    return this.begunAt - this.#context.settings.fullSweepHours * HOUR_MILLISECONDS;
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
    const tooMuch = this.#tooMuch ?? this.#halfToldTo(member);
    if (tooMuch) {
      release(looked);
      throw tooMuch;
    }
    return { ...looked, hints };
  }

  /**
   * Where the sources stand once the lists of the run are caught up, and what lists that are not, going
   * by the state of this moment, have yet to hear; undefined if nobody has asked for any of it.
   */
  get bookmark(): BookmarkFields | undefined {
    const { bookmark } = this.#sources;
    if (!bookmark) return undefined;
    const leastKnown = leastKnownUntil(this.#context, this.sweepIsDueBefore);
    return { ...bookmark, ...this.#touches.fieldsFor(leastKnown) };
  }

  /**
   * To be called before a list is read whole. If all of them are, the next sync need not hear what was
   * told before.
   */
  async beforeSweep(streams: readonly Stream[], lane: LaneContext): Promise<void> {
    if (this.#members.some(({ isCaughtUp }) => isCaughtUp)) return;
    if (lane.settings.fullSweepHours === 0) return;
    this.#marked ??= this.#sources.mark(streams, lane);
    await this.#marked;
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

  /** Why a list can't know all whom other lists have touched; undefined if it can. */
  #halfToldTo({ task, changes, ground }: Member): TooMuchChangedError | undefined {
    const { name } = task.stream;
    const isBehind = this.#touchesBefore.lacksFor(ground.caughtUpAt);
    const half = this.#halfTold.find((one) => isTouchedBy(changes, `${one}.come`));
    if (!isBehind && half === undefined) return undefined;
    return new TooMuchChangedError(
      `${name}: more rows of ${half ?? "other lists"} have changed than can be followed.`,
    );
  }

  async #read(lane: LaneContext): Promise<Hints> {
    const hints = new Hints();
    const { toldBy, tooMuch } = await this.#sources.read(this.#members, hints, lane);
    const toldByLists = new Hints();
    await this.#lookAtLists(toldBy, toldByLists, lane);
    this.#touchesBefore.tell(hints);
    this.#touches =
      this.#halfTold.length === 0
        ? this.#touchesBefore.with(this.begunAt, toldByLists)
        : ListTouches.forgottenAt(this.begunAt);
    hints.addAll(toldByLists);
    if (tooMuch !== undefined) {
      this.#tooMuch = new TooMuchChangedError(`${tooMuch} tell of too much to follow.`);
    }
    return hints;
  }

  async #lookAtLists(toldBy: ReadonlySet<Telling>, hints: Hints, lane: LaneContext): Promise<void> {
    await this.exports.look(this.#members, toldBy.size > 0, hints, lane);
    const looks = this.#members.map(async (member) => {
      const look = this.#look(member, toldBy, lane);
      this.#looked.set(member, look);
      // The list's own sync tells why it can't be read.
      const looked = await look.catch(() => undefined);
      if (looked && member.isCaughtUp && looked.fresh.isComplete && looked.fresh.surplus > 0) {
        await this.exports.lookForLate(member, looked.fresh, hints, lane);
      }
      looked?.fresh.tell(hints);
      looked?.open.tell(hints, looked.fresh.onPages());
      if (looked && !(looked.fresh.isComplete && looked.open.isComplete)) {
        this.#halfTold.push(member.task.stream.name);
      }
      if (looked && !member.isCaughtUp) release(looked);
    });
    await Promise.all(looks);
  }

  async #look(member: Member, toldBy: ReadonlySet<Telling>, lane: LaneContext): Promise<Looked> {
    // In this order: a new row that is closed in between is remembered as open, or written as closed.
    const open = await OpenRowsReading.read(member, this.begunAt, lane, toldBy);
    try {
      return { open, fresh: await FreshRows.read(member, this, lane) };
    } catch (error) {
      open.release();
      throw error;
    }
  }
}

function release({ fresh, open }: Looked): void {
  fresh.release();
  open.release();
}
