import type { OpenRows } from "../../streams/define.ts";
import type { LaneContext } from "../contract/context.ts";
import { stringOf } from "../records/row-values.ts";
import type { Hints } from "./hints.ts";
import { idHash } from "./known-ids.ts";
import type { Member } from "./member.ts";
import { type NewestRows, readNewest } from "./newest-rows.ts";
import { isByTime, OpenMemory } from "./open-memory.ts";
import { OVERLAP_MILLISECONDS } from "./recent-rows.ts";

/** More pages of open rows are not read again by each sync: the newest of them have to do. */
const MOST_PAGES = 5;

const HOUR_MILLISECONDS = 3_600_000;

/**
 * The rows that may change without a trace, as the filters of the API tell them. A row that was among
 * them and no longer is has changed: its customer was touched.
 */
export class OpenRowsReading {
  /** What came, filter by filter. Who takes them releases them. */
  readonly readings: readonly NewestRows[];
  readonly #member: Member;

  static async read(member: Member, begunAt: number, lane: LaneContext): Promise<OpenRowsReading> {
    const { task, changes, ground } = member;
    const readings = (changes.open ?? []).map((open) =>
      readNewest(task.source, changes.createdBy, readingOf(open, ground.caughtUpAt, begunAt), lane),
    );
    return new OpenRowsReading(member, await Promise.all(readings));
  }

  private constructor(member: Member, readings: readonly NewestRows[]) {
    this.#member = member;
    this.readings = readings;
  }

  /** Tells whose rows were open when the list was last caught up, and are not any more. */
  tell(hints: Hints): void {
    const open = new Set<number>();
    for (const { rows, row } of this.#rows()) {
      const id = stringOf(rows, row, "id");
      if (id !== undefined) open.add(idHash(id));
    }
    for (const { hash, customer } of OpenMemory.read(this.#member.ground.open ?? "")) {
      if (!open.has(hash)) hints.customers.add(customer);
    }
  }

  /** The open rows as the bookmark keeps them; undefined where there are none. */
  get remembered(): string | undefined {
    const memory = new OpenMemory(this.#member.changes);
    for (const { rows, row } of this.#rows()) memory.note(rows, row);
    return memory.text;
  }

  release(): void {
    for (const reading of this.readings) reading.release();
  }

  *#rows(): ReturnType<NewestRows["rows"]> {
    for (const [index, open] of (this.#member.changes.open ?? []).entries()) {
      if (!isByTime(open)) yield* this.readings[index]?.rows() ?? [];
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
    mostPages: withinHours === undefined ? MOST_PAGES : Number.POSITIVE_INFINITY,
  };
}
