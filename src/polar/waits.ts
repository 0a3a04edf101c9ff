/** Waits that users are told of. */

/** Milliseconds from which on a wait is worth a line in the log. */
export const WAIT_WORTH_TELLING = 1_000;

/** A wait in whole seconds, as it is told. */
export function seconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 1_000)} s`;
}
