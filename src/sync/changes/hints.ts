/**
 * What seems to have changed. A hint never becomes a record: it only says what to read again. So a
 * wrong one costs a request, and one that is missing is found by the audit or by the next full sweep.
 */
export class Hints {
  /** Ids of the customers who were touched. */
  readonly customers = new Set<string>();
  /** Ids of single rows whose customer is not known, by stream. */
  readonly rows = new Map<string, Set<string>>();

  addRow(stream: string, id: string): void {
    const ids = this.rows.get(stream);
    if (ids) ids.add(id);
    else this.rows.set(stream, new Set([id]));
  }

  addAll(other: Hints): void {
    for (const customer of other.customers) this.customers.add(customer);
    for (const [stream, ids] of other.rows) for (const id of ids) this.addRow(stream, id);
  }
}
