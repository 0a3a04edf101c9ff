import type { Rows } from "../../polar/rows.ts";
import type { OpenRows, Telling } from "../../streams/define.ts";
import type { LaneContext } from "../contract/context.ts";
import { stringOf } from "../records/row-values.ts";
import type { Hints } from "./hints.ts";
import { HOUR_MILLISECONDS } from "./hour.ts";
import { idHash } from "./known-ids.ts";
import type { Member } from "./member.ts";
import { type NewestRows, type RowOnPage, readNewestWithTies } from "./newest-rows.ts";
import { isByTime, MOST_REMEMBERED, OpenMemory } from "./open-memory.ts";
import { OVERLAP_MILLISECONDS } from "./recent-rows.ts";

/** More pages of open rows are not read again by each sync: the newest of them have to do. */
const MOST_PAGES = 5;

/** More pages of rows that have changed are not worth it: then the list is read whole. */
const MOST_CHANGED_PAGES = 20;

/**
 * The rows that may change without a trace, as the filters of the API tell them. Who has such a row
 * now and had not, or had one and has not, was touched.
 */
export class OpenRowsReading {
  /** What came, filter by filter. Who takes them releases them. */
  readonly readings: readonly NewestRows[];
  readonly #member: Member;

  /** @param toldBy sources that have been read, and make some of the filters needless */
  static async read(
    whole: Member,
    begunAt: number,
    lane: LaneContext,
    toldBy: ReadonlySet<Telling> = new Set(),
  ): Promise<OpenRowsReading> {
    const asked = (whole.changes.open ?? []).filter(
      (open) => !open.toldBy || !toldBy.has(open.toldBy),
    );
    const member = { ...whole, changes: { ...whole.changes, open: asked } };
    const { task, changes, ground } = member;
    const readings = (changes.open ?? []).map((open) =>
      readNewestWithTies(
        task.source,
        changes.createdBy,
        readingOf(open, ground.caughtUpAt, begunAt),
        lane,
      ),
    );
    return new OpenRowsReading(member, await Promise.all(readings));
  }

  private constructor(member: Member, readings: readonly NewestRows[]) {
    this.#member = member;
    this.readings = readings;
  }

  /** Whether all rows have come of which the API can say that they have changed: not when they are too many. */
  get isComplete(): boolean {
    const { open = [] } = this.#member.changes;
    return this.readings.every(
      ({ isReached }, index) => isReached || open[index]?.sinceParameter === undefined,
    );
  }

  /**
   * Tells whose rows have come to be open since the list was last caught up, or to be not.
   * @param others rows of the list that have come later than the open ones, whatever they are
   */
  tell(hints: Hints, others: Iterable<RowOnPage> = []): void {
    const { task, changes, ground } = this.#member;
    const { customer, rowPath } = changes;
    const { open: text } = ground;
    const before = new Map(OpenMemory.read(text ?? "").map(({ hash, id }) => [hash, id]));
    // Of more than are remembered nobody knows whether they are new.
    const areAllKnown = text !== undefined && before.size < MOST_REMEMBERED;
    const come = `${task.stream.name}.come`;
    const touch = (rows: Rows, row: number) => {
      const owner = customer?.property && stringOf(rows, row, customer.property);
      if (owner) hints.touch(owner, come);
    };
    const seen = new Set<string>();
    for (const { rows, row } of this.#rows((open) => !isByTime(open))) {
      const id = stringOf(rows, row, "id");
      if (id === undefined || seen.has(id)) continue;
      seen.add(id);
      const wasOpen = before.delete(idHash(id));
      if (areAllKnown && !wasOpen) touch(rows, row);
    }
    for (const { rows, row, page } of others) {
      const hash = idHash(stringOf(rows, row, "id") ?? "");
      const id = before.get(hash);
      if (id === undefined) continue;
      before.delete(hash);
      hints.keep(task.stream.name, rows, row, page);
      if (idHash(id) !== hash) hints.touch(id, come);
    }
    for (const [hash, id] of before) {
      if (idHash(id) !== hash) hints.touch(id, task.stream.name);
      else if (rowPath !== undefined) hints.addRow(task.stream.name, id);
    }
    const hasChanged = ({ sinceParameter }: OpenRows) => sinceParameter !== undefined;
    for (const { rows, row } of this.#rows(hasChanged)) touch(rows, row);
  }

  /** The open rows as the bookmark keeps them: the newest, where there are too many. */
  get remembered(): string {
    const memory = new OpenMemory(this.#member.changes);
    for (const { rows, row } of [...this.#rows((open) => !isByTime(open))].reverse()) {
      memory.note(rows, row);
    }
    return memory.text;
  }

  release(): void {
    for (const reading of this.readings) reading.release();
  }

  /** The rows of the filters that are wanted, the newest of each first. */
  *#rows(isWanted: (open: OpenRows) => boolean): Generator<RowOnPage, void> {
    for (const [index, open] of (this.#member.changes.open ?? []).entries()) {
      if (isWanted(open)) yield* this.readings[index]?.rows() ?? [];
    }
  }
}

function readingOf(open: OpenRows, caughtUpAt: number, begunAt: number) {
  const { query = {}, sinceParameter, withinHours } = open;
  const last = new Date(caughtUpAt - OVERLAP_MILLISECONDS).toISOString();
  return {
    query: sinceParameter === undefined ? query : { ...query, [sinceParameter]: last },
    since:
      withinHours === undefined
        ? Number.NEGATIVE_INFINITY
        : begunAt - withinHours * HOUR_MILLISECONDS,
    mostPages: mostPagesOf(open),
  };
}

function mostPagesOf({ sinceParameter, withinHours }: OpenRows): number {
  if (withinHours !== undefined) return Number.POSITIVE_INFINITY;
  return sinceParameter === undefined ? MOST_PAGES : MOST_CHANGED_PAGES;
}
