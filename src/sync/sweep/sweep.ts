/**
 * How a list is read whole, and how it is known to be. Six files tell it all: this one the course of
 * a sweep, `counts.ts` what the API's numbers prove, `proof.ts` how a pass is ended, `gap.ts` how ties
 * are mended on the way, `unreadable.ts` what stands in the way, `position.ts` where one may be
 * interrupted.
 */
import type { ListPage } from "../../polar/list.ts";
import { readGap } from "./gap.ts";
import { otherPasses, type Pass } from "./passes.ts";
import { Positions, type SweepPosition } from "./position.ts";
import { isWholeList, prove } from "./proof.ts";
import { SweptList, type SweptListOptions } from "./swept-list.ts";
import type { Verdict } from "./verdicts.ts";

export interface SweepOptions extends SweptListOptions {
  /** Where an interrupted sweep stood. */
  readonly resume?: SweepPosition | undefined;
  /** How often the list may be read again; often enough, unless said otherwise. */
  readonly mostPasses?: number | undefined;
  /** Whether the API counts rows that it does not show, because they are there already. */
  readonly mayRepeatRows?: boolean | undefined;
  /** Called for each page of the first pass, before its rows. */
  readonly onPage?: ((page: ListPage) => void) | undefined;
}

/** How often a list is read again, and after how many readings without a new row it is enough. */
const MOST_PASSES = 12;
const MOST_FRUITLESS_PASSES = 4;

/** After so many, each time that a row could not be read is taken for another row. */
const FRUITLESS_PASSES_FOR_UNREADABLE = 2;

/** A list is counted by so many ranges of time at the most. */
const MOST_RANGES = 5;

/** Yielded after each page: where to go on, should the sweep be interrupted; undefined: nowhere. */
type Progress<Result> = AsyncGenerator<SweepPosition | undefined, Result>;

/**
 * Reads a whole list, each row once, and proves it by the counts; see {@link SweptList.counts}.
 *
 * It begins with the page of the newest rows: one answer tells how many there are and which are too
 * new to count. Then it walks the list, the oldest first, and asks for the newest page again: what
 * has come is there, and the count must still be reached. A list that fits in that page is whole at
 * once. While the numbers differ, because rows tie or the list changes, it is read again in other
 * ways, and each pass begins where the one before it has ended.
 */
export async function* sweep(options: SweepOptions): Progress<Verdict> {
  const { resume } = options;
  const list = new SweptList(options);
  const early = yield* resume ? goOn(list, options, resume) : begin(list, options);
  const outcome = early ?? (yield* finish(list, options));
  return list.counts.verdict(outcome);
}

/** The first pass. Returns how the sweep has ended, if it has. */
async function* begin(
  list: SweptList,
  options: SweepOptions,
): Progress<Verdict["outcome"] | undefined> {
  const { counts, first, newest, isOrdered } = list;
  const opening = await list.read(newest, 1);
  counts.noteNewest(opening);
  counts.beginPass();
  if (isWholeList(opening, first.limit, options.mayRepeatRows)) {
    options.onAllRequested();
    options.onPage?.(opening);
    list.takeAll(opening);
    yield undefined;
    return "whole";
  }
  const lastPage = opening.totalCount === undefined ? undefined : Math.max(1, opening.lastPage);
  if (isOrdered) opening.release();
  // A list without an order has no newest page: what was asked for is its first page.
  const known = { lastPage, ...(!isOrdered && { first: opening }) };
  yield* firstWalk(list, options, new Positions(list, options.primaryKey), known);
  return undefined;
}

