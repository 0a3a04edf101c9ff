/** What the streams of a run mean to whoever started it. */
import type { Incomplete } from "../sync/engine/run-progress.ts";

/** How a run has ended. */
export interface Verdict {
  readonly exitCode: number;
  /** The one sentence for people; undefined when all is well. */
  readonly sentence: string | undefined;
}

/** @param all how many streams were selected */
export function verdictOn(incomplete: readonly Incomplete[], all: number): Verdict {
  const [first] = incomplete;
  if (first === undefined) return { exitCode: 0, sentence: undefined };
  const names = incomplete.map(({ stream }) => stream).join(", ");
  const sentence =
    incomplete.length === 1
      ? `${first.stream} is incomplete: ${first.problem}`
      : `${incomplete.length} of ${all} streams are incomplete (${names}): ${reasons(incomplete)}`;
  return { exitCode: incomplete.every(({ exitCode }) => exitCode === 2) ? 2 : 1, sentence };
}

/** The scopes that the token lacks, in order. */
export function missingScopesOf(incomplete: readonly Incomplete[]): string[] {
  return [...new Set(incomplete.flatMap(({ missingScope }) => missingScope ?? []))].sort();
}

/** All scopes that are missing; of other reasons the last, for where one has ended all, it is that. */
function reasons(incomplete: readonly Incomplete[]): string {
  const scopes = missingScopesOf(incomplete);
  if (scopes.length < 2) return incomplete.at(-1)?.problem ?? "";
  const lacking =
    `The access token lacks the scopes ${scopes.join(", ")} (403). Add them to the token in the ` +
    "organization's settings, or deselect the streams.";
  const others = incomplete.filter(({ missingScope }) => missingScope === undefined);
  return [lacking, ...others.slice(-1).map(({ problem }) => problem)].join(" ");
}
