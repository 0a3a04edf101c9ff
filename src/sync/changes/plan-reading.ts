/** What is known of a list before its touched rows are read again. */
export interface Touched {
  /** How many customers were touched, and how many single rows beside theirs. */
  readonly customers: number;
  readonly rows: number;
  /** How many rows the list has, and how many a customer has on average. */
  readonly total: number;
  readonly rowsPerCustomer: number;
  readonly pageSize: number;
  /** How many customers one request takes; undefined when the list can't be asked for them. */
  readonly customersAtOnce: number | undefined;
  /** Whether each row has a path of its own. */
  readonly hasRowPath: boolean;
}

/** How to read a list: what was touched, or all of it. */
export interface Reading {
  readonly way: "touched" | "whole";
  /** About how many requests that takes. */
  readonly requests: number;
}

/** Chooses the way that takes the fewest requests. */
export function planReading(touched: Touched): Reading {
  const { customers, rows, total, pageSize } = touched;
  const whole = Math.max(1, Math.ceil(total / pageSize)) + (total > pageSize ? 2 : 0);
  const requests = forCustomers(touched) + (rows > 0 && !touched.hasRowPath ? Infinity : rows);
  if (customers + rows > 0 && requests >= whole) return { way: "whole", requests: whole };
  return { way: "touched", requests };
}

function forCustomers({ customers, customersAtOnce, ...list }: Touched): number {
  if (customers === 0) return 0;
  if (customersAtOnce === undefined) return list.hasRowPath ? customers : Infinity;
  const batches = Math.ceil(customers / customersAtOnce);
  const rows = customers * list.rowsPerCustomer;
  return Math.max(batches, Math.ceil(rows / list.pageSize));
}
