import { RowNotFoundError } from "../../polar/errors.ts";
import { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ChildSource, ListSource } from "../../streams/define.ts";
import {
  type ChildBookmark,
  childBookmark,
  readChildBookmark,
} from "../bookmarks/child-bookmark.ts";
import { nextVersion } from "../bookmarks/table-version.ts";
import { type LaneContext, quietly } from "../contract/context.ts";
import { allOf, type Step, type Sync } from "../contract/step.ts";
import { type Output, outputOf } from "../records/output.ts";
import { problemOf } from "../sweep/verdicts.ts";
import { inOrder } from "./in-order.ts";
import { defineKind, method, type OpenTask } from "./kind.ts";
import { NO_PARENTS } from "./parents.ts";
import { itemKey, readFirstPage, readList } from "./read-list.ts";

type ParentSource = ChildSource["parents"][number];

/** A stream that is read with a request for each row of its parents. */
export const children = defineKind("children", {
  parents: ({ parents }, streamNamed) =>
    parents.map(({ stream, parentQuery, parentHas }) => ({
      stream: streamNamed(stream),
      query: parentQuery,
      has: parentHas,
    })),
  methods: {
    FULL_TABLE: method({
      readBookmark: ({ stream }, context) => readChildBookmark(stream.name, context),
      sync: syncChildren,
    }),
  },
});

/** The sync under way. */
interface Children extends OpenTask<ChildSource, ChildBookmark> {
  readonly output: Output;
}

/** Parents between two checkpoints. */
const PARENTS_PER_CHECKPOINT = 20;

/** An answer for one parent; undefined when the parent is gone. */
type Answer = ListPage | undefined;

/**
 * Reads the rows of each parent with a request of its own, several at a time. Parents are taken in
 * the order of their ids, so an interrupted sync goes on after the last one it has done. A parent
 * that is gone by then has no rows any more.
 */
export async function* syncChildren(task: OpenTask<ChildSource, ChildBookmark>): Sync {
  const { stream, source, bookmark, lane } = task;
  const output = outputOf(task);
  const { after: position } = bookmark;
  const resume = source.parents.some((parent) => parent.stream === position?.stream)
    ? position
    : undefined;
  const version = (resume && bookmark.version) ?? nextVersion([bookmark], lane);
  output.setVersion(lane.emitActivateVersion ? version : undefined);
  let problem: string | undefined;
  let resumePassed = resume === undefined;
  for (const [index, parent] of source.parents.entries()) {
    if (!resumePassed && parent.stream !== resume?.stream) continue;
    const after = resumePassed ? undefined : resume?.id;
    resumePassed = true;
    const parents = (await task.parents[index]?.(quietly(lane))) ?? NO_PARENTS;
    const stand = { version, after, problem: problem ?? parents.problem };
    problem = yield* readParentsRows({ ...task, output }, parent, parents.ids, stand);
  }
  yield { kind: "bookmark", stream: stream.name, bookmark: childBookmark(version, undefined) };
  problem = allOf(problem, output.problem);
  if (lane.emitActivateVersion && problem === undefined && !resume) {
    yield { kind: "activate", stream: stream.name, version };
  }
  return [{ stream: stream.name, problem }];
}

/** Where a sync stands when it comes to a kind of parents. */
interface Stand {
  readonly version: number;
  /** The parent of this kind that an interrupted sync did last. */
  readonly after: string | undefined;
  /** What has gone wrong so far. */
  readonly problem: string | undefined;
}

/** Reads the rows of one kind of parents; returns the first thing that has gone wrong. */
async function* readParentsRows(
  children: Children,
  parent: ParentSource,
  all: readonly string[],
  { version, after, ...stand }: Stand,
): AsyncGenerator<Step, string | undefined> {
  const { stream, source, lane } = children;
  let { problem } = stand;
  const ids = after === undefined ? all : all.filter((id) => id > after);
  const request = (id: string) => readAnswer(source, parent, id, quietly(lane));
  lane.progress.begin(parent.stream, all.length - ids.length);
  lane.progress.expect(all.length);
  let gone = 0;
  let done = 0;
  for await (const [id, answer] of inOrder(ids, request, lane.readAhead, lane.onAllRequested)) {
    if (answer) {
      const problemHere = yield* readRows(children, parent, id, answer);
      problem ??= problemHere;
    } else gone++;
    lane.progress.advance();
    // Who goes on here must not pass by what was not whole.
    if (!problem) {
      const position = { stream: parent.stream, id };
      yield { kind: "bookmark", stream: stream.name, bookmark: childBookmark(version, position) };
    }
    if (++done % PARENTS_PER_CHECKPOINT === 0) yield { kind: "checkpoint" };
  }
  if (gone > 0) {
    lane.log.info(`${stream.name}: ${gone} of ${ids.length} ${parent.stream} were gone by then.`);
  }
  return problem;
}

/** Reads the first, mostly the only, answer for a parent. */
async function readAnswer(
  source: ChildSource,
  parent: ParentSource,
  id: string,
  lane: LaneContext,
): Promise<Answer> {
  const path = parent.path.replace("{id}", encodeURIComponent(id));
  const query: Record<string, string> = parent.parameter ? { [parent.parameter]: id } : {};
  try {
    if (source.paged) return await readFirstPage({ source: listOf(parent), path }, lane);
    const { reader, priority } = lane;
    const page = await reader.readOnce(
      { path, endpoint: parent.path, query, priority },
      source.rowsAt,
    );
    const { receivedAt } = page;
    return new ListPage([page], { totalCount: undefined, lastPage: 1, receivedAt });
  } catch (error) {
    if (error instanceof RowNotFoundError) return undefined;
    throw error;
  }
}

async function* readRows(
  { stream, source, output, lane }: Children,
  parent: ParentSource,
  id: string,
  first: ListPage,
): AsyncGenerator<Step, string | undefined> {
  const idText = Buffer.from(JSON.stringify(id));
  const ofParent = (property: string) => (property === "id" ? idText : undefined);
  const placeOf = (_: Rows, row: number) => `of ${parent.stream} ${id}, position ${row}, from 0`;
  const add = (rows: Rows, row: number, { receivedAt }: ListPage) =>
    output.add(rows, row, { receivedAt, placeOf }, { parent: ofParent });
  if (!source.paged) {
    for (const rows of first) {
      for (let row = 0; row < rows.count; row++) add(rows, row, first);
    }
    yield* output.take();
    first.release();
    return undefined;
  }
  const progress = readList(
    {
      source: listOf(parent),
      path: parent.path.replace("{id}", encodeURIComponent(id)),
      key: itemKey(stream),
      onRow: add,
      firstPage: first,
    },
    quietly(lane),
  );
  let next = await progress.next();
  for (; !next.done; next = await progress.next()) yield* output.take();
  return problemOf(`${stream.name} of one of the ${parent.stream}`, next.value);
}

/** A paged child list; the API sorts none of them. */
function listOf(parent: ParentSource): ListSource {
  return { kind: "list", path: parent.path, order: [] };
}