/** The rest of the first pass, from where it was interrupted. */
async function* goOn(
  list: SweptList,
  options: SweepOptions,
  resume: SweepPosition,
): Progress<Verdict["outcome"] | undefined> {
  const { counts, first, ranges } = list;
  const positions = new Positions(list, options.primaryKey);
  counts.resume(resume);
  const before = await list.read(first, resume.page - 1);
  const isKnown = positions.recognize(before, resume);
  if (isKnown) counts.takeKnown(before);
  before.release();
  if (!isKnown) return "moved";
  ranges?.resume(counts.read);
  ranges?.cut(positions.reached ?? "");
  if (before.lastPage < resume.page) return undefined;
  const { lastPage } = before;
  yield* firstWalk(list, options, positions, { firstPage: resume.page, lastPage });
  return undefined;
}

async function* firstWalk(
  list: SweptList,
  options: SweepOptions,
  positions: Positions,
  walkOptions: Parameters<SweptList["walk"]>[1] & { readonly lastPage: number | undefined },
): Progress<void> {
  const { firstPage = 1, lastPage = firstPage } = walkOptions;
  const mayReadAgain = list.isOrdered && options.mostPasses !== 0;
  const pagesPerRange = Math.ceil((lastPage - firstPage + 1) / MOST_RANGES);
  const goesOnAfter = (page: ListPage) => list.goesOnAfter(page);
  const walked = list.walk(list.first, { ...walkOptions, goesOnAfter });
  for await (const { page, number } of walked) {
    options.onPage?.(page);
    const gap = positions.arrive(page, number);
    if (gap && mayReadAgain) yield* keeping(page, readGap(list, gap));
    positions.pass(number);
    list.take(page, list.first, number);
    const isEndOfRange = (number - firstPage + 1) % pagesPerRange === 0 && number < lastPage;
    if (isEndOfRange && positions.reached) list.ranges?.cut(positions.reached);
    yield positions.latest;
  }
  const gap = positions.end();
  if (gap && mayReadAgain) yield* readGap(list, gap);
}

/** Gives back a page that nobody will take any more, should what goes before it be left or fail. */
async function* keeping(page: ListPage, before: Progress<void>): Progress<void> {
  let isDone = false;
  try {
    yield* before;
    isDone = true;
  } finally {
    if (!isDone) page.release();
  }
}

/** Proves what the first pass has read, and reads again what does not add up. */
async function* finish(list: SweptList, options: SweepOptions): Progress<Verdict["outcome"]> {
  const { source, pageSize, resume, mostPasses = MOST_PASSES } = options;
  const { counts, ranges } = list;
  // Where nothing is counted nothing can be proven, however often it is read.
  if (!Number.isFinite(counts.latest)) return resume ? "unproven" : "short";
  if (yield* prove(list)) return "whole";
  if (resume) {
    const forgotten = counts.forgetUnsettled();
    ranges?.forget(forgotten);
  }
  let passes = 0;
  let fruitless = 0;
  for (const pass of otherPasses(source, pageSize)) {
    if (passes++ === mostPasses || fruitless === MOST_FRUITLESS_PASSES) break;
    const before = { seen: counts.seen, latest: counts.latest };
    if (yield* readAgain(list, pass)) return "whole";
    // While rows still come and go, a pass that brings nothing new says nothing of the next.
    const isSteady = counts.seen === before.seen && counts.latest === before.latest;
    fruitless = isSteady ? fruitless + 1 : 0;
    const isEnough = fruitless >= FRUITLESS_PASSES_FOR_UNREADABLE;
    if (isEnough && counts.addUp("likely")) return "whole";
    if (isEnough && resume) return "unproven";
  }
  return resume ? "unproven" : "short";
}

/** Reads the list once more in another way; true as soon as nothing is missing. */
async function* readAgain(list: SweptList, pass: Pass): Progress<boolean> {
  const { counts } = list;
  counts.beginPass();
  let hasProven = false;
  for (const part of pass) {
    for await (const { page, number } of list.walk(part, list.unsettled(part))) {
      list.take(page, part, number);
      yield undefined;
      if (hasProven || !counts.addUp()) continue;
      if (yield* prove(list)) return true;
      hasProven = true;
    }
  }
  return yield* prove(list);
}
