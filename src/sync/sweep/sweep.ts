import type { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { ListSource } from "../../streams/define.ts";
import { isClearBorder } from "./borders.ts";
import { Counter, type PageTrace } from "./counter.ts";
import { firstPass, otherPasses, type Part, type Pass } from "./passes.ts";
import { walk } from "./walk.ts";

export interface SweepOptions {
  readonly source: ListSource;
  readonly primaryKey: readonly string[];
  readonly pageSize: number;
  readonly readAhead: number;
  readonly read: (part: Part, page: number) => Promise<ListPage>;
  /** Called for each row that the sweep has not seen before, in order. */
  readonly onRow: (rows: Rows, row: number, page: ListPage) => void;
  readonly onAllRequested: () => void;
  /** Where an interrupted sweep stood. */
  readonly resume?: SweepPosition | undefined;
  /** How often the list may be read again; often enough, unless said otherwise. */
  readonly mostPasses?: number | undefined;
  /** Called for each page of the first pass, before its rows. */
  readonly onPage?: ((page: ListPage) => void) | undefined;
}

/** How far a sweep has come: enough to go on later and to notice if the list has moved since. */
export interface SweepPosition {
  /** The next page to read. */
  readonly page: number;
  /** How many rows are behind, those included that can't be read. */
  readonly rows: number;
  /** Offsets of the rows behind that can't be read. */
  readonly unreadable: readonly number[];
  /** Stands for the ids of the page before, in any order. */
  readonly digest: string;
}

/** What a sweep can say of its list when it is over. */
export interface Verdict {
  /**
   * Only a resumed sweep ends in these two, and claims nothing. `moved`: the list is not the one that
   * the interrupted sweep saw. `unproven`: the two do not add up, and this one can't find the rest,
   * since it does not know the first one's rows.
   */
  readonly outcome: "whole" | "short" | "moved" | "unproven";
  /** Distinct rows that were read, and how many the API says there are. */
  readonly found: number;
  readonly expected: number;
  /** Offsets, in the declared order, of rows that the server fails to send or sends without key. */
  readonly unreadable: readonly number[];
  /** How many more such rows only another way to read the list has met. */
  readonly unreadableElsewhere?: number;
}

/** How often a list is read again, and after how many readings without a new row it is enough. */
const MOST_PASSES = 12;
const MOST_FRUITLESS_PASSES = 4;

/**
 * Reads a whole list, each row once, and counts.
 *
 * The API has no tie-breaker, so rows of equal sort keys change places between pages: a walk repeats
 * some and never sees others. So distinct ids are counted against `total_count`, and while they
 * differ the list is read again in other ways. It is whole when either
 * - one pass alone has seen as many rows as there were when it began, or
 * - all that was read since the list last changed makes up that number together. It has changed when
 *   `total_count` has, or when a row shows up that is newer than all that were there.
 * One thing stays in the dark: a row that comes and another that goes between the first two answers.
 *
 * Yields after each page: the position to resume at, or undefined where there is none to keep.
 */
export async function* sweep(
  options: SweepOptions,
): AsyncGenerator<SweepPosition | undefined, Verdict> {
  const { source, pageSize, resume } = options;
  const counter = new Counter(options);
  const first = firstPass(source, pageSize);

  let resumeChecked = resume === undefined;
  let position: SweepPosition | undefined;
  let previous: PageTrace | undefined;
  for await (const walked of walkPart(options, counter, first, resume ? resume.page - 1 : 1)) {
    if (!resumeChecked && resume) {
      resumeChecked = true;
      previous = counter.takeKnown(walked, first, resume);
      if (previous.digest !== resume.digest) return { ...counter.verdict(), outcome: "moved" };
      continue;
    }
    options.onPage?.(walked.page);
    const rowsBefore = counter.progress();
    const trace = counter.take(walked, first);
    if (!walked.again) {
      const isSeamless = !counter.hasShrunk && rowsBefore.rows === (walked.number - 1) * pageSize;
      if (previous && isSeamless && isClearBorder(previous, trace)) {
        position = { page: walked.number, ...rowsBefore, digest: previous.digest };
      }
      previous = trace;
    }
    yield position;
  }
  if (counter.passAddsUp || counter.addsUp) return { ...counter.verdict(), outcome: "whole" };
  if (resume) return { ...counter.verdict(), outcome: "unproven" };

  const { mostPasses = MOST_PASSES } = options;
  let fruitless = 0;
  let passes = 0;
  for (const pass of otherPasses(source, pageSize)) {
    if (passes++ === mostPasses || fruitless === MOST_FRUITLESS_PASSES) break;
    const before = counter.rows;
    for await (const _ of repair(options, counter, pass)) yield undefined;
    if (counter.passAddsUp || counter.addsUp) return { ...counter.verdict(), outcome: "whole" };
    fruitless = counter.rows > before ? 0 : fruitless + 1;
  }
  return { ...counter.verdict(), outcome: "short" };
}

/** Reads the list once more in another way, until nothing is missing. */
async function* repair(options: SweepOptions, counter: Counter, pass: Pass): AsyncGenerator<void> {
  counter.beginPass(pass);
  for (const part of pass) {
    for await (const walked of walkPart(options, counter, part, 1)) {
      if (walked.again && counter.passAddsUp) {
        walked.page.release();
        return;
      }
      counter.take(walked, part);
      yield;
      if (counter.addsUp) return;
    }
  }
}

function walkPart(options: SweepOptions, counter: Counter, part: Part, firstPage: number) {
  const { read, readAhead, onAllRequested } = options;
  return walk({
    read: async (number) => {
      const page = await read(part, number);
      counter.noteCount(page, number, part);
      return page;
    },
    firstPage,
    pageSize: part.limit,
    readAhead,
    onAllRequested,
  });
}
