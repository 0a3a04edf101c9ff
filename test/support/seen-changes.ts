/**
 * Which kinds of changes the next sync sees, and which only the next full sweep: what docs/changes.md
 * says, the tests prove, and the benchmark holds the tap to. The kinds are the simulator's.
 */

/**
 * What the tap sees a change with, each more than the one before: the lists alone, system events
 * (`events:read`), webhook deliveries (`webhooks:read`); or nothing but the next full sweep.
 */
export const sights = ["lists", "events", "webhooks", "sweep"] as const;
export type Sight = (typeof sights)[number];

export interface SeenChange {
  /** What has happened, in a merchant's words. */
  readonly what: string;
  readonly kinds: readonly string[];
  readonly seenWith: Sight;
  /** How it is seen, or why not, where that does not go without saying. */
  readonly note?: string;
  /** Streams whose rows hold a copy of the row, which only the next full sweep brings up to date. */
  readonly copies?: readonly string[];
}

/** Every kind of change to a list, in groups that are seen alike. */
export const seenChanges: readonly SeenChange[] = [
  { what: "new, paid or as a draft", kinds: ["order.create", "order.draft"], seenWith: "lists" },
  {
    what: "imported with a date of the past",
    kinds: ["order.import"],
    seenWith: "lists",
    note: "The count tells, and counts of ranges of time lead to it, or the list is read whole.",
  },
  {
    what: "a draft issued, a payment put off",
    kinds: ["order.finalize", "order.reschedule"],
    seenWith: "lists",
    note: "Drafts and pending orders are read again each time.",
  },
  {
    what: "a pending one paid or given up",
    kinds: ["order.pay", "order.void"],
    seenWith: "lists",
    note: "It is pending no more.",
  },
  {
    what: "given up, and pending again",
    kinds: ["order.unvoid"],
    seenWith: "lists",
    note: "It is pending.",
  },
  { what: "refunded", kinds: ["order.refund"], seenWith: "events" },
  {
    what: "a refund of it failed",
    kinds: ["order.unrefund"],
    seenWith: "webhooks",
    note: "As a rule an event tells of the refund, and so of the order.",
  },
  {
    what: "billing details edited, an invoice made, fees set",
    kinds: ["order.update", "order.invoice", "order.fee"],
    seenWith: "webhooks",
  },
  { what: "a custom field's slug renamed", kinds: ["order.rename_field"], seenWith: "sweep" },

  { what: "new", kinds: ["refund.create"], seenWith: "lists" },
  {
    what: "a pending one succeeded or failed",
    kinds: ["refund.succeed", "refund.fail"],
    seenWith: "lists",
    note: "Refunds that have not succeeded are read again each time.",
  },
  {
    what: "failed after it had succeeded",
    kinds: ["refund.reverse"],
    seenWith: "lists",
    note: "It is among those that have not succeeded.",
  },

  { what: "new", kinds: ["subscription.create"], seenWith: "lists" },
  {
    what: "imported with a date of the past",
    kinds: ["subscription.import"],
    seenWith: "lists",
    note: "The count tells, and counts of ranges of time lead to it, or the list is read whole.",
  },
  {
    what: "canceled, revoked",
    kinds: ["subscription.cancel", "subscription.revoke"],
    seenWith: "lists",
    note: "The API can be asked for those.",
  },
  {
    what: "past due",
    kinds: ["subscription.fall_due"],
    seenWith: "lists",
    note: "Those on trial, past due and unpaid are read again each time.",
  },
  {
    what: "renewed, uncanceled, paused, resumed, reinstated, other seats, another product",
    kinds: [
      "subscription.cycle",
      "subscription.uncancel",
      "subscription.pause",
      "subscription.resume",
      "subscription.reinstate",
      "subscription.seats",
      "subscription.switch",
    ],
    seenWith: "events",
    note: "A renewal's order is new, and brings its subscription.",
  },
  {
    what: "metadata edited, usage metered",
    kinds: ["subscription.metadata", "subscription.meters"],
    seenWith: "webhooks",
  },
  {
    what: "the period of its meters began anew",
    kinds: ["subscription.meter_clock"],
    seenWith: "sweep",
  },

  { what: "new, imported", kinds: ["customer.create", "customer.import"], seenWith: "lists" },
  {
    what: "edited, deleted, restored",
    kinds: ["customer.update", "customer.delete", "customer.restore"],
    seenWith: "events",
    note: "Rows that hold the customer are read again; one that was deleted goes from the target with the next full sweep.",
  },
  {
    what: "invoices and receipts counted",
    kinds: ["customer.count"],
    seenWith: "sweep",
    note: "As a rule it comes with a new order, which brings its customer.",
  },
  {
    what: "the default payment method lost, the first event of usage",
    kinds: ["customer.lose_payment_method", "customer.first_event"],
    seenWith: "sweep",
  },

  {
    what: "new, confirmed",
    kinds: ["checkout.create", "checkout.confirm"],
    seenWith: "lists",
    note: "Those of the last 25 hours, and the confirmed, are read again each time.",
  },
  {
    what: "a confirmed one succeeded, or opened again",
    kinds: ["checkout.succeed", "checkout.reopen"],
    seenWith: "lists",
    note: "It is confirmed no more.",
  },
  {
    what: "expired when it was older than 25 hours",
    kinds: ["checkout.expire"],
    seenWith: "webhooks",
    note: "As a rule checkouts expire after 24 hours.",
  },

  { what: "new", kinds: ["payment.create"], seenWith: "lists" },
  {
    what: "a pending one succeeded",
    kinds: ["payment.succeed"],
    seenWith: "lists",
    note: "It is pending no more.",
  },
  { what: "related to something else", kinds: ["payment.relink"], seenWith: "sweep" },

  { what: "new", kinds: ["grant.create"], seenWith: "lists" },
  {
    what: "edited, renewed, revoked",
    kinds: ["grant.update", "grant.cycle", "grant.revoke"],
    seenWith: "events",
  },
  {
    what: "revoked since its customer, member or benefit was deleted",
    kinds: ["grant.revoke_by_deletion"],
    seenWith: "webhooks",
  },

  { what: "new", kinds: ["member.create"], seenWith: "lists" },
  { what: "edited", kinds: ["member.update"], seenWith: "webhooks" },
  {
    what: "deleted",
    kinds: ["member.delete"],
    seenWith: "sweep",
    note: "The count tells that it has gone; which one it was, and so the target, comes with the sweep.",
  },
  { what: "given its customer's new address", kinds: ["member.sync_email"], seenWith: "sweep" },

  {
    what: "edited, archived",
    kinds: ["product.rename", "product.archive"],
    seenWith: "lists",
    copies: ["orders", "subscriptions", "checkouts"],
  },
  {
    what: "edited, deleted",
    kinds: ["benefit.update", "benefit.delete"],
    seenWith: "lists",
    copies: ["subscriptions", "checkouts", "benefit_grants"],
  },
  {
    what: "edited, deleted, redeemed",
    kinds: ["discount.update", "discount.delete", "discount.redeem"],
    seenWith: "lists",
    copies: ["orders", "subscriptions", "checkouts"],
  },
  {
    what: "new, edited",
    kinds: ["meter.create", "meter.update"],
    seenWith: "lists",
    copies: ["subscriptions"],
  },
  { what: "edited", kinds: ["field.update"], seenWith: "lists", copies: ["checkouts"] },
  {
    what: "anything",
    kinds: ["dispute.open", "dispute.review", "dispute.lose"],
    seenWith: "lists",
  },
  { what: "edited, deleted", kinds: ["link.update", "link.delete"], seenWith: "lists" },
  { what: "deleted", kinds: ["file.delete"], seenWith: "lists" },
  { what: "new, used", kinds: ["license_key.create", "license_key.use"], seenWith: "lists" },
  { what: "usage counted", kinds: ["usage.count"], seenWith: "lists" },
];

