/** A place to break, and the tests that have to notice. */
export interface Mutant {
  readonly file: string;
  /** Stands there exactly once. */
  readonly text: string;
  readonly replacement: string;
  /** They are run one after the other, until one fails. */
  readonly tests: readonly string[];
  /** Whether the tests start the built tap. */
  readonly isBuilt: boolean;
  /** Why nobody can notice it, for a mutant that changes nothing. */
  readonly equivalent: string | undefined;
}

type Change = readonly [text: string, replacement: string, equivalent?: string];

/** Mutants of one file that the same tests have to notice. Those of `test/tap` start the built tap. */
export function of(
  file: string,
  tests: readonly string[],
  changes: readonly Change[],
): readonly Mutant[] {
  const isBuilt = tests.some((test) => test.startsWith("test/tap/"));
  return changes.map(([text, replacement, equivalent]) => {
    return { file, text, replacement, tests, isBuilt, equivalent };
  });
}
