import type { Changes, ListSource, Stream } from "../../streams/define.ts";
import { FEED_BOOKMARK } from "../bookmarks/feed-bookmark.ts";
import {
  type Ground,
  groundFields,
  type Interrupted,
  interruptedFields,
  readGround,
  readInterrupted,
} from "../bookmarks/list-bookmark.ts";
import type { SweepBookmark } from "../bookmarks/sweep-bookmark.ts";
import type { Context } from "../contract/context.ts";
import type { Method, OpenTask, RowObserver, StreamTask } from "../contract/kind.ts";
import { allOf, type Step, type Sync } from "../contract/step.ts";
import { readSweepBookmarks, syncFullTable } from "../lists/full-table.ts";
import { ChangeReader } from "./change-reader.ts";
import { type ChangeFeed, feedOf, TooMuchChangedError } from "./feed.ts";
import type { Member } from "./member.ts";
import { OpenRowsOfSweep } from "./open-memory.ts";
import { RecentRows } from "./recent-rows.ts";

type ListTask = OpenTask<ListSource, readonly SweepBookmark[]>;

/**
 * Catching a list up with what has changed, between two full sweeps. A list that has never been read
 * whole, whose full sweep is due or was interrupted, is swept.
 */
export const catchUp: Method<ListSource> = {
  replicationKey: ({ changes }) => changes?.createdBy,
  prepare(task, context) {
    const { changes } = task.source;
    if (!changes) throw new RangeError(`${task.stream.name} does not say how it is caught up`);
    const bookmark = readSweepBookmarks(task, context);
    const ground = commonGround(task, changes, context);
    const feed = feedOf(context);
    const sweep = (lane: ListTask["lane"]) =>
      sweepWhole({ ...task, bookmark, lane }, changes, feed);
    if (!ground) return { open: sweep };
    const isCaughtUp = !isSweepDue(ground, bookmark, feed, context);
    const member = { task, changes, ground, version: bookmark[0]?.version, isCaughtUp };
    feed.join(member);
    if (!isCaughtUp) return { open: sweep };
    // Asked for before any lane is opened, so that nobody stops waiting too early.
    const finish = changes.embeds ? feed.embeds() : () => undefined;
    return {
      open: (lane) => catchListUp({ ...task, bookmark, lane }, member, feed, finish),
      comesLast: task.streams.some((one) => embeddedBy(one) === task.stream.name),
    };
  },
};

function embeddedBy({ source }: Stream): string | undefined {
  return source.kind === "list" ? source.changes?.embeds?.stream : undefined;
}

/** What is known of the list, if all streams that it feeds know the same. */
function commonGround(
  { members }: StreamTask,
  { createdBy }: Changes,
  context: Context,
): Ground | undefined {
  const grounds = members.map(({ declaration }) =>
    readGround(declaration.name, createdBy, context),
  );
  const [first, ...others] = grounds.map((ground) => JSON.stringify(ground));
  return others.every((other) => other === first) ? grounds[0] : undefined;
}

function isSweepDue(
  { sweptAt, count }: Ground,
  sweeps: readonly SweepBookmark[],
  { sweepIsDueBefore }: ChangeFeed,
  { pageSize }: Context,
): boolean {
  const isInterrupted = sweeps.some(({ position }) => position !== undefined);
  // All of it costs no more than its newest rows.
  const isOnePage = count <= pageSize;
  return isInterrupted || isOnePage || sweptAt <= sweepIsDueBefore;
}

