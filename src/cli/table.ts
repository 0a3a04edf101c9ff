/** A table for a terminal: a line per row, columns as wide as they must be. */

/**
 * @param head titles; those that begin with `>` stand above numbers, which are aligned to the right
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const toTheRight = head.map((title) => title.startsWith(">"));
  const titles = head.map((title) => title.replace(/^>/, ""));
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? "").length)),
  );
  const cell = (text: string, column: number) => {
    const width = widths[column] ?? 0;
    return toTheRight[column] ? text.padStart(width) : text.padEnd(width);
  };
  return lines.map((cells) => `${cells.map(cell).join("  ").trimEnd()}\n`).join("");
}

/** `1 row`, `2,000 rows`. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A number with its thousands apart; `–` where there is none. */
export function count(number: number | undefined): string {
  return number === undefined ? "–" : number.toLocaleString("en");
}
