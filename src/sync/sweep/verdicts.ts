import type { Verdict } from "./sweep.ts";

/** Whether every row of the list has been read. */
export function isWhole({ outcome, unreadable, unreadableElsewhere }: Verdict): boolean {
  return outcome === "whole" && unreadable.length === 0 && !unreadableElsewhere;
}

/** Why a resumed sweep has to begin anew; undefined when it has not. */
export function reasonToStartOver({ outcome }: Verdict): string | undefined {
  if (outcome === "moved") return "has changed since the interrupted sync";
  if (outcome === "unproven") return "does not add up with what the interrupted sync has read";
  return undefined;
}

/** Why a list is not whole, in one sentence; undefined when it is. */
export function problemOf(list: string, verdict: Verdict): string | undefined {
  if (isWhole(verdict)) return undefined;
  const { outcome, found, expected, unreadable, unreadableElsewhere = 0 } = verdict;
  const parts: string[] = [];
  if (outcome !== "whole") {
    const said = Number.isFinite(expected)
      ? `the API counts ${expected}`
      : "the API gives no count";
    const reason =
      found > expected
        ? " now: the list kept changing, and rows that have gone since are among those found"
        : ", however often they were read";
    parts.push(`${found} rows of ${list} were found but ${said}${reason}`);
  }
  const count = unreadable.length + unreadableElsewhere;
  if (count > 0) {
    const positions =
      unreadable.length > 0
        ? ` (positions in the list, from 0: ${unreadable.slice(0, 20).join(", ")})`
        : "";
    parts.push(
      `${count} rows of ${list} can't be read: the server fails to send them, or sends them ` +
        `without a key${positions}`,
    );
  }
  return `${parts.join("; ")}.`;
}
