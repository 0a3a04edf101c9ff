/** How results are summed up and shown. */

/** A number that has a target. */
export interface Check {
  readonly what: string;
  readonly value: number;
  readonly target: { readonly least: number } | { readonly most: number };
  /** Written after the number. */
  readonly unit: string;
}

/** A part of the benchmark, measured. */
export interface Section {
  readonly title: string;
  /** Cells, the head first. */
  readonly table: readonly (readonly string[])[];
  readonly checks: readonly Check[];
}

export function isMet({ value, target }: Check): boolean {
  return "least" in target ? value >= target.least : value <= target.most;
}

export function show({ title, table, checks }: Section): string {
  const rows = checks.map((check) => {
    const { what, value, target, unit } = check;
    const limit = "least" in target ? `≥ ${round(target.least)}` : `≤ ${round(target.most)}`;
    return [what, `${round(value)}${unit}`, `${limit}${unit}`, isMet(check) ? "met" : "MISSED"];
  });
  const measured = inColumns([["", "measured", "target", ""], ...rows]);
  return [title, inColumns(table), ...(rows.length > 0 ? [measured] : [])].join("\n\n");
}

/** The first column to the left, the others to the right. */
function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  const pad = (cell: string, at: number) =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return rows.map((row) => `  ${row.map(pad).join("   ").trimEnd()}`).join("\n");
}

/** Three digits are all that a noisy machine can tell. */
export function round(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(3)));
}
