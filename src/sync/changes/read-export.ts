import { InvalidCsvError } from "../../polar/csv.ts";
import type { CsvExport, Query, TimeRange } from "../../streams/define.ts";
import type { LaneContext } from "../contract/context.ts";
import type { ExportedRow } from "./export-buckets.ts";
import { idHash } from "./known-ids.ts";

/** An export, and how to ask for some of it. */
export interface ExportSource extends CsvExport {
  /** The column that says when a row was created. */
  readonly createdBy: string;
  readonly range: TimeRange | undefined;
}

/** From when, and until before when, in milliseconds since the epoch; infinite is no border. */
export interface Moments {
  readonly from: number;
  readonly to: number;
}

/** What an export has of a range of time. */
export interface Exported {
  /** Stands for its columns. */
  readonly columns: string;
  /** The oldest first. */
  readonly rows: readonly ExportedRow[];
}

/**
 * Reads a list's export; where it takes a range, the rows created between these moments.
 * @throws InvalidCsvError when that is not what was asked for
 */
export async function readExport(
  { path, columns, createdBy, range }: ExportSource,
  moments: Moments,
  { reader, priority }: LaneContext,
): Promise<Exported> {
  const query = { ...(columns && { columns }), ...rangeQuery(range, moments) };
  const lines = await reader.readCsv({ path, endpoint: path, query, priority });
  const [titles = [], ...others] = lines;
  // "Created At" is created_at.
  const names = titles.map((title) => title.toLowerCase().replaceAll(/\W+/g, "_"));
  const time = names.indexOf(createdBy);
  if (time === -1 || (columns && names.join() !== columns.join())) {
    throw new InvalidCsvError(`The columns are not as expected: ${columns ?? createdBy}.`);
  }
  const id = names.indexOf("id");
  const rows = others.map((fields) => ({
    time: Date.parse(fields[time] ?? ""),
    hash: idHash(fields.join("\0")),
    id: fields[id],
  }));
  if (rows.some((row) => Number.isNaN(row.time))) {
    throw new InvalidCsvError(`The column ${createdBy} has what is no time.`);
  }
  rows.sort((one, other) => one.time - other.time);
  return { columns: idHash(names.join()).toString(36), rows };
}

/** The parameters for rows created between these moments. Their borders are exclusive, to the microsecond. */
export function rangeQuery(range: TimeRange | undefined, { from, to }: Moments): Query {
  if (!range) return {};
  return {
    ...(Number.isFinite(from) && {
      [range.after]: new Date(from - 1).toISOString().replace("Z", "999Z"),
    }),
    ...(Number.isFinite(to) && { [range.before]: new Date(to).toISOString() }),
  };
}
