/** What must be true of everything the tap says, whatever a test is about. */
import type { Ending } from "./processes.ts";

/** Pieces of the simulator's rows: whoever finds one on stderr has found a record's content. */
const recordContent = /test@example|Ångström|Núñez|Иванова|EXAMPLE_SECRET/u;

const stackTrace = /^\s+at .+:\d+:\d+\)?$/m;

/**
 * Fails when a run gives away the token or record content, shows a stack trace, or ends badly
 * without a last line of its own on stderr.
 */
export function checkDiscretion({ lines, stderr, exitCode }: Ending, token: string | undefined) {
  if (token !== undefined) {
    if (lines.some((line) => line.includes(token))) throw new Error("The token is on stdout.");
    if (stderr.includes(token)) throw new Error(`The token is on stderr:\n${stderr}`);
  }
  if (recordContent.test(stderr)) throw new Error(`Record content is on stderr:\n${stderr}`);
  if (stackTrace.test(stderr)) throw new Error(`A stack trace is on stderr:\n${stderr}`);
  const ownWords = /^tap-polar: \S/.test(lastLineOf(stderr));
  if (exitCode !== undefined && ownWords !== (exitCode !== 0)) {
    throw new Error(`Exit code ${exitCode} does not go with the last line:\n${stderr}`);
  }
}

/** The last line on stderr: the only one that Meltano shows. */
export function lastLineOf(stderr: string): string {
  return stderr.trimEnd().split("\n").at(-1) ?? "";
}
