import { RowNotFoundError } from "../../polar/errors.ts";
import type { Page } from "../../polar/page.ts";
import type { Rows } from "../../polar/rows.ts";
import type { TapError } from "../../shared/errors.ts";
import type { PeriodSource } from "../../streams/define.ts";
import type { PeriodBookmark, Periods } from "../bookmarks/period-bookmark.ts";
import type { Context } from "../contract/context.ts";
import type { OpenTask } from "../contract/kind.ts";
import { isOfOneParent } from "../lists/bad-parents.ts";
import type { Output } from "../records/output.ts";
import { timeOf } from "../records/row-values.ts";
import { DAY_MILLISECONDS, type DayRange, dayRanges, dayText, type Interval } from "./calendar.ts";
import type { TimeZone } from "./time-zone.ts";

export type PeriodTask = OpenTask<PeriodSource, PeriodBookmark>;

/** One request: a range of days of one parent. */
export interface Question {
  readonly parent: string;
  readonly range: DayRange;
}

/** Undefined when the parent is gone by now, an error when it is a bad one. */
export type Answer = Page | TapError | undefined;

/** As the user has set them, unless they are fixed. */
export function periodsOf(
  source: PeriodSource,
  { settings }: Context,
): Periods & { interval: Interval } {
  const interval = source.interval === "setting" ? settings.metricsInterval : source.interval;
  return { interval, timezone: settings.metricsTimezone };
}

/** The ranges of days to ask for, from a little before the parent's position on. */
export function questionsOf(
  { source, bookmark, lane }: PeriodTask,
  parent: string,
  zone: TimeZone,
): Question[] {
  const { startDate, metricsLookbackDays } = lane.settings;
  const earliest = Date.parse(source.earliest);
  const bound =
    startDate === undefined ? earliest : Math.max(earliest, zone.dayOf(Date.parse(startDate)));
  const position = bookmark.get(parent);
  const from =
    position === undefined
      ? bound
      : Math.max(bound, zone.dayOf(Date.parse(position)) - metricsLookbackDays * DAY_MILLISECONDS);
  // Even if the clock says that the first day is yet to come: only an answer can put the clock right.
  const today = Math.max(zone.dayOf(lane.clock.now()), from);
  const ranges = dayRanges(from, today, periodsOf(source, lane).interval);
  // The first period may begin before the time that the API has figures for.
  return [...ranges].map(({ first, last }) => ({
    parent,
    range: { first: Math.max(first, earliest), last },
  }));
}

/** Adds the rows of an answer, but for those after its last day. */
export function addRows(
  output: Output,
  { rows, receivedAt }: Page,
  { parent, range }: Question,
  request: Periods,
  zone: TimeZone,
): void {
  const idText = Buffer.from(JSON.stringify(parent));
  const ofParent = (property: string) => (property === "id" ? idText : undefined);
  const placeOf = (_: Rows, row: number) => `period ${row} from ${dayText(range.first)} on`;
  const context = { parent: ofParent, request: { ...request } };
  const end = zone.startOf(range.last + DAY_MILLISECONDS);
  for (let row = 0; row < rows.count; row++) {
    if (timeOf(rows, row, "timestamp") >= end) continue;
    output.add(rows, row, { receivedAt, placeOf }, context);
  }
}

/**
 * Both borders are inclusive; as times they cover the last day to its end. As a date the last day
 * may count with its first hour only, so hours ask for one day more, which is then left out.
 */
function bordersOf(
  { borders, startParameter, endParameter, earliest }: PeriodSource,
  { first, last }: DayRange,
  interval: string,
  zone: TimeZone,
): Record<string, string> {
  if (borders === "date") {
    const end = interval === "hour" ? last + DAY_MILLISECONDS : last;
    return { [startParameter]: dayText(first), [endParameter]: dayText(end) };
  }
  // East of Greenwich the first day begins earlier than the API likes; it counts as a whole anyway.
  const start = Math.max(zone.startOf(first), Date.parse(earliest));
  const end = zone.startOf(last + DAY_MILLISECONDS) - 1;
  return {
    [startParameter]: new Date(start).toISOString(),
    [endParameter]: new Date(end).toISOString(),
  };
}

export async function readAnswer(
  { source, lane }: PeriodTask,
  { range, parent }: Question,
  zone: TimeZone,
): Promise<Answer> {
  const { reader, priority } = lane;
  const { interval, timezone } = periodsOf(source, lane);
  const query = {
    ...bordersOf(source, range, interval, zone),
    interval,
    timezone,
    ...(source.parameter !== undefined && { [source.parameter]: parent }),
  };
  const path = source.path.replace("{id}", encodeURIComponent(parent));
  try {
    return await reader.readOnce({ path, endpoint: source.path, query, priority }, source.rowsAt);
  } catch (error) {
    if (error instanceof RowNotFoundError) return undefined;
    if (isOfOneParent(error)) return error;
    throw error;
  }
}
