import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource } from "../../streams/define.ts";
import {
  readSweepBookmark,
  type SweepBookmark,
  sweepBookmark,
  type Walk,
} from "../bookmarks/sweep-bookmark.ts";
import { nextVersion } from "../bookmarks/table-version.ts";
import type { Context } from "../contract/context.ts";
import { allOf, type Step, type Sync } from "../contract/step.ts";
import { Output } from "../records/output.ts";
import type { SweepPosition, Verdict } from "../sweep/sweep.ts";
import { isWhole, problemOf, reasonToStartOver } from "../sweep/verdicts.ts";
import { BadParents, isOfOneParent, ServerGuard } from "./bad-parents.ts";
import { defineKind, method, type OpenTask, type StreamTask } from "./kind.ts";
import { readParents } from "./parents.ts";
import { itemKey, readList } from "./read-list.ts";

/** A list, and the streams whose rows stand inside of its rows. */
export const list = defineKind("list", {
  methods: { FULL_TABLE: method({ readBookmark: readBookmarks, sync: syncFullTable }) },
});

/** Pages between two checkpoints. */
const PAGES_PER_CHECKPOINT = 5;

/** The walk that a list's bookmarks speak of. */
function walkOf({ order }: ListSource, { pageSize }: Context): Walk {
  return { order, pageSize };
}

function readBookmarks(
  { members, source }: StreamTask<ListSource>,
  context: Context,
): readonly SweepBookmark[] {
  const walk = walkOf(source, context);
  return members.map(({ declaration }) => readSweepBookmark(declaration.name, walk, context));
}

/** A list and what is made of its rows. */
interface Table extends OpenTask<ListSource, readonly SweepBookmark[]> {
  /** The list's own records, when it is selected. */
  readonly own: Output | undefined;
  /** Records of the streams whose rows stand inside of the list's rows. */
  readonly inside: readonly Output[];
  /** All of them. */
  readonly outputs: readonly Output[];
}

function openTable(task: OpenTask<ListSource, readonly SweepBookmark[]>): Table {
  const outputs = task.members.map((member) => new Output(member, task.lane));
  const own = outputs.find(({ stream }) => stream === task.stream.name);
  return { ...task, own, inside: outputs.filter((one) => one !== own), outputs };
}

/**
 * Reads a list as a whole. An interrupted sweep goes on where its bookmark stands, in the same
 * version; if the list has moved since, it begins anew.
 *
 * Only a sweep that has seen every row itself is followed by ACTIVATE_VERSION.
 */
export async function* syncFullTable(task: OpenTask<ListSource, readonly SweepBookmark[]>): Sync {
  const table = openTable(task);
  const { stream, source, collectors, bookmark: bookmarks, outputs, lane } = table;
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
      verdict = yield* readVersion(table, bookmark.version, position);
      const reason = reasonToStartOver(verdict);
      resumed = reason === undefined;
      if (!resumed) lane.log.info(`${stream.name}: ${reason}; starting over.`);
    }
    if (!resumed) verdict = yield* readVersion(table, version, undefined);
  } finally {
    const whole = verdict !== undefined && isWhole(verdict) && !resumed;
    for (const collector of collectors) collector.finish(whole);
  }
  let problem = verdict && problemOf(stream.name, verdict);
  if (source.hiddenUnless) {
    const hidden = yield* readHidden(table);
    problem ??= hidden;
  }
  const outcomes = outputs.map((output) => ({
    stream: output.stream,
    problem: allOf(problem, output.problem),
  }));
  for (const outcome of outcomes) {
    if (!lane.emitActivateVersion || resumed || outcome.problem !== undefined) continue;
    yield { kind: "activate", stream: outcome.stream, version };
  }
  return outcomes;
}

/** Sweeps the list in one version, and moves the bookmarks along. */
async function* readVersion(
  { stream: list, source, own, inside, outputs, collectors, lane }: Table,
  version: number,
  resume: SweepPosition | undefined,
): AsyncGenerator<Step, Verdict> {
  const walk = walkOf(source, lane);
  for (const one of outputs) one.setVersion(lane.emitActivateVersion ? version : undefined);
  const progress = readList(
    {
      source,
      key: itemKey(list),
      onRow: (rows, row, page) => {
        own?.add(rows, row, page);
        for (const one of inside) one.addInside(rows, row, page);
        for (const collector of collectors) collector.add(rows, row);
      },
      resume,
    },
    lane,
  );
  for (let pages = 1; ; pages++) {
    const next = await progress.next();
    for (const one of outputs) yield* one.take();
    const position = next.done ? undefined : next.value;
    if (next.done ? reasonToStartOver(next.value) === undefined : position) {
      for (const { stream } of outputs) {
        yield { kind: "bookmark", stream, bookmark: sweepBookmark(version, walk, position) };
      }
    }
    if (next.done) return next.value;
    if (pages % PAGES_PER_CHECKPOINT === 0) yield { kind: "checkpoint" };
  }
}

/** Reads the rows that the list shows only when asked for them parent by parent. */
async function* readHidden({
  stream: list,
  source,
  own,
  streamNamed,
  lane,
}: Table): AsyncGenerator<Step, string | undefined> {
  const { hiddenUnless } = source;
  if (!hiddenUnless || !own) return undefined;
  const choice = { stream: streamNamed(hiddenUnless.parent), query: hiddenUnless.parentQuery };
  const { ids, problem } = await readParents(choice, lane);
  const bad = new BadParents(list.name);
  const guard = new ServerGuard();
  for (const id of ids) {
    const query = { ...source.query, [hiddenUnless.parameter]: id };
    const onRow = (rows: Rows, row: number, page: ListPage) => own.add(rows, row, page);
    const progress = readList({ source: { ...source, query }, key: itemKey(list), onRow }, lane);
    try {
      let next = await progress.next();
      for (; !next.done; next = await progress.next()) yield* own.take();
      const problemHere = problemOf(list.name, next.value);
      if (problemHere !== undefined) bad.add({ stream: hiddenUnless.parent, id }, problemHere);
      guard.answered();
    } catch (error) {
      if (!isOfOneParent(error) || guard.failed(error)) throw error;
      bad.add({ stream: hiddenUnless.parent, id }, error.message);
    }
  }
  return allOf(problem, bad.problem);
}
