import type { Rows } from "../../polar/rows.ts";
import type { Changes } from "../../streams/define.ts";
import type { RowOrigin } from "../records/output.ts";
import { KeptRows } from "./kept-rows.ts";

/**
 * What seems to have changed. A hint never becomes a record: it only says what to read again. So a
 * wrong one costs a request, and one that is missing is found by the audit or by the next full sweep.
 */
export class Hints {
  /**
   * Ids of the customers who were touched, each with what has touched it, and the moment from when on
   * lists know of that: see {@link touch}.
   */
  readonly customers = new Map<string, Map<string, number>>();
  /** When customers were created who are new, in milliseconds since the epoch. */
  readonly created = new Map<string, number>();
  /** Ids of single rows whose customer is not known, by stream. */
  readonly rows = new Map<string, Set<string>>();
  /** Rows that have come whole with what tells of changes, by stream. */
  readonly kept = new Map<string, KeptRows>();

  /**
   * Notes that something of a customer has changed.
   * @param by the type of the event or the webhook that says so, or the list whose row does, with
   *   `.come` if that row has come already
   * @param knownSince lists that are known up to this moment, in milliseconds since the epoch, have
   *   heard it before; without it, none has
   */
  touch(customer: string, by: string, knownSince = Number.POSITIVE_INFINITY): void {
    const touchedBy = this.customers.get(customer) ?? new Map<string, number>();
    touchedBy.set(by, Math.max(knownSince, touchedBy.get(by) ?? Number.NEGATIVE_INFINITY));
    this.customers.set(customer, touchedBy);
  }

  /**
   * The customers whose rows of a list may have changed.
   * @param knownUntil what others have known before is no news to the list, either
   * @param readSince from when on all rows are read already; undefined where some may be missing
   */
  customersOf(
    changes: Changes,
    knownUntil = Number.NEGATIVE_INFINITY,
    readSince = Number.POSITIVE_INFINITY,
  ): string[] {
    const touches = ([by, knownSince]: [string, number]) =>
      knownUntil < knownSince && isTouchedBy(changes, by);
    const isRead = (id: string) =>
      changes.customer?.comesFirst === true &&
      (this.created.get(id) ?? Number.NEGATIVE_INFINITY) >= readSince;
    return [...this.customers].flatMap(([id, touchedBy]) =>
      [...touchedBy].some(touches) && !isRead(id) ? [id] : [],
    );
  }

  addRow(stream: string, id: string): void {
    const ids = this.rows.get(stream);
    if (ids) ids.add(id);
    else this.rows.set(stream, new Set([id]));
  }

  /** Keeps a row of a list that came whole. */
  keep(stream: string, rows: Rows, row: number, page: Pick<RowOrigin, "receivedAt">): void {
    this.#keptOf(stream).add(rows, row, page);
  }

  addAll(other: Hints): void {
    for (const [id, touchedBy] of other.customers)
      for (const [by, since] of touchedBy) this.touch(id, by, since);
    for (const [id, time] of other.created) this.created.set(id, time);
    for (const [stream, ids] of other.rows) for (const id of ids) this.addRow(stream, id);
    for (const [stream, rows] of other.kept) this.#keptOf(stream).addAll(rows);
  }

  #keptOf(stream: string): KeptRows {
    const kept =
      this.kept.get(stream) ?? new KeptRows("a row that came with what tells of changes");
    this.kept.set(stream, kept);
    return kept;
  }
}

/** Whether what touches a customer may tell of the rows that a list has of them. */
export function isTouchedBy({ untouchedBy = [] }: Changes, by: string): boolean {
  return !untouchedBy.some((kind) => by === kind || by.startsWith(`${kind}.`));
}
