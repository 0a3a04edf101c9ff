import type { Context } from "../contract/context.ts";
import type { Sync } from "../contract/step.ts";

/** Milliseconds by which a clock may be wrong without a row being missed by the next sync. */
const TOLERANCE = 1_000;

/**
 * A sync that asks for what happened up to now. When it begins with the machine's own time, since no
 * answer has told the API's yet, and its first answers show that time to be wrong, it begins anew.
 */
export async function* byApiTime(open: () => Sync, { clock }: Pick<Context, "clock">): Sync {
  const isKnown = clock.correction !== undefined;
  let sync = open();
  let next = await sync.next();
  if (!isKnown && Math.abs(clock.correction ?? 0) > TOLERANCE) {
    await sync.return([]);
    sync = open();
    next = await sync.next();
  }
  for (; !next.done; next = await sync.next()) yield next.value;
  return next.value;
}
