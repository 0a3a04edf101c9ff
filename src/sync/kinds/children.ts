import { TapError } from "../../shared/errors.ts";
import type { ChildSource } from "../../streams/define.ts";
import {
  type ChildBookmark,
  childBookmark,
  type ParentPosition,
  parentsAtFields,
  readChildBookmark,
} from "../bookmarks/child-bookmark.ts";
import { nextVersion } from "../bookmarks/table-version.ts";
import { quietly } from "../contract/context.ts";
import { defineKind, method, type OpenTask, type Parents } from "../contract/kind.ts";
import { allOf, type Step, type Sync } from "../contract/step.ts";
import { BadParents, isOfOneParent, ServerGuard } from "../lists/bad-parents.ts";
import { inOrder } from "../lists/in-order.ts";
import { NO_PARENTS } from "../lists/parents.ts";
import { type Output, outputOf } from "../records/output.ts";
import { type Answer, readAnswer, writeRows } from "./child-rows.ts";

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
  readonly bad: BadParents;
  readonly version: number;
}

/** Parents between two checkpoints. */
const PARENTS_PER_CHECKPOINT = 20;

/**
 * Reads the rows of each parent with a request of its own, several at a time. Parents are taken in
 * the order of their ids, so an interrupted sync goes on after the last one it has done. A parent
 * that is gone by then has no rows any more. One whose rows can't be read is remembered, and the
 * first to be tried by the next sync.
 */
export async function* syncChildren(task: OpenTask<ChildSource, ChildBookmark>): Sync {
  const { stream, source, bookmark, lane } = task;
  const output = outputOf(task);
  const { after: position } = bookmark;
  const resume = source.parents.some((parent) => parent.stream === position?.stream)
    ? position
    : undefined;
  const first = source.parents.findIndex((parent) => parent.stream === resume?.stream);
  const supplied = await Promise.all(
    source.parents.slice(Math.max(0, first)).map(async (parent) => {
      // Who was interrupted has not read all of them, and so needs more than the touched ones.
      const since = resume ? undefined : bookmark.parentsAt.get(parent.stream);
      const parents =
        (await task.parents[source.parents.indexOf(parent)]?.(quietly(lane), since)) ?? NO_PARENTS;
      return { parent, parents };
    }),
  );
  const areTouchedOnly = supplied.some(({ parents }) => parents.areTouchedOnly);
  const goesOn = resume !== undefined || areTouchedOnly;
  const version = (goesOn ? bookmark.version : undefined) ?? nextVersion([bookmark], lane);
  output.setVersion(lane.emitActivateVersion ? version : undefined);
  const children = { ...task, output, bad: new BadParents(stream.name), version };

  const tried = yield* tryAgain(children);
  let problem: string | undefined;
  let resumePassed = resume === undefined;
  for (const { parent, parents } of supplied) {
    const after = resumePassed ? undefined : resume?.id;
    resumePassed = true;
    problem ??= parents.problem;
    const left = parents.ids.filter((id) => after === undefined || id > after);
    const ids = left.filter((id) => !tried.has(`${parent.stream} ${id}`));
    // Of the touched ones alone no position tells who has been read.
    yield* readParentsRows(children, parent, ids, problem === undefined && !areTouchedOnly);
  }
  const failed = children.bad.remembered;
  yield {
    kind: "bookmark",
    stream: stream.name,
    bookmark: {
      ...childBookmark(version, undefined, failed),
      ...parentsAtFields(children.bad.areTooMany ? new Map() : momentsOf(supplied)),
    },
  };
  problem = allOf(problem, children.bad.problem, output.problem);
  if (lane.emitActivateVersion && problem === undefined && !goesOn) {
    yield { kind: "activate", stream: stream.name, version };
  }
  return [{ stream: stream.name, problem }];
}

/** Up to when each stream of parents is known; nothing where it is not kept. */
function momentsOf(
  supplied: readonly { readonly parent: ParentSource; readonly parents: Parents }[],
): ReadonlyMap<string, number> {
  const moments = supplied.flatMap(({ parent, parents: { caughtUpAt } }) =>
    caughtUpAt === undefined ? [] : [[parent.stream, caughtUpAt] as const],
  );
  return new Map(moments);
}

/**
 * Reads the parents whose rows could not be read the last time; returns those that have had their
 * turn. When the server seems to fail altogether the rest wait, to be the first the next time.
 */
async function* tryAgain(children: Children): AsyncGenerator<Step, ReadonlySet<string>> {
  const { source, bookmark, bad, lane } = children;
  const guard = new ServerGuard();
  const tried = new Set<string>();
  const known = bookmark.failed.flatMap((position) => {
    const parent = source.parents.find(({ stream }) => stream === position.stream);
    return parent ? [{ position, parent }] : [];
  });
  for (const { position } of known) bad.add(position, undefined);
  for (const { position, parent } of known) {
    tried.add(`${position.stream} ${position.id}`);
    const answer = await readAnswer(source, parent, position.id, quietly(lane));
    const failure = yield* readRows(children, parent, position.id, answer);
    if (failure && guard.failed(failure)) break;
    if (!failure) guard.answered();
  }
  return tried;
}

/** Reads the rows of parents of one kind. `mayMove`: whether the position may pass by them. */
async function* readParentsRows(
  children: Children,
  parent: ParentSource,
  ids: readonly string[],
  mayMove: boolean,
): AsyncGenerator<Step, void> {
  const { stream, source, bad, version, lane } = children;
  const request = (id: string) => readAnswer(source, parent, id, quietly(lane));
  const guard = new ServerGuard();
  lane.progress.begin(parent.stream);
  lane.progress.expect(ids.length);
  let gone = 0;
  let done = 0;
  for await (const [id, answer] of inOrder(ids, request, lane.readAhead, lane.onAllRequested)) {
    lane.progress.advance();
    if (!answer) gone++;
    const failure = yield* readRows(children, parent, id, answer);
    // Who goes on here must not pass by what was not whole, unless it is remembered.
    if (mayMove && !bad.areTooMany) {
      const position = { stream: parent.stream, id };
      const bookmark = childBookmark(version, position, bad.remembered);
      yield { kind: "bookmark", stream: stream.name, bookmark };
    }
    if (failure && guard.failed(failure)) throw failure;
    if (!failure) guard.answered();
    if (++done % PARENTS_PER_CHECKPOINT === 0) yield { kind: "checkpoint" };
  }
  if (gone > 0) {
    lane.log.info(`${stream.name}: ${gone} of ${ids.length} ${parent.stream} were gone by then.`);
  }
}

/** Hands on a parent's rows; returns the failure that kept it from doing so, if one did. */
async function* readRows(
  children: Children,
  parent: ParentSource,
  id: string,
  answer: Answer,
): AsyncGenerator<Step, TapError | undefined> {
  const { bad } = children;
  const position: ParentPosition = { stream: parent.stream, id };
  bad.delete(position);
  if (answer instanceof TapError) {
    bad.add(position, answer.message);
    return answer;
  }
  if (!answer) return undefined;
  try {
    const problem = yield* writeRows(answer, { ...children, parent, id });
    if (problem !== undefined) bad.add(position, problem);
    return undefined;
  } catch (error) {
    if (!isOfOneParent(error)) throw error;
    bad.add(position, error.message);
    return error;
  }
}
