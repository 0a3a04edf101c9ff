import { UnauthorizedError } from "../../polar/errors.ts";
import type { ListPage } from "../../polar/list.ts";
import { TapError } from "../../shared/errors.ts";
import type { ListSource } from "../../streams/define.ts";
import type { Context, LaneContext } from "../contract/context.ts";
import type { StreamTask } from "../contract/kind.ts";
import type { Step } from "../contract/step.ts";
import { readFirstPage } from "../lists/read-list.ts";
import { ROWS_PER_BUCKET } from "./export-buckets.ts";
import { type ExportIndex, indexFields, keeperOf, readIndex } from "./export-index.ts";
import { ExportLook, type LateRows } from "./export-look.ts";
import { bordersOf, type ExportSize, firstIndex, sizeOf } from "./first-export-index.ts";
import type { Hints } from "./hints.ts";
import { HOUR_MILLISECONDS } from "./hour.ts";
import type { Member } from "./member.ts";
import type { ExportSource } from "./read-export.ts";
import type { Begun } from "./recent-rows.ts";

/** So many pieces of a window are read again by one run… */
const MOST_PIECES = 3;

/** …and so many where something else tells of most changes: those are read already… */
const MOST_PIECES_IF_TOLD = 1;

/** …and each export is looked at so often between two full sweeps. */
const LOOKS_IF_TOLD = 3;

/** The CSV exports of a run: what they show to have changed. None of them is needed. */
export class Exports {
  readonly #run: Begun;
  readonly #looks = new Map<string, ExportLook>();
  /** What is known now, by the stream that keeps it. Undefined is what is known no more. */
  readonly #indexes = new Map<string, ExportIndex | undefined>();
  #hasWarned = false;

  constructor(run: Begun) {
    this.#run = run;
  }

  /**
   * Looks at the exports of the lists that are caught up. To be called before their rows are read: a
   * digest must not know more than the rows that are written.
   * @param isTold whether system events or webhooks tell of changes, too
   */
  async look(
    members: readonly Member[],
    isTold: boolean,
    hints: Hints,
    lane: LaneContext,
  ): Promise<void> {
    const pieces = isTold ? MOST_PIECES_IF_TOLD : MOST_PIECES;
    const known = members.flatMap((member) => this.#open(member, pieces, lane) ?? []);
    const due = isTold ? dueIfTold(known, lane) : known;
    const looks = due.map(async ({ member, source, look }) => {
      this.#looks.set(member.task.stream.name, look);
      await this.#orWarn(source, lane, async () => {
        this.#indexes.set(keeperOf(member), await look.look());
      });
      tell(member, look, hints);
    });
    await Promise.all(looks);
  }

  /** Prepares a look at a list's export; undefined where nothing is known to hold it against. */
  #open(member: Member, pieces: number, lane: LaneContext) {
    const source = exportOf(member.task.source, lane);
    const known = source && member.isCaughtUp ? readIndex(member, lane) : undefined;
    if (!source || !known) return undefined;
    const { begunAt } = this.#run;
    const hours = (begunAt - known.until) / HOUR_MILLISECONDS;
    const limits = { pieces, share: hours / lane.settings.fullSweepHours };
    const look = new ExportLook(member, known, { source, begunAt, limits }, lane);
    return { member, source, look, hours };
  }

  /** Looks for the rows that have come to a list with an old time. */
  async lookForLate(
    member: Member,
    fresh: LateRows,
    hints: Hints,
    lane: LaneContext,
  ): Promise<void> {
    const { name } = member.task.stream;
    const opened = this.#open(member, MOST_PIECES_IF_TOLD, lane);
    const isLost = this.#looks.has(name) && this.#indexes.get(keeperOf(member)) === undefined;
    if (!opened?.source.range || isLost) return;
    const look = this.#looks.get(name) ?? opened.look;
    this.#looks.set(name, look);
    await this.#orWarn(opened.source, lane, async () => {
      this.#indexes.set(keeperOf(member), await look.lookForLate(fresh));
    });
    tell(member, look, hints);
  }

  /** What the look at a list's export has found; undefined where there was none. */
  lookAt({ task }: Pick<Member, "task">): ExportLook | undefined {
    return this.#looks.get(task.stream.name);
  }

  /**
   * Makes the index of a list's export before the list is read whole. Resolves to the list's first
   * page if that was read for it, unless the list has moved on since.
   */
  async beforeSweep(
    task: StreamTask<ListSource>,
    lane: LaneContext,
  ): Promise<ListPage | undefined> {
    const { source } = task;
    if (!source.changes?.export) return undefined;
    this.#indexes.set(keeperOf({ task }), undefined);
    const exported = exportOf(source, lane);
    if (!exported) return undefined;
    const make = (size: ExportSize) =>
      this.#orWarn(exported, lane, async () => {
        const index = await firstIndex(exported, size, this.#run.begunAt, lane);
        this.#indexes.set(keeperOf({ task }), index);
      });
    const known = readIndex({ task }, lane);
    if (known) {
      await make(sizeOf(known));
      return undefined;
    }
    const page = await readFirstPage({ source }, lane);
    const { totalCount: total = 0 } = page;
    if (total <= ROWS_PER_BUCKET) return page;
    page.release();
    await make({ total, borders: () => bordersOf(source, exported, total, lane) });
    return undefined;
  }

  /** The bookmark of a list's export, once the list is known as far as that. */
  *bookmark(task: StreamTask<ListSource>): Generator<Step, void> {
    const stream = keeperOf({ task });
    if (!this.#indexes.has(stream)) return;
    yield { kind: "bookmark", stream, bookmark: indexFields(this.#indexes.get(stream)) };
  }

  /** Goes on without an export that fails, and says so, once. */
  async #orWarn(
    { path }: ExportSource,
    { log }: LaneContext,
    use: () => Promise<void>,
  ): Promise<void> {
    try {
      await use();
    } catch (error) {
      if (!(error instanceof TapError) || error instanceof UnauthorizedError) throw error;
      log[this.#hasWarned ? "debug" : "warn"](
        `${path} is of no use, and so does not tell of changes: ${error.message} What only it would ` +
          "have told comes with the next full sweep.",
      );
      this.#hasWarned = true;
    }
  }
}

/** A list's export, unless there is none or it is not to be used. */
function exportOf({ changes, range }: ListSource, { settings }: Context): ExportSource | undefined {
  const isUsed = settings.useExports && settings.fullSweepHours > 0;
  if (!isUsed || !changes?.export) return undefined;
  return { ...changes.export, createdBy: changes.createdBy, range };
}

/** One list, the one that was not looked at for the longest time, if its turn has come. */
function dueIfTold<T extends { readonly hours: number }>(known: T[], { settings }: Context): T[] {
  const due = known.filter(({ hours }) => hours >= settings.fullSweepHours / LOOKS_IF_TOLD);
  return due.toSorted((one, other) => other.hours - one.hours).slice(0, 1);
}

function tell({ task }: Member, { customers }: ExportLook, hints: Hints): void {
  for (const customer of customers) hints.touch(customer, task.stream.name);
}
