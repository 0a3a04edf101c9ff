/** What a system event or a webhook delivery says has changed. */
import * as z from "zod";
import type { Rows } from "../../polar/rows.ts";
import type { Stream, Telling } from "../../streams/define.ts";
import { stringOf } from "../records/row-values.ts";
import type { Hints } from "./hints.ts";

/** Notes what one row tells. `lists` are those whose rows may be named. */
type Tell = (rows: Rows, row: number, lists: readonly Stream[], hints: Hints) => void;

const ids = z.record(z.string(), z.unknown());

/** A webhook: `data` is the entity as it was, of which only ids are looked at. */
const payload = z.object({
  data: z.looseObject({ id: z.string().optional(), customer_id: z.string().nullish() }),
});
const webhookEvent = z.object({ type: z.string(), payload: z.string().nullish() });

export const tellings: Readonly<Record<Telling, Tell>> = {
  /** All but a few system events name their customer; the others the row, in their metadata. */
  event(rows, row, lists, hints) {
    const customer = stringOf(rows, row, "customer_id");
    if (customer !== undefined) {
      hints.touch(customer, stringOf(rows, row, "name") ?? "event");
      return;
    }
    const metadata = ids.safeParse(parsed(rows.textOf(row, "metadata"))).data ?? {};
    for (const { name, source } of lists) {
      const key = source.kind === "list" ? source.changes?.namedBy?.event : undefined;
      const id = key === undefined ? undefined : metadata[key];
      if (typeof id === "string") hints.addRow(name, id);
    }
  },

  webhook(rows, row, lists, hints) {
    const event = webhookEvent.safeParse(parsed(rows.textOf(row, "webhook_event"))).data;
    const data = payload.safeParse(parsed(event?.payload ?? undefined)).data?.data;
    // The payload is dropped when it is 90 days old, and has another form for chats.
    if (!event || !data) return;
    if (typeof data.customer_id === "string") hints.touch(data.customer_id, event.type);
    for (const { name, source } of lists) {
      const changes = source.kind === "list" ? source.changes : undefined;
      if (changes?.namedBy?.webhook !== event.type.split(".")[0] || data.id === undefined) continue;
      if (changes?.customer?.property === "id") hints.touch(data.id, event.type);
      else if (typeof data.customer_id !== "string") hints.addRow(name, data.id);
    }
  },
};

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a payload is whatever was sent: what is no JSON names nothing
  }
}
