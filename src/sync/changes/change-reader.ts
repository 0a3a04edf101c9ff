import type { Rows } from "../../polar/rows.ts";
import type { ListSource } from "../../streams/define.ts";
import type { Ground } from "../bookmarks/list-bookmark.ts";
import type { OpenTask } from "../contract/kind.ts";
import type { Step } from "../contract/step.ts";
import type { RowOrigin } from "../records/output.ts";
import { stringOf } from "../records/row-values.ts";
import type { TableWriter } from "../records/table-writer.ts";
import { type ChangeFeed, TooMuchChangedError } from "./feed.ts";
import { FreshRows } from "./fresh-rows.ts";
import type { Hints } from "./hints.ts";
import { HOUR_MILLISECONDS } from "./hour.ts";
import type { Member } from "./member.ts";
import type { OpenRowsReading } from "./open-rows.ts";
import { planReading } from "./plan-reading.ts";
import { CUSTOMERS_AT_ONCE, readOfCustomers, readSingleRows } from "./touched-rows.ts";

/** So many rows of a customer are expected where nothing is known yet. */
const ROWS_PER_CUSTOMER = 3;

/** How the catching up of a list has ended. */
interface CaughtUp {
  /** Why something is missing; undefined when nothing is. */
  readonly problem: string | undefined;
  readonly ground: Ground;
}

/** Reads again what has changed in one list, and writes each of these rows once. */
export class ChangeReader {
  readonly #task: OpenTask<ListSource, unknown>;
  readonly #member: Member;
  readonly #feed: ChangeFeed;
  readonly #table: TableWriter;
  readonly #written = new Set<string>();
  #hints: Hints | undefined;

  constructor(task: OpenTask<ListSource, unknown>, member: Member, feed: ChangeFeed) {
    this.#task = task;
    this.#member = member;
    this.#feed = feed;
    this.#table = feed.table(member, task.lane);
  }

