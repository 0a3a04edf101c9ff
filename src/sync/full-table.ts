import type { ListRequest } from "../polar/list.ts";
import type { Rows } from "../polar/rows.ts";
import type { ListSource, Stream } from "../streams/define.ts";
import type { Context, Place } from "./context.ts";
import type { Output } from "./output.ts";
import type { Part } from "./passes.ts";
import type { Outcome, Step, Sync } from "./step.ts";
import { type SweepPosition, sweep, type Verdict } from "./sweep.ts";
import { type SweepBookmark, sweepBookmark, type Walk } from "./sweep-bookmark.ts";

/** A list and what is made of its rows. */
export interface FullTable {
  readonly list: Stream;
  readonly source: ListSource;
  /** The list's own records, when it is selected. */
  readonly output: Output | undefined;
  /** Records of streams whose rows stand inside of the list's rows. */
  readonly inside: readonly Output[];
}

/** The walk that a list's bookmarks speak of. */
export function walkOf({ order }: ListSource, { pageSize }: Pick<Context, "pageSize">): Walk {
  return { order, pageSize };
}

/** Pages between two checkpoints. */
const PAGES_PER_CHECKPOINT = 5;

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
  const walk = walkOf(table.source, context);
  const outputs = [...(table.output ? [table.output] : []), ...table.inside];
  const lastVersion = Math.max(0, ...bookmarks.map(({ version }) => version ?? 0));
  const fresh = Math.max(Math.floor(context.clock.now() / 1_000), lastVersion + 1);

  // Streams fed by the same pages go on together or not at all.
  const first = bookmarks[0];
  const together = bookmarks.every((other) => JSON.stringify(other) === JSON.stringify(first));
  if (first?.position && together) {
    const { position } = first;
    context.log.info(`${table.list.name}: going on at page ${position.page}.`);
    const verdict = yield* syncVersion(table, outputs, context, place, lastVersion, walk, position);
    if (verdict.outcome !== "moved") return conclude(table, outputs, verdict);
    context.log.info(
      `${table.list.name}: the list has changed since the interrupted sync; reading it from the start.`,
    );
  }

  const verdict = yield* syncVersion(table, outputs, context, place, fresh, walk, undefined);
  if (context.emitActivateVersion && isWhole(verdict)) {
    for (const { stream } of outputs) yield { kind: "activate", stream, version: fresh };
  }
  return conclude(table, outputs, verdict);
}

async function* syncVersion(
  table: FullTable,
  outputs: readonly Output[],
  context: Context,
  place: Place,
  version: number,
  walk: Walk,
  resume: SweepPosition | undefined,
): AsyncGenerator<Step, Verdict> {
  for (const output of outputs) {
    output.setVersion(context.emitActivateVersion ? version : undefined);
  }
  const progress = sweep({
    source: table.source,
    primaryKey: table.list.primaryKey,
    pageSize: context.pageSize,
    readAhead: context.readAhead,
    read: (part, page) => context.reader.read(request(table, part, place), page, part.limit),
    onRow: (rows: Rows, row: number, { receivedAt }) => {
      table.output?.add(rows, row, receivedAt);
      for (const output of table.inside) output.addInside(rows, row, receivedAt);
    },
    onAllRequested: place.onAllRequested,
    resume,
  });
  let pages = 0;
  for (;;) {
    const next = await progress.next();
    for (const output of outputs) yield* output.take();
    const position = next.done ? undefined : next.value;
    if (next.done ? next.value.outcome !== "moved" : position) {
      for (const { stream } of outputs) {
        yield { kind: "bookmark", stream, bookmark: sweepBookmark(version, walk, position) };
      }
    }
    if (next.done) return next.value;
    pages++;
    if (pages % PAGES_PER_CHECKPOINT === 0) yield { kind: "checkpoint" };
  }
}

function request({ source }: FullTable, part: Part, place: Place): ListRequest {
  return {
    path: source.path,
    endpoint: source.path,
    sorting: part.sorting,
    query: part.query,
    rowsAt: "items",
    priority: place.priority,
  };
}

function isWhole({ outcome, unreadable }: Verdict): boolean {
  return outcome === "whole" && unreadable.length === 0;
}

function conclude(
  { list }: FullTable,
  outputs: readonly Output[],
  verdict: Verdict,
): readonly Outcome[] {
  const problem = isWhole(verdict) ? undefined : describe(list.name, verdict);
  return outputs.map(({ stream }) => ({ stream, problem }));
}

function describe(list: string, { outcome, found, expected, unreadable }: Verdict): string {
  const parts: string[] = [];
  if (outcome === "short") {
    const count = Number.isFinite(expected)
      ? `the API counts ${expected}`
      : "the API gives no count";
    parts.push(`${found} rows of ${list} were found but ${count}, however often they were read`);
  }
  if (unreadable.length > 0) {
    parts.push(
      `${unreadable.length} rows of ${list} can't be read: the server fails to send them, or sends ` +
        `them without a key (positions in the list, from 0: ${unreadable.slice(0, 20).join(", ")})`,
    );
  }
  return `${parts.join("; ")}.`;
}
