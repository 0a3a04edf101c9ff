import { ForbiddenError } from "../../polar/errors.ts";
import { TapError } from "../../shared/errors.ts";
import type { PeriodSource, Stream } from "../../streams/define.ts";
import {
  type PeriodBookmark,
  periodBookmark,
  readPeriodBookmark,
} from "../bookmarks/period-bookmark.ts";
import { type Context, quietly } from "../contract/context.ts";
import { defineKind, method, type Parents, type StreamTask } from "../contract/kind.ts";
import { allOf, type Step, type Sync } from "../contract/step.ts";
import { BadParents, ServerGuard } from "../lists/bad-parents.ts";
import { inOrder } from "../lists/in-order.ts";
import { NO_PARENTS } from "../lists/parents.ts";
import { type Output, outputOf } from "../records/output.ts";
import { byApiTime } from "./by-api-time.ts";
import {
  type Answer,
  addRows,
  type PeriodTask,
  periodsOf,
  type Question,
  questionsOf,
  readAnswer,
} from "./period-requests.ts";
import { TimeZone } from "./time-zone.ts";

/** Figures per period, from a little before the bookmark on or from the start. */
export const periods = defineKind("periods", {
  parents: ({ parent }, streamNamed) => [{ stream: streamNamed(parent) }],
  methods: {
    INCREMENTAL: method({
      replicationKey: () => "timestamp",
      readBookmark,
      sync: (task) => byApiTime(() => syncPeriods(task), task.lane),
    }),
    FULL_TABLE: method({
      readBookmark: (task, context): PeriodBookmark => {
        readBookmark(task, context);
        return new Map();
      },
      sync: (task) => byApiTime(() => syncPeriods(task), task.lane),
    }),
  },
});

function readBookmark({ stream, source }: StreamTask<PeriodSource>, context: Context) {
  return readPeriodBookmark(stream.name, parentColumn(stream), periodsOf(source, context), context);
}

/** Answers between two checkpoints. */
const ANSWERS_PER_CHECKPOINT = 20;

/** The sync under way. */
interface Figures extends PeriodTask {
  readonly output: Output;
  readonly zone: TimeZone;
  readonly bad: BadParents;
  /** For each parent when the last day begins that has been read. */
  readonly positions: Map<string, string>;
}

/**
 * Reads figures per period, parent by parent, from a little before the parent's position to today,
 * in ranges as long as the API allows, several requests at a time. The current period is read while
 * it is under way, and again by the next sync.
 */
export async function* syncPeriods(task: PeriodTask): Sync {
  const { stream, source, bookmark, lane } = task;
  const output = outputOf(task);
  const zone = new TimeZone(periodsOf(source, lane).timezone);
  const parents = await parentsOf(task);
  const isKnown = (parent: string) => parents.problem !== undefined || parents.ids.includes(parent);
  const positions = new Map([...bookmark].filter(([parent]) => isKnown(parent)));
  const bad = new BadParents(stream.name);
  const questions = parents.ids.flatMap((parent) => questionsOf(task, parent, zone));
  yield* readAll({ ...task, output, zone, bad, positions }, questions);
  const problem = allOf(parents.problem, bad.problem, output.problem);
  return [{ stream: stream.name, problem }];
}

async function* readAll(
  figures: Figures,
  questions: readonly Question[],
): AsyncGenerator<Step, void> {
  const { stream, source, zone, positions, lane } = figures;
  const column = parentColumn(stream);
  const bookmarkStep = () => {
    const bookmark = periodBookmark(column, periodsOf(source, lane), positions);
    return { kind: "bookmark", stream: stream.name, bookmark } as const;
  };
  const guard = new ServerGuard();
  const ask = (question: Question) => readAnswer(figures, question, zone);
  const { readAhead, onAllRequested } = lane;
  lane.progress.begin("requests");
  lane.progress.expect(questions.length);
  let answers = 0;
  for await (const [question, answer] of inOrder(questions, ask, readAhead, onAllRequested)) {
    lane.progress.advance();
    const failure = yield* take(figures, question, answer);
    if (failure && guard.failed(failure)) {
      yield bookmarkStep();
      throw failure;
    }
    if (!(answer instanceof TapError)) guard.answered();
    if (++answers % ANSWERS_PER_CHECKPOINT === 0) {
      yield bookmarkStep();
      yield { kind: "checkpoint" };
    }
  }
  yield bookmarkStep();
}

/** Writes an answer's rows; returns its failure when it is the first of its parent. */
async function* take(
  { source, output, zone, bad, positions, lane }: Figures,
  question: Question,
  answer: Answer,
): AsyncGenerator<Step, TapError | undefined> {
  const { parent, range } = question;
  const position = { stream: source.parent, id: parent };
  const wasBad = bad.has(position);
  if (answer instanceof TapError) {
    bad.add(position, answer.message);
    return wasBad ? undefined : answer;
  }
  if (!answer) return undefined;
  addRows(output, answer, question, periodsOf(source, lane), zone);
  yield* output.take();
  answer.release();
  // What one range lacks, the ranges after it must not pass by.
  if (!wasBad) positions.set(parent, new Date(zone.startOf(range.last)).toISOString());
  return undefined;
}

/** The column that names the parent of a row. */
function parentColumn({ name, properties }: Stream): string {
  const column = Object.entries(properties).find(([, { origin }]) => origin?.from === "parent");
  if (!column) throw new RangeError(`the rows of ${name} do not say whose they are`);
  return column[0];
}

/** The one parent that a setting names, or those of the list. */
async function parentsOf({ source, parents, lane }: PeriodTask): Promise<Parents> {
  const { parentSetting: setting } = source;
  const named = setting === "organization_id" ? lane.settings.organizationId : undefined;
  if (named !== undefined) return { ids: [named], problem: undefined };
  try {
    return (await parents[0]?.(quietly(lane))) ?? NO_PARENTS;
  } catch (error) {
    if (!(error instanceof ForbiddenError) || setting === undefined) throw error;
    const hint = `${error.message} Or name the one to read in ${setting}.`;
    throw new ForbiddenError(hint, error.missingScope);
  }
}