/** How the change of a kind is seen; undefined where the kind is none of a list. */
export function seenChange(kind: string): SeenChange | undefined {
  return seenChanges.find(({ kinds }) => kinds.includes(kind));
}

/** Whether a sync that has so much to go by sees the kind. */
export function isSeen(kind: string, sight: Exclude<Sight, "sweep">): boolean {
  const change = seenChange(kind);
  if (!change) throw new Error(`nothing is declared of ${kind}`);
  return sights.indexOf(change.seenWith) <= sights.indexOf(sight);
}

/** Knows which rows may differ from the API, since nothing tells of what has happened to them. */
export class Suspects {
  readonly #sight: Exclude<Sight, "sweep">;
  readonly #ids = new Set<string>();

  constructor(sight: Exclude<Sight, "sweep">) {
    this.#sight = sight;
  }

  /** To be told of every change of a row. */
  note(kind: string, id: string): void {
    if (!isSeen(kind, this.#sight) || seenChange(kind)?.copies) this.noteUnseen(id);
  }

  /** To be told of a row of whose change no sight tells, as this one went. */
  noteUnseen(id: string): void {
    this.#ids.add(id);
  }

  /** Whether a row is, or holds, or refers to, one that changed unseen. */
  has(json: string): boolean {
    const ids = json.match(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g) ?? [];
    return ids.some((id) => this.#ids.has(id));
  }
}
