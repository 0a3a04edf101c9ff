import { RowNotFoundError } from "../../polar/errors.ts";
import { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ChildSource, ListSource, Stream } from "../../streams/define.ts";
import { type ChildBookmark, childBookmark } from "../bookmarks/child-bookmark.ts";
import { nextVersion } from "../bookmarks/table-version.ts";
import type { Context, Place } from "../engine/context.ts";
import { inOrder } from "../engine/in-order.ts";
import type { Step, Sync } from "../engine/step.ts";
import type { Output } from "../records/output.ts";
import { problemOf } from "../sweep/verdicts.ts";
import type { Parents } from "./parents.ts";
import { itemKey, readFirstPage, readList } from "./read-list.ts";

type ParentSource = ChildSource["parents"][number];

export interface Children {
  readonly stream: Stream;
  readonly source: ChildSource;
  readonly output: Output;
  /** The parents of each of the source's parent streams, in that order. */
  readonly parents: (parent: ParentSource, place: Place) => Promise<Parents>;
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
export async function* syncChildren(
  children: Children,
  bookmark: ChildBookmark,
  context: Context,
  place: Place,
): Sync {
  const { stream, source, output } = children;
  const { after: position } = bookmark;
  const resume = source.parents.some((parent) => parent.stream === position?.stream)
    ? position
    : undefined;
  const version = (resume && bookmark.version) ?? nextVersion([bookmark], context);
  output.setVersion(context.emitActivateVersion ? version : undefined);
  let problem: string | undefined;
  let resumePassed = resume === undefined;
  for (const parent of source.parents) {
    if (!resumePassed && parent.stream !== resume?.stream) continue;
    const after = resumePassed ? undefined : resume?.id;
    resumePassed = true;
    problem = yield* readParentsRows(children, parent, { version, after, problem }, context, place);
  }
  yield { kind: "bookmark", stream: stream.name, bookmark: childBookmark(version, undefined) };
  if (context.emitActivateVersion && problem === undefined && !resume) {
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
  { stream, source, output, parents: readParents }: Children,
  parent: ParentSource,
  { version, after, ...stand }: Stand,
  context: Context,
  place: Place,
): AsyncGenerator<Step, string | undefined> {
  const quiet = { ...place, onAllRequested: () => undefined };
  const parents = await readParents(parent, quiet);
  let problem = stand.problem ?? parents.problem;
  const ids = after === undefined ? parents.ids : parents.ids.filter((id) => id > after);
  const request = (id: string) => readAnswer(source, parent, id, context, quiet);
  let gone = 0;
  let done = 0;
  for await (const [id, answer] of inOrder(ids, request, context.readAhead, place.onAllRequested)) {
    if (answer) {
      const problemHere = yield* readRows(
        stream,
        source,
        parent,
        id,
        answer,
        output,
        context,
        quiet,
      );
      problem ??= problemHere;
    } else gone++;
    // Who goes on here must not pass by what was not whole.
    if (!problem) {
      const position = { stream: parent.stream, id };
      yield { kind: "bookmark", stream: stream.name, bookmark: childBookmark(version, position) };
    }
    if (++done % PARENTS_PER_CHECKPOINT === 0) yield { kind: "checkpoint" };
  }
  if (gone > 0) {
    context.log.info(
      `${stream.name}: ${gone} of ${ids.length} ${parent.stream} were gone by then.`,
    );
  }
  return problem;
}

/** Reads the first, mostly the only, answer for a parent. */
async function readAnswer(
  source: ChildSource,
  parent: ParentSource,
  id: string,
  context: Context,
  place: Place,
): Promise<Answer> {
  const path = parent.path.replace("{id}", encodeURIComponent(id));
  const query: Record<string, string> = parent.parameter ? { [parent.parameter]: id } : {};
  try {
    if (source.paged) return await readFirstPage({ source: listOf(parent), path }, context, place);
    const { priority } = place;
    const page = await context.reader.readOnce(
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
  stream: Stream,
  source: ChildSource,
  parent: ParentSource,
  id: string,
  first: ListPage,
  output: Output,
  context: Context,
  place: Place,
): AsyncGenerator<Step, string | undefined> {
  const idText = Buffer.from(JSON.stringify(id));
  const ofParent = (property: string) => (property === "id" ? idText : undefined);
  const add = (rows: Rows, row: number, receivedAt: number) =>
    output.add(rows, row, receivedAt, { parent: ofParent });
  if (!source.paged) {
    for (const rows of first) {
      for (let row = 0; row < rows.count; row++) add(rows, row, first.receivedAt);
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
      onRow: (rows, row, { receivedAt }) => add(rows, row, receivedAt),
      firstPage: first,
    },
    context,
    place,
  );
  let next = await progress.next();
  for (; !next.done; next = await progress.next()) yield* output.take();
  return problemOf(`${stream.name} of one of the ${parent.stream}`, next.value);
}

/** A paged child list; the API sorts none of them. */
function listOf(parent: ParentSource): ListSource {
  return { kind: "list", path: parent.path, order: [] };
}