  /** @throws TooMuchChangedError where the list had better be read whole */
  async *read(): AsyncGenerator<Step, CaughtUp> {
    const { lane, stream } = this.#task;
    const { fresh: first, open, hints } = await this.#feed.hintsFor(this.#member, lane);
    this.#hints = hints;
    yield* this.#takeEmbedded();
    if (!open.isComplete) {
      first.release();
      open.release();
      throw new TooMuchChangedError(`${stream.name}: too many changed rows to follow.`);
    }
    const fresh = await this.#audited(first);
    const exported = this.#feed.exports.lookAt(this.#member);
    const { total = 0, allSince } = fresh;
    const ground = this.#groundAfter(fresh, open);
    for (const reading of [fresh, ...open.readings, ...(exported ? [exported.rows] : [])]) {
      for (const { rows, row, page } of reading.rows()) this.#write(rows, row, page);
      yield* this.#table.take();
      reading.release();
    }
    yield* this.#takeKept(hints);
    const customers = this.#customersToRead(hints, allSince);
    const ids = [...(hints.rows.get(stream.name) ?? [])].filter((id) => !this.#written.has(id));
    this.#checkCost(customers.length, ids.length, total);
    const before = this.#written.size;
    const problem = yield* this.#readTouched(customers, ids, allSince);
    lane.onAllRequested();
    this.#report(customers.length, total);
    const found = this.#written.size - before;
    const rowsPerCustomer = customers.length > 0 ? found / customers.length : undefined;
    return {
      problem,
      ground: { ...ground, rowsPerCustomer: rowsPerCustomer ?? ground.rowsPerCustomer },
    };
  }

  /** Rows of this list that have come inside of the rows of others. */
  async *#takeEmbedded(): AsyncGenerator<Step, void> {
    const { stream, lane } = this.#task;
    if (!this.#isOfCustomers) return;
    await this.#feed.allEmbedded();
    for (const id of this.#feed.embedded(stream.name, lane)?.ids ?? []) this.#written.add(id);
    yield* this.#table.take();
  }

  /** Touched rows that have come with what tells of them, and with nothing that was read later. */
  *#takeKept({ kept }: Hints): Generator<Step, void> {
    for (const { rows, row, page } of kept.get(this.#task.stream.name)?.rows() ?? []) {
      this.#write(rows, row, page);
    }
    yield* this.#table.take();
  }

  /**
   * Holds the count of the list against what has come. Count and rows of an answer are of two moments,
   * so what does not add up is read once more.
   */
  async #audited(first: FreshRows): Promise<FreshRows> {
    const { stream, lane } = this.#task;
    let fresh = first;
    // What came with an old time is read already, if its export shows it.
    const areLateRead = () => this.#feed.exports.lookAt(this.#member)?.explains(fresh) ?? false;
    if (fresh.isComplete && fresh.surplus !== 0 && !(fresh.surplus > 0 && areLateRead())) {
      first.release();
      fresh = await FreshRows.read(this.#member, this.#feed, lane);
    }
    const { isComplete, surplus } = fresh;
    if (isComplete && surplus < 0) {
      const gone = `${-surplus} rows have gone since; the next full sweep tells which.`;
      lane.log.info(gone, { stream: stream.name });
    }
    if (isComplete && (surplus <= 0 || areLateRead())) return fresh;
    fresh.release();
    if (!isComplete) throw new TooMuchChangedError(`${stream.name}: too many new rows to follow.`);
    throw new TooMuchChangedError(
      Number.isNaN(surplus)
        ? `${stream.name}: the API gives no count to hold the new rows against.`
        : `${stream.name}: ${surplus} rows have come with an old time.`,
    );
  }

  #groundAfter(fresh: FreshRows, open: OpenRowsReading): Ground {
    const { ground } = this.#member;
    return {
      newest: fresh.newest,
      sweptAt: ground.sweptAt,
      caughtUpAt: this.#feed.begunAt,
      count: (fresh.total ?? 0) - fresh.later,
      recent: fresh.recent,
      open: open.remembered,
      unreadable: ground.unreadable,
      rowsPerCustomer: ground.rowsPerCustomer,
    };
  }

  /** Writes a row, unless that has been done. */
  #write(rows: Rows, row: number, origin: RowOrigin): void {
    const id = stringOf(rows, row, "id");
    if (id !== undefined) {
      if (this.#written.has(id)) return;
      this.#written.add(id);
    }
    this.#table.add(rows, row, origin);
    for (const observer of this.#task.observers) observer.add(rows, row);
    const { embeds } = this.#member.changes;
    if (!embeds || !this.#hints) return;
    const embedded = this.#feed.embedded(embeds.stream, this.#task.lane);
    embedded?.add(rows, row, embeds.property, this.#hints.customers, origin);
  }

  /** Customers whose rows are to be read; where the rows are customers, those not written yet. */
  #customersToRead(hints: Hints, readSince: number | undefined): readonly string[] {
    const { changes, ground } = this.#member;
    if (!changes.customer) return [];
    const customers = hints.customersOf(changes, ground.caughtUpAt, readSince);
    return this.#isOfCustomers ? customers.filter((id) => !this.#written.has(id)) : customers;
  }

  /** Whether the rows are customers. */
  get #isOfCustomers(): boolean {
    return this.#member.changes.customer?.property === "id";
  }

  #checkCost(customers: number, rows: number, total: number): void {
    const { stream, lane } = this.#task;
    const { changes, ground } = this.#member;
    const { parameter, atOnce = CUSTOMERS_AT_ONCE } = changes.customer ?? {};
    const { way } = planReading({
      customers,
      rows,
      total,
      rowsPerCustomer: ground.rowsPerCustomer ?? ROWS_PER_CUSTOMER,
      pageSize: lane.pageSize,
      customersAtOnce: parameter === undefined ? undefined : atOnce,
      hasRowPath: changes.rowPath !== undefined,
    });
    if (way === "whole") {
      throw new TooMuchChangedError(
        `${stream.name}: ${customers + rows} touched customers and rows are more than the list has pages.`,
      );
    }
  }

  /** Reads what was touched, and writes it. Returns why something is missing. */
  async *#readTouched(
    customers: readonly string[],
    ids: readonly string[],
    readSince: number | undefined,
  ): AsyncGenerator<Step, string | undefined> {
    const { parameter } = this.#member.changes.customer ?? {};
    const write = (rows: Rows, row: number, page: RowOrigin) => this.#write(rows, row, page);
    // Where the list can't be asked for customers, their ids are those of its rows.
    const single = parameter === undefined ? [...customers, ...ids] : ids;
    const asked = parameter === undefined ? [] : customers;
    const problem = yield* this.#handOn(readOfCustomers(this.#task, asked, readSince, write));
    yield* this.#handOn(readSingleRows(this.#task, single, write));
    return problem;
  }

  /** Hands on what has been written after each page. */
  async *#handOn<Result>(reading: AsyncGenerator<void, Result>): AsyncGenerator<Step, Result> {
    for (;;) {
      const next = await reading.next();
      yield* this.#table.take();
      if (next.done) return next.value;
    }
  }

  #report(customers: number, total: number): void {
    const { stream, lane } = this.#task;
    const { reader, priority, log } = lane;
    const { sweptAt } = this.#member.ground;
    const hours = Math.floor((this.#feed.begunAt - sweptAt) / HOUR_MILLISECONDS);
    const [rows, touched, requests, all] = [
      this.#written.size,
      customers,
      reader.requestsOf(priority),
      total,
    ].map((number) => number.toLocaleString("en"));
    log.info(
      `${rows} rows of ${touched} touched customers, ${requests} requests; audit agrees (${all}); ` +
        `last full sweep ${hours} hours ago.`,
      { stream: stream.name },
    );
  }
}
