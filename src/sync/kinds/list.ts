import type { ListSource, Stream } from "../../streams/define.ts";
import { type SweepBookmark, sweepBookmark, type Walk } from "../bookmarks/sweep-bookmark.ts";
import { nextVersion } from "../bookmarks/table-version.ts";
import type { Context, Place } from "../engine/context.ts";
import type { Step, Sync } from "../engine/step.ts";
import type { Output } from "../records/output.ts";
import type { SweepPosition, Verdict } from "../sweep/sweep.ts";
import { isWhole, problemOf, reasonToStartOver } from "../sweep/verdicts.ts";
import { type ParentCollector, readParents } from "./parents.ts";
import { itemKey, readList } from "./read-list.ts";

/** A list and what is made of its rows. */
export interface FullTable {
  readonly list: Stream;
  readonly source: ListSource;
  /** The list's own records, when it is selected. */
  readonly output: Output | undefined;
  /** Records of streams whose rows stand inside of the list's rows. */
  readonly inside: readonly Output[];
  /** Those who ask the API about each of the rows later. */
  readonly collectors: readonly ParentCollector[];
  /** The list of those by whom hidden rows are found; see {@link ListSource.hiddenUnless}. */
  readonly hiddenBy?: Stream | undefined;
}

/** Pages between two checkpoints. */
const PAGES_PER_CHECKPOINT = 5;

/** The walk that a list's bookmarks speak of. */
export function walkOf(
  { order }: Pick<ListSource, "order">,
  { pageSize }: Pick<Context, "pageSize">,
): Walk {
  return { order, pageSize };
}

/**
 * Reads a list as a whole. An interrupted sweep goes on where its bookmark stands, in the same
 * version; if the list has moved since, it begins anew.
 *
 * Only a sweep that has seen every row itself is followed by ACTIVATE_VERSION.
 */
export async function* syncFullTable(
  table: FullTable,
  bookmarks: readonly SweepBookmark[],
  context: Context,
  place: Place,
): Sync {
  const { list, source, collectors } = table;
  const outputs = outputsOf(table);
  const version = nextVersion(bookmarks, context);
  let verdict: Verdict | undefined;
  let resumed = false;
  try {
    // Streams that are fed by the same pages go on together or not at all.
    const [first, ...others] = bookmarks.map((bookmark) => JSON.stringify(bookmark));
    const bookmark = others.every((other) => other === first) ? bookmarks[0] : undefined;
    if (bookmark?.position && bookmark.version !== undefined) {
      context.log.info(`${list.name}: going on at page ${bookmark.position.page}.`);
      const { position } = bookmark;
      verdict = yield* readVersion(table, context, place, bookmark.version, position);
      const reason = reasonToStartOver(verdict);
      resumed = reason === undefined;
      if (!resumed) context.log.info(`${list.name}: ${reason}; starting over.`);
    }
    if (!resumed) verdict = yield* readVersion(table, context, place, version, undefined);
  } finally {
    const whole = verdict !== undefined && isWhole(verdict) && !resumed;
    for (const collector of collectors) collector.finish(whole);
  }
  let problem = verdict && problemOf(list.name, verdict);
  if (source.hiddenUnless) {
    const hidden = yield* readHidden(table, context, place);
    problem ??= hidden;
  }
  if (context.emitActivateVersion && problem === undefined && !resumed) {
    for (const { stream } of outputs) yield { kind: "activate", stream, version };
  }
  return outputs.map(({ stream }) => ({ stream, problem }));
}

function outputsOf({ output, inside }: FullTable): readonly Output[] {
  return output ? [output, ...inside] : inside;
}

/** Sweeps the list in one version, and moves the bookmarks along. */
async function* readVersion(
  table: FullTable,
  context: Context,
  place: Place,
  version: number,
  resume: SweepPosition | undefined,
): AsyncGenerator<Step, Verdict> {
  const { list, source, output, inside, collectors } = table;
  const outputs = outputsOf(table);
  const walk = walkOf(source, context);
  for (const one of outputs) one.setVersion(context.emitActivateVersion ? version : undefined);
  const progress = readList(
    {
      source,
      key: itemKey(list),
      onRow: (rows, row, { receivedAt }) => {
        output?.add(rows, row, receivedAt);
        for (const one of inside) one.addInside(rows, row, receivedAt);
        for (const collector of collectors) collector.add(rows, row);
      },
      resume,
    },
    context,
    place,
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
async function* readHidden(
  table: FullTable,
  context: Context,
  place: Place,
): AsyncGenerator<Step, string | undefined> {
  const { list, source, output, hiddenBy } = table;
  const { hiddenUnless } = source;
  if (!hiddenUnless || !hiddenBy || !output) return undefined;
  const choice = { stream: hiddenBy, query: hiddenUnless.parentQuery };
  let { ids, problem } = await readParents(choice, context, place);
  for (const id of ids) {
    const query = { ...source.query, [hiddenUnless.parameter]: id };
    const onePart = { ...source, query };
    const progress = readList(
      {
        source: onePart,
        key: itemKey(list),
        onRow: (rows, row, { receivedAt }) => output.add(rows, row, receivedAt),
      },
      context,
      place,
    );
    let next = await progress.next();
    for (; !next.done; next = await progress.next()) yield* output.take();
    problem ??= problemOf(list.name, next.value);
  }
  return problem;
}
