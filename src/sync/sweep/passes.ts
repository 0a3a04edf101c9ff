import type { ListSource, Query } from "../../streams/define.ts";

/** One way to walk a list. */
export interface Part {
  readonly sorting: readonly string[];
  readonly query: Query;
  readonly limit: number;
}

/** Parts that together bring every row of a list. */
export type Pass = readonly Part[];

/**
 * Page sizes to read again by. A row that a page border hides under one size stands in the middle of
 * a page under another; no two of these share a border for long.
 */
const OTHER_LIMITS = [100, 97, 89, 83, 79, 73];

/** The first pass: the best order the API has. */
export function firstPass(source: ListSource, pageSize: number): Part {
  return { sorting: source.order, query: source.query ?? {}, limit: pageSize };
}

/**
 * The way to ask for the newest rows: the declared order from its other end. A list without an order
 * has no such end.
 */
export function newestFirst(source: ListSource, pageSize: number): Part {
  return { ...firstPass(source, pageSize), sorting: source.order.map(reverse) };
}

/**
 * Other ways to walk the same list, those that cut ties most differently first: the other direction,
 * other keys, other page borders, part by part.
 */
export function* otherPasses(source: ListSource, pageSize: number): Generator<Pass> {
  const { order, otherOrders = [], splits = {} } = source;
  const first = firstPass(source, pageSize);
  const last = newestFirst(source, pageSize);
  if (order.length > 0) yield [last];
  for (const key of otherOrders) yield [{ ...first, sorting: [key, ...order] }];
  for (const [parameter, values] of Object.entries(splits)) {
    yield values.map((value) => ({ ...first, query: { ...first.query, [parameter]: value } }));
  }
  for (const part of otherLimits(first)) yield [part];
  for (const key of otherOrders) yield [{ ...first, sorting: [reverse(key), ...last.sorting] }];
}

/** The same way in pages of other sizes. */
export function otherLimits(part: Part): readonly Part[] {
  return OTHER_LIMITS.filter((limit) => limit !== part.limit).map((limit) => ({ ...part, limit }));
}

function reverse(key: string): string {
  return key.startsWith("-") ? key.slice(1) : `-${key}`;
}
