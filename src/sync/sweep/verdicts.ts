/** What a sweep can say of its list when it is over. */
export interface Verdict {
  /**
   * Only a resumed sweep ends in these two, and claims nothing. `moved`: the list is not the one that
   * the interrupted sweep saw. `unproven`: the two do not add up, and this one can't find the rest,
   * since it does not know the first one's rows.
   */
  readonly outcome: "whole" | "short" | "moved" | "unproven";
  /** Distinct rows that were read, and how many the API says there are. */
  readonly found: number;
  readonly expected: number;
  /** Whether every answer has counted the same, and no row has shown up that is newer than all. */
  readonly steady: boolean;
  /** Offsets, in the declared order, of rows that the server fails to send or sends without key. */
  readonly unreadable: readonly number[];
  /** How many more such rows only another way to read the list has met. */
  readonly unreadableElsewhere?: number;
}

/** Whether every row of the list has been read. */
export function isWhole(verdict: Verdict): boolean {
  return verdict.outcome === "whole" && unreadableIn(verdict) === 0;
}

/** How many rows can't be read, wherever they were met. */
export function unreadableIn({ unreadable, unreadableElsewhere = 0 }: Verdict): number {
  return unreadable.length + unreadableElsewhere;
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
  const { outcome, found, expected, unreadable } = verdict;
  const parts: string[] = [];
  if (outcome !== "whole") {
    parts.push(`${found} rows of ${list} were found ${shortfall(found, expected)}`);
  }
  const met = unreadableIn(verdict);
  // Among ties one may be met at several places; when all others are there the rest is the number.
  const count = outcome === "whole" ? Math.min(met, Math.max(1, expected - found)) : met;
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

/** What is wrong with the number of rows found, and why. */
function shortfall(found: number, expected: number): string {
  if (!Number.isFinite(expected)) {
    return "but the API gives no count: whether they are all can't be known";
  }
  const reason =
    found >= expected
      ? " now: the list kept changing, and rows that have gone since are among those found"
      : ", however often they were read";
  return `but the API counts ${expected}${reason}`;
}
