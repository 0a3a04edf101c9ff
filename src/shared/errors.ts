/**
 * The errors a user can meet. A message is one line that says what happened, to what, and what to
 * do. It never holds a token or the content of a record.
 */

/** 1: something is incomplete, and another run may mend it. 2: only a person can. */
export type ExitCode = 1 | 2;

/** An error whose message is meant for the user. Everything else that is thrown is a bug. */
export class TapError extends Error {
  override readonly name: string = "TapError";
  readonly exitCode: ExitCode = 1;
}

/** Wrong configuration, catalog, state or flags: found before the first request. */
export class UserInputError extends TapError {
  override readonly name = "UserInputError";
  override readonly exitCode = 2;
  /** One line per mistake, each beginning with the path of what is wrong. */
  readonly mistakes: readonly string[];

  constructor(mistakes: string | readonly string[], options?: ErrorOptions) {
    const lines = typeof mistakes === "string" ? [mistakes] : mistakes;
    const [first = ""] = lines;
    const others = lines.length - 1;
    super(
      others > 0 ? `${lines.length} mistakes in the input: ${first} (and ${others} more)` : first,
      options,
    );
    this.mistakes = lines;
  }
}

/** The process at the other end of stdout is gone. */
export class TargetClosedError extends TapError {
  override readonly name = "TargetClosedError";

  constructor(options?: ErrorOptions) {
    super(
      "The target closed its input before the sync was done; look in the target's log for why, then run again with its last state.",
      options,
    );
  }
}

/** The exit code that tells of this error. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof TapError ? error.exitCode : 1;
}

/** The `code` of a system or Node error (`ENOENT`, `EPIPE`), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
