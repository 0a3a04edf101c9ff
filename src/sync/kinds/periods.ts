import { RowNotFoundError } from "../../polar/errors.ts";
import type { Page } from "../../polar/page.ts";
import type { Rows } from "../../polar/rows.ts";
import type { PeriodSource } from "../../streams/define.ts";
import {
  type PeriodBookmark,
  periodBookmark,
  readPeriodBookmark,
} from "../bookmarks/period-bookmark.ts";
import { quietly } from "../contract/context.ts";
import { allOf, type Sync } from "../contract/step.ts";
import { outputOf } from "../records/output.ts";
import { timeOf } from "../records/row-values.ts";
import { byApiTime } from "./by-api-time.ts";
import { DAY_MILLISECONDS, type DayRange, dayRanges, dayText, type Interval } from "./calendar.ts";
import { inOrder } from "./in-order.ts";
import { defineKind, method, type OpenTask } from "./kind.ts";

/** Figures per period, from a little before the bookmark on or from the start. */
export const periods = defineKind("periods", {
  parents: ({ parent }, streamNamed) =>
    parent === undefined ? [] : [{ stream: streamNamed(parent) }],
  methods: {
    INCREMENTAL: method({
      replicationKey: () => "timestamp",
      readBookmark: ({ stream }, context) => readPeriodBookmark(stream.name, context),
      sync: (task) => byApiTime(() => syncPeriods(task), task.lane),
    }),
    FULL_TABLE: method({
      readBookmark: ({ stream }, context): PeriodBookmark => {
        readPeriodBookmark(stream.name, context);
        return { value: undefined, interval: undefined };
      },
      sync: (task) => byApiTime(() => syncPeriods(task), task.lane),
    }),
  },
});

type Periods = OpenTask<PeriodSource, PeriodBookmark>;

/** Figures of the past change, when orders are refunded or events come late: so far back. */
const LOOKBACK_DAYS = 90;

/** Answers between two checkpoints. */
const ANSWERS_PER_CHECKPOINT = 5;

/** One request: a range of days, of one parent where there are parents. */
interface Question {
  readonly range: DayRange;
  readonly parent: string | undefined;
}

/**
 * Reads figures per period from a little before the bookmark to today, in ranges as long as the API
 * allows, several requests at a time. The current period is read while it is under way, and again
 * by the next sync.
 */
export async function* syncPeriods(task: Periods): Sync {
  const { stream, source, lane } = task;
  const output = outputOf(task);
  const interval = intervalOf(task);
  const firstOfAll = firstDay(task);
  // Even if the clock says that the first day is yet to come: only an answer can put the clock right.
  const today = Math.max(lane.clock.now(), firstOfAll);
  const parents = await task.parents[0]?.(quietly(lane));
  const questions: Question[] = [];
  for (const { first, last } of dayRanges(firstOfAll, today, interval)) {
    // The first period may begin before the time that the API has figures for.
    const range = { first: Math.max(first, Date.parse(source.earliest)), last };
    for (const parent of parents?.ids ?? [undefined]) questions.push({ range, parent });
  }
  lane.progress.begin("requests");
  lane.progress.expect(questions.length);
  const ask = (question: Question) => readAnswer(task, question);
  let answers = 0;
  for await (const [question, page] of inOrder(
    questions,
    ask,
    lane.readAhead,
    lane.onAllRequested,
  )) {
    lane.progress.advance();
    if (page) {
      const { parent, range } = question;
      const idText = parent === undefined ? undefined : Buffer.from(JSON.stringify(parent));
      const ofParent = (property: string) => (property === "id" ? idText : undefined);
      const { rows, receivedAt } = page;
      const placeOf = (_: Rows, row: number) => `period ${row} from ${dayText(range.first)} on`;
      for (let row = 0; row < rows.count; row++) {
        if (timeOf(rows, row, "timestamp") >= range.last + DAY_MILLISECONDS) continue;
        const context = { parent: ofParent, request: { interval } };
        output.add(rows, row, { receivedAt, placeOf }, context);
      }
      yield* output.take();
      page.release();
    }
    // All parents have the range behind them when the next one begins.
    if (questions[answers + 1]?.range !== question.range && !parents?.problem) {
      const value = new Date(question.range.last).toISOString();
      const reached = periodBookmark(interval, value);
      yield { kind: "bookmark", stream: stream.name, bookmark: reached };
    }
    if (++answers % ANSWERS_PER_CHECKPOINT === 0) yield { kind: "checkpoint" };
  }
  return [{ stream: stream.name, problem: allOf(parents?.problem, output.problem) }];
}

/** Fixed, or as the user has set it. */
function intervalOf({ source, lane }: Periods): Interval {
  return source.interval === "setting" ? lane.settings.metricsInterval : source.interval;
}

function firstDay(task: Periods): number {
  const { source, bookmark, lane } = task;
  const { startDate = source.earliest } = lane.settings;
  const earliest = Math.max(Date.parse(source.earliest), Date.parse(startDate));
  // Periods of another length are other rows: those have to be read from the start.
  if (bookmark.value === undefined || bookmark.interval !== intervalOf(task)) return earliest;
  return Math.max(earliest, Date.parse(bookmark.value) - LOOKBACK_DAYS * DAY_MILLISECONDS);
}

/**
 * Both borders are inclusive; as times they cover the last day to its end. As a date the last day
 * may count with its first hour only, so hours ask for one day more, which is then left out.
 */
function bordersOf(
  { borders, startParameter, endParameter }: PeriodSource,
  { first, last }: DayRange,
  interval: Interval,
): Record<string, string> {
  if (borders === "date") {
    const end = interval === "hour" ? last + DAY_MILLISECONDS : last;
    return { [startParameter]: dayText(first), [endParameter]: dayText(end) };
  }
  const end = last + DAY_MILLISECONDS - 1;
  return {
    [startParameter]: new Date(first).toISOString(),
    [endParameter]: new Date(end).toISOString(),
  };
}

/** Undefined when the parent is gone by now. */
async function readAnswer(task: Periods, { range, parent }: Question): Promise<Page | undefined> {
  const { source, lane } = task;
  const { reader, priority } = lane;
  const interval = intervalOf(task);
  const query = { ...bordersOf(source, range, interval), interval };
  const path = source.path.replace("{id}", encodeURIComponent(parent ?? ""));
  try {
    return await reader.readOnce({ path, endpoint: source.path, query, priority }, source.rowsAt);
  } catch (error) {
    if (error instanceof RowNotFoundError && parent !== undefined) return undefined;
    throw error;
  }
}
