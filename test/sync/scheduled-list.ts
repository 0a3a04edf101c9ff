/**
 * A list of the API that changes between any two moments. Each answer counts the list at one moment,
 * reads its rows at another, and arrives at a third; meanwhile it may change, and others be
 * answered. Which of all that happens is up to whoever chooses.
 */
import type { ListPage } from "../../src/polar/list.ts";
import type { Part } from "../../src/sync/sweep/passes.ts";
import { settled } from "../polar/clocks.ts";
import type { Choose } from "./every-schedule.ts";
import { PageMaker } from "./pages.ts";

export interface ScheduledRow {
  readonly id: string;
  /** Its `created_at`, in minutes since the first row's. */
  readonly minute: number;
  /** Orders rows of the same minute. */
  readonly rank: number;
}

export interface Change {
  readonly name: string;
  readonly apply: (rows: readonly ScheduledRow[]) => readonly ScheduledRow[];
}

/** A question on its way. */
interface Question {
  readonly part: Part;
  readonly page: number;
  /** How many changes had happened when it was sent. */
  readonly sent: number;
  readonly answer: (page: ListPage) => void;
}

export interface ScheduledListOptions {
  readonly rows: readonly ScheduledRow[];
  readonly changes: readonly Change[];
  readonly choose: Choose;
  /** The server counts with the rows, in one statement; else it counts first. */
  readonly isAtomic?: boolean;
  /** How wrong the clock is by which answers arrive, in minutes. */
  readonly clockOff?: number;
}

const START = Date.parse("2026-08-01T12:00:00Z");

export class ScheduledList {
  readonly maker = new PageMaker();
  requests = 0;
  /** What the list holds after each number of changes. */
  readonly #versions: (readonly ScheduledRow[])[];
  readonly #options: ScheduledListOptions;
  readonly #asked: Question[] = [];
  #now = 0;

  constructor(options: ScheduledListOptions) {
    this.#options = options;
    this.#versions = [options.rows];
    for (const { apply } of options.changes) this.#versions.push(apply(this.rows(-1)));
  }

  /** The list after so many changes; before 0 counted from the end. */
  rows(version: number): readonly ScheduledRow[] {
    return this.#versions.at(version) ?? [];
  }

  /** The ids that were there all the time. */
  get lasting(): string[] {
    return this.rows(0)
      .map(({ id }) => id)
      .filter((id) => this.#versions.every((rows) => rows.some((row) => row.id === id)));
  }

  read = (part: Part, page: number): Promise<ListPage> => {
    this.requests++;
    return new Promise((answer) => this.#asked.push({ part, page, sent: this.#now, answer }));
  };

  /** Lets answers arrive, and changes happen, until `whoReads` is done. */
  async serve<T>(whoReads: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    whoReads.then(over, over);
    for (;;) {
      await settled();
      if (isOver) return whoReads;
      if (this.#asked.length === 0) throw new Error("nobody asks, and nobody is done");
      this.#step();
    }
  }

  #step(): void {
    const last = this.#versions.length - 1;
    const asked = this.#asked;
    if (this.#now < last) {
      const choice = this.#options.choose(asked.length + 1);
      if (choice === asked.length) this.#now++;
      else this.#answer(choice);
      // When all has happened the order of the answers makes no difference.
    } else this.#answer(0);
  }

  #answer(index: number): void {
    const [question] = this.#asked.splice(index, 1);
    if (!question) return;
    const { choose, isAtomic = false } = this.#options;
    const { part, page, sent, answer } = question;
    const read = sent + choose(this.#now - sent + 1);
    const counted = isAtomic ? read : sent + choose(read - sent + 1);
    const { half, after, before, start_timestamp, end_timestamp } = part.query;
    const start = String(after ?? start_timestamp ?? "");
    const end = String(before ?? end_timestamp ?? "9");
    const filter = ({ id, minute }: ScheduledRow) =>
      (half === undefined || half === halfOf(id)) &&
      timestamp(minute) > inMicroseconds(String(start)) &&
      timestamp(minute) < inMicroseconds(String(end));
    const rows = this.rows(read).filter(filter).toSorted(comparison(part.sorting));
    const totalCount = this.rows(counted).filter(filter).length;
    const { limit } = part;
    const minute = this.rows(0).length + this.#now - 0.5 + (this.#options.clockOff ?? 0);
    answer(
      this.maker.page(
        withoutRepetitions(rows.slice((page - 1) * limit, page * limit)).map(({ id, minute }) => ({
          id,
          created_at: timestamp(minute),
          timestamp: timestamp(minute),
        })),
        {
          totalCount,
          lastPage: Math.ceil(totalCount / limit),
          receivedAt: START + minute * 60_000,
        },
      ),
    );
  }
}

/** The filters that it knows: one that splits it, and ranges of time. */
export const HALVES = { half: ["even", "odd"] } as const;
export const RANGE = { after: "after", before: "before" } as const;

function halfOf(id: string): string {
  return [...id].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 2 === 0 ? "even" : "odd";
}

/** Events that came in twice are counted twice, but sent once a page. */
function withoutRepetitions(rows: readonly ScheduledRow[]): ScheduledRow[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

function inMicroseconds(time: string): string {
  return time.replace(/(\.\d{3})Z$/, "$1000Z");
}

function timestamp(minute: number): string {
  return new Date(START + minute * 60_000).toISOString().replace("Z", "000Z");
}

function comparison(sorting: readonly string[]) {
  const sign = sorting[0]?.startsWith("-") ? -1 : 1;
  return (one: ScheduledRow, other: ScheduledRow) =>
    sign * (one.minute - other.minute || one.rank - other.rank);
}

/** So many rows, a minute apart: "1" is the oldest. */
export function rowsOf(count: number): ScheduledRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index + 1),
    minute: index,
    rank: 0,
  }));
}

/** Every change that can happen to a list of so many rows, as the `nth` one. */
export function changesOf(count: number, nth: number): Change[] {
  const id = ["N", "O", "P"][nth] ?? "Q";
  const newest = count + nth;
  const ids = rowsOf(count).map((row) => row.id);
  const insert = (name: string, minute: number, rank: number): Change => ({
    name: `${name} ${id}`,
    apply: (rows) => [...rows, { id, minute, rank }],
  });
  return [
    insert("newest", newest, 0),
    ...ids.map((_, index) => insert(`before ${index + 1}`, index - 0.5, nth)),
    ...ids.flatMap((_, index) => [
      insert(`just before ${index + 1}`, index, -1 - nth),
      insert(`just after ${index + 1}`, index, 1 + nth),
    ]),
    ...ids.map((gone) => ({
      name: `delete ${gone}`,
      apply: (rows: readonly ScheduledRow[]) => rows.filter((row) => row.id !== gone),
    })),
    ...ids.map((touched) => ({
      name: `touch ${touched}`,
      apply: (rows: readonly ScheduledRow[]) =>
        rows.map((row) => (row.id === touched ? { ...row, minute: newest } : row)),
    })),
  ];
}
