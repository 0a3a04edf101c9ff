import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { BookmarkFields } from "../../singer/state.ts";
import type { ListSource } from "../../streams/define.ts";
import {
  readSweepBookmark,
  type SweepBookmark,
  sweepBookmark,
  type Walk,
} from "../bookmarks/sweep-bookmark.ts";
import { nextVersion } from "../bookmarks/table-version.ts";
import type { Context } from "../contract/context.ts";
import { method, type OpenTask, type StreamTask } from "../contract/kind.ts";
import { allOf, type Step, type Sync } from "../contract/step.ts";
import { TableWriter } from "../records/table-writer.ts";
import type { SweepPosition } from "../sweep/position.ts";
import { problemOf, reasonToStartOver, unreadableIn, type Verdict } from "../sweep/verdicts.ts";
import { BadParents, isOfOneParent, ServerGuard } from "./bad-parents.ts";
import { readParents } from "./parents.ts";
import { itemKey, readList } from "./read-list.ts";

interface FullTableTask extends OpenTask<ListSource, readonly SweepBookmark[]> {
  /** Called before the list is read from its beginning. May bring the first page. */
  readonly begin?: () => Promise<ListPage | undefined>;
  /** What else the bookmarks are to keep while the sweep is under way, and after it. */
  readonly keep?: (isUnderWay: boolean) => BookmarkFields;
}

/** Reading a list as a whole. */
export const fullTable = method({ readBookmark: readSweepBookmarks, sync: syncFullTable });

/** Pages between two checkpoints. */
const PAGES_PER_CHECKPOINT = 5;

/** The walk that a list's bookmarks speak of. */
function walkOf({ order }: ListSource, { pageSize }: Context): Walk {
  return { order, pageSize };
}

/** The bookmarks of all streams that a list feeds. */
export function readSweepBookmarks(
  { members, source }: StreamTask<ListSource>,
  context: Context,
): readonly SweepBookmark[] {
  const walk = walkOf(source, context);
  return members.map(({ declaration }) => readSweepBookmark(declaration.name, walk, context));
}

/**
 * Reads a list as a whole. An interrupted sweep goes on where its bookmark stands, in the same
 * version; if the list has moved since, it begins anew.
 *
 * Only a sweep that has seen every row itself is followed by ACTIVATE_VERSION.
 */
export async function* syncFullTable(task: FullTableTask): Sync {
  const { stream, source, members, observers, bookmark: bookmarks, lane } = task;
  const table = new TableWriter(stream, members, lane);
  const version = nextVersion(bookmarks, lane);
  let verdict: Verdict | undefined;
  let resumed = false;
  try {
    // Streams that are fed by the same pages go on together or not at all.
    const [first, ...others] = bookmarks.map((bookmark) => JSON.stringify(bookmark));
    const bookmark = others.every((other) => other === first) ? bookmarks[0] : undefined;
    if (bookmark?.position && bookmark.version !== undefined) {
      lane.log.info(`${stream.name}: going on at page ${bookmark.position.page}.`);
      const { position } = bookmark;
      verdict = yield* readVersion(task, table, bookmark.version, position);
      const reason = reasonToStartOver(verdict);
      resumed = reason === undefined;
      if (!resumed) lane.log.info(`${stream.name}: ${reason}; starting over.`);
    }
    if (!resumed) {
      const firstPage = await task.begin?.();
      verdict = yield* readVersion(task, table, version, undefined, firstPage);
    }
  } finally {
    const isProven = verdict?.outcome === "whole";
    const isComplete = isProven && !resumed;
    const count = verdict?.expected ?? 0;
    const unreadable = verdict ? unreadableIn(verdict) : 0;
    const isWhole = isComplete && unreadable === 0;
    const end = { isComplete, isProven, isWhole, count, unreadable };
    for (const observer of observers) observer.finish(end);
  }
  let problem = verdict && problemOf(stream.name, verdict);
  if (source.hiddenUnless && table.hasOwn) {
    const hidden = yield* readHidden(task, table);
    problem ??= hidden;
  }
  const outcomes = table.outcomes(problem);
  for (const outcome of outcomes) {
    if (!lane.emitActivateVersion || resumed || outcome.problem !== undefined) continue;
    yield { kind: "activate", stream: outcome.stream, version };
  }
  return outcomes;
}

/** Sweeps the list in one version, and moves the bookmarks along. */
async function* readVersion(
  { stream, source, observers, lane, keep }: FullTableTask,
  table: TableWriter,
  version: number,
  resume: SweepPosition | undefined,
  firstPage?: ListPage,
): AsyncGenerator<Step, Verdict> {
  const walk = walkOf(source, lane);
  table.setVersion(lane.emitActivateVersion ? version : undefined);
  lane.progress.begin("rows", resume?.rows);
  const progress = readList(
    {
      source,
      key: itemKey(stream),
      onRow: (rows, row, page) => {
        table.add(rows, row, page);
        for (const observer of observers) observer.add(rows, row);
        lane.progress.advance();
      },
      onPage: ({ totalCount }) => lane.progress.expect(totalCount),
      resume,
      firstPage,
    },
    lane,
  );
  for (let pages = 1; ; pages++) {
    const next = await progress.next();
    yield* table.take();
    const position = next.done ? undefined : next.value;
    if (next.done ? reasonToStartOver(next.value) === undefined : position) {
      const bookmark = {
        ...sweepBookmark(version, walk, position),
        ...keep?.(position !== undefined),
      };
      for (const stream of table.streams) yield { kind: "bookmark", stream, bookmark };
    }
    if (next.done) return next.value;
    if (pages % PAGES_PER_CHECKPOINT === 0) yield { kind: "checkpoint" };
  }
}

/** Reads the rows that the list shows only when asked for them parent by parent. */
async function* readHidden(
  { stream, source, streamNamed, lane }: FullTableTask,
  table: TableWriter,
): AsyncGenerator<Step, string | undefined> {
  const { hiddenUnless } = source;
  if (!hiddenUnless) return undefined;
  const choice = { stream: streamNamed(hiddenUnless.parent), query: hiddenUnless.parentQuery };
  const { ids, problem } = await readParents(choice, lane);
  const bad = new BadParents(stream.name);
  const guard = new ServerGuard();
  for (const id of ids) {
    const query = { ...source.query, [hiddenUnless.parameter]: id };
    const onRow = (rows: Rows, row: number, page: ListPage) => table.add(rows, row, page);
    const progress = readList({ source: { ...source, query }, key: itemKey(stream), onRow }, lane);
    try {
      let next = await progress.next();
      for (; !next.done; next = await progress.next()) yield* table.take();
      const problemHere = problemOf(stream.name, next.value);
      if (problemHere !== undefined) bad.add({ stream: hiddenUnless.parent, id }, problemHere);
      guard.answered();
    } catch (error) {
      if (!isOfOneParent(error) || guard.failed(error)) throw error;
      bad.add({ stream: hiddenUnless.parent, id }, error.message);
    }
  }
  return allOf(problem, bad.problem);
}
