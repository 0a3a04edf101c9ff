/** Why something that the end-to-end tests need is not there. */
export interface Missing {
  readonly missing: string;
}

/** What went wrong, in the words of the tool that failed. */
export function lastWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1)?.trim() ?? "no reason given";
}