/** Reads the list whole, and remembers what the next sync needs to catch it up. */
async function* sweepWhole(task: ListTask, changes: Changes, feed: ChangeFeed): Sync {
  const { createdBy } = changes;
  const interrupted = interruptedSweep(task);
  const begun = interrupted ?? feed;
  const recent = new RecentRows(createdBy, begun);
  const open = new OpenRowsOfSweep(task.stream, changes, interrupted?.open);
  const observers = [...task.observers.map((one) => knowingWhen(one, feed)), recent, open];
  const begin = async () => {
    const page = await feed.exports.beforeSweep(task, task.lane);
    // What fits on a page is read whole by the next sync, too, whatever is told.
    if (changes.export && !page) await feed.beforeSweep(task.streams, task.lane);
    return page;
  };
  const seen = () => ({ begunAt: begun.begunAt, open: open.text });
  const keep = (isUnderWay: boolean) => interruptedFields(isUnderWay ? seen() : undefined);
  const outcomes = yield* syncFullTable({ ...task, observers, begin, keep });
  const { end } = recent;
  if (end?.isComplete || (interrupted && end?.isProven && recent.isComplete)) {
    yield* bookmarks(task, createdBy, {
      newest: recent.newest,
      sweptAt: begun.begunAt,
      caughtUpAt: begun.begunAt,
      count: end.count - recent.later,
      recent: recent.known.text,
      open: open.text,
      unreadable: end.unreadable ?? 0,
      rowsPerCustomer: undefined,
    });
    yield* feed.exports.bookmark(task);
    yield* sources(feed);
  }
  return outcomes;
}

/** The sweep that goes on, if all streams that the list feeds know of the same. */
function interruptedSweep({ members, bookmark, lane }: ListTask): Interrupted | undefined {
  if (!bookmark.every(({ position }) => position)) return undefined;
  const known = members.map(({ declaration }) => readInterrupted(declaration.name, lane));
  const [first, ...others] = known.map((one) => JSON.stringify(one));
  return others.every((other) => other === first) ? known[0] : undefined;
}

async function* catchListUp(
  task: ListTask,
  member: Member,
  feed: ChangeFeed,
  finish: () => void,
): Sync {
  const { changes } = member;
  try {
    const reader = new ChangeReader(task, member, feed);
    const { problem, ground } = yield* reader.read();
    if (problem === undefined) {
      yield* bookmarks(task, changes.createdBy, ground);
      yield* feed.exports.bookmark(task);
      yield* sources(feed);
    }
    const { count, caughtUpAt } = ground;
    const touchedSince = problem === undefined ? { touchedSince: member.ground.caughtUpAt } : {};
    const end = { isComplete: false, isWhole: false, count, caughtUpAt, ...touchedSince };
    for (const observer of task.observers) observer.finish(end);
    const stillUnread = problemOfSweep(task.stream, member.ground);
    return feed.table(member, task.lane).outcomes(allOf(problem, stillUnread));
  } catch (error) {
    if (!(error instanceof TooMuchChangedError)) {
      // Who waits for the rows of this list would wait for ever.
      const { count, caughtUpAt } = member.ground;
      const end = { isComplete: false, isWhole: false, count, caughtUpAt };
      for (const observer of task.observers) observer.finish(end);
      throw error;
    }
    task.lane.log.info(`${error.message} It is read whole.`, { stream: task.stream.name });
  } finally {
    finish();
  }
  return yield* sweepWhole(task, changes, feed);
}

/** A row that the last full sweep could not read is missing until one can. */
function problemOfSweep({ name }: Stream, { unreadable, sweptAt }: Ground): string | undefined {
  if (unreadable === 0) return undefined;
  return (
    `${unreadable} rows of ${name} could not be read by the last full sweep, which began ` +
    `${new Date(sweptAt).toISOString()}; the next one tries again.`
  );
}

/** Tells an observer of a full sweep up to when the list is known by it. */
function knowingWhen(observer: RowObserver, feed: ChangeFeed): RowObserver {
  return {
    add: (rows, row) => observer.add(rows, row),
    finish: (end) => observer.finish({ ...end, caughtUpAt: feed.begunAt }),
  };
}

function* bookmarks(task: ListTask, createdBy: string, ground: Ground): Generator<Step, void> {
  const bookmark = groundFields(createdBy, ground);
  for (const { declaration } of task.members) {
    yield { kind: "bookmark", stream: declaration.name, bookmark };
  }
}

/** Where the sources of hints stand, and what lists that stay behind have yet to hear. */
function* sources({ bookmark }: ChangeFeed): Generator<Step, void> {
  if (bookmark) yield { kind: "bookmark", stream: FEED_BOOKMARK, bookmark };
}
