import type { Context } from "../contract/context.ts";

/**
 * The version of a new sweep: epoch seconds, since targets keep it in a 32-bit column, and greater
 * than every version before it, even if the clock stands still or went back.
 */
export function nextVersion(
  bookmarks: readonly { readonly version: number | undefined }[],
  { clock }: Pick<Context, "clock">,
): number {
  const last = Math.max(0, ...bookmarks.map(({ version }) => version ?? 0));
  return Math.max(Math.floor(clock.now() / 1_000), last + 1);
}
