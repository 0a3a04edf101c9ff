/** The business of an organization: what happens there in an hour, in a realistic mixture. */
import { z } from "zod";
import type { ChangeOptions, Simulator } from "../../simulator/index.ts";

const anyState = z.looseObject({ status: z.string() });
const agreement = z.looseObject({ status: z.string(), customer_id: z.string() });

/** Told of each change of a row: its kind, and the row's id. */
export type OnChange = (kind: string, id: string) => void;

/** What an order is like that belongs to no subscription. */
const oneTime = { billing_reason: "purchase", subscription_id: null, subscription: null };

/** So many hours a checkout stays open. */
const EXPIRY_HOURS = 24;

export class Business {
  readonly #simulator: Simulator;
  readonly #onChange: OnChange;
  /** Numbers from 0 to 1 that are the same in each run. */
  readonly #random = seeded(1);
  #hour = 0;
  /** What is to come, by the hour in which it is due. */
  readonly #due = new Map<number, (() => void)[]>();
  readonly #active: string[] = [];
  readonly #customerOf = new Map<string, string>();
  readonly #customers: string[] = [];

  constructor(simulator: Simulator, onChange: OnChange) {
    this.#simulator = simulator;
    this.#onChange = onChange;
    for (const { id, hidden, json } of simulator.rows("subscriptions")) {
      const { status, customer_id } = agreement.parse(JSON.parse(json));
      if (hidden || status !== "active") continue;
      this.#active.push(id);
      this.#customerOf.set(id, customer_id);
    }
    for (const { id, hidden } of simulator.rows("customers")) if (!hidden) this.#customers.push(id);
  }

  /** An hour goes by. */
  hour(): void {
    this.#hour++;
    const { clock } = this.#simulator;
    const start = clock.now.getTime();
    const due = this.#due.get(this.#hour) ?? [];
    const changes = this.#shuffled([...mixture(this), ...this.#rare()]);
    for (const [index, change] of [...due, ...changes].entries()) {
      const share = index / (due.length + changes.length);
      clock.set(new Date(start + Math.floor(share * 3_500_000)));
      change();
    }
    clock.set(new Date(start + 3_600_000));
  }

  renewal(): void {
    const subscription = this.#one(this.#active);
    const customer = this.#customerOf.get(subscription) ?? "";
    this.#change("subscription.cycle", { id: subscription });
    this.#change("order.create", { links: { customer, subscription } });
  }

  /** Half of the buyers are new. */
  purchase(): void {
    const customer = this.#random() < 0.5 ? this.#newCustomer() : this.#one(this.#customers);
    const checkout = this.#change("checkout.create");
    this.#change("checkout.confirm", { id: checkout, links: { customer } });
    this.#change("checkout.succeed", { id: checkout });
    this.#change("order.create", { links: { customer, checkout }, given: oneTime });
  }

  newSubscription(): void {
    const customer = this.#newCustomer();
    const checkout = this.#change("checkout.create");
    this.#change("checkout.confirm", { id: checkout, links: { customer } });
    const subscription = this.#change("subscription.create", { links: { customer, checkout } });
    this.#change("order.create", { links: { customer, subscription, checkout } });
    this.#change("checkout.succeed", { id: checkout });
  }

  abandonedCheckout(): void {
    const checkout = this.#change("checkout.create", { given: { customer_id: null } });
    this.#later(EXPIRY_HOURS, () => this.#change("checkout.expire", { id: checkout }));
  }

  /** The bank takes an hour. */
  refund(): void {
    const order = this.#change("order.create", {
      links: { customer: this.#one(this.#customers) },
      given: oneTime,
    });
    this.#later(2, () => {
      const refund = this.#change("refund.create", { links: { order } });
      this.#later(1, () => this.#change("refund.succeed", { id: refund }));
    });
  }

  /** A renewal whose payment comes hours later. */
  latePayment(): void {
    const subscription = this.#one(this.#active);
    const customer = this.#customerOf.get(subscription) ?? "";
    const order = this.#change("order.draft", { links: { customer, subscription } });
    this.#later(1, () => this.#change("order.finalize", { id: order }));
    this.#later(5, () => this.#change("order.pay", { id: order }));
  }

  cancellation(): void {
    this.#change("subscription.cancel", { id: this.#one(this.#active) });
  }

  customerUpdate(): void {
    this.#change("customer.update", { id: this.#one(this.#customers) });
  }

  /** An order of the past, which counts in its customer without a word. */
  importedOrder(): void {
    const customer = this.#one(this.#customers);
    this.#change("order.import", { links: { customer }, given: oneTime });
    this.#onChange("customer.count", customer);
  }

  /** Some other change, of whatever row it fits. */
  any(kind: string): void {
    const id = this.#simulator.tryChange(kind);
    if (id !== null) this.#onChange(kind, id);
  }

  /** What does not happen each hour. */
  #rare(): (() => void)[] {
    const kinds: readonly (readonly [number, string])[] = [
      [6, "customer.import"],
      [12, "product.rename"],
      [12, "customer.delete"],
      [8, "subscription.import"],
      [12, "benefit.update"],
    ];
    const rare = kinds.map(([hours, kind]) => [hours, () => this.any(kind)] as const);
    const all = [...rare, [6, () => this.importedOrder()] as const];
    return all.flatMap(([hours, change]) => (this.#hour % hours === 0 ? [change] : []));
  }

  #newCustomer(): string {
    const customer = this.#change("customer.create");
    this.#customers.push(customer);
    return customer;
  }

  #one(ids: readonly string[]): string {
    return ids[Math.floor(this.#random() * ids.length)] ?? "";
  }

  #change(kind: string, options: ChangeOptions = {}): string {
    const id = this.#simulator.change(kind, options);
    this.#onChange(kind, id);
    return id;
  }

  #later(hours: number, change: () => void): void {
    const hour = this.#hour + hours;
    this.#due.set(hour, [...(this.#due.get(hour) ?? []), change]);
  }

  #shuffled<T>(things: readonly T[]): T[] {
    return things
      .map((thing) => ({ thing, place: this.#random() }))
      .sort((one, other) => one.place - other.place)
      .map(({ thing }) => thing);
  }
}

/** About how many rows a day of {@link mixture} adds. */
export const dayOfBusiness = {
  orders: 1_440,
  customers: 340,
  subscriptions: 195,
  checkouts: 840,
  refunds: 90,
};

/** What happens each hour: a hundred changes, each of several rows. A renewal is a period and an order. */
function mixture(business: Business): (() => void)[] {
  const times = (count: number, change: () => void) => Array<() => void>(count).fill(change);
  const kinds = (count: number, kind: string) => times(count, () => business.any(kind));
  return [
    ...times(32, () => business.renewal()),
    ...times(12, () => business.purchase()),
    ...times(8, () => business.newSubscription()),
    ...times(15, () => business.abandonedCheckout()),
    ...times(4, () => business.refund()),
    ...times(4, () => business.latePayment()),
    ...times(4, () => business.cancellation()),
    ...times(8, () => business.customerUpdate()),
    ...kinds(2, "subscription.revoke"),
    ...kinds(2, "subscription.fall_due"),
    ...kinds(1, "subscription.uncancel"),
    ...kinds(1, "subscription.pause"),
    ...kinds(1, "subscription.resume"),
    ...kinds(1, "subscription.seats"),
    ...kinds(1, "subscription.metadata"),
    ...kinds(2, "order.update"),
    ...kinds(2, "order.invoice"),
  ];
}

/** Of each list, the state of what is over, and how many of the newest rows are as open as they are. */
const settled: Readonly<Record<string, readonly [status: string, open: number]>> = {
  orders: ["paid", 300],
  subscriptions: ["active", 200],
  checkouts: ["expired", 50],
  refunds: ["succeeded", 50],
};
const openStatuses =
  "draft pending trialing past_due unpaid open confirmed failed canceled paused".split(" ");

/** Settles what a simulator leaves open: a tenth of all orders is pending there. */
export function calm(simulator: Simulator): void {
  for (const [list, [status, open]] of Object.entries(settled)) {
    const rows = simulator.rows(list).filter(({ json }) => {
      return openStatuses.includes(anyState.parse(JSON.parse(json)).status);
    });
    for (const { id } of rows.slice(0, Math.max(0, rows.length - open))) {
      simulator.update(list, id, { status });
    }
  }
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
