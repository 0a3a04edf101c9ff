/** Rows for one kind of change that no other one touches, so that many can be tried in one sync. */
import { changeKinds, type Properties, type Simulator } from "../../simulator/index.ts";

/** Long before anything is taken for new or open. */
const CREATED = "2026-02-03T04:05:06.789Z";

/** What rows are like that nothing is to happen to. */
const quiet: Readonly<Record<string, Properties>> = {
  orders: { status: "paid", is_invoice_generated: false },
  subscriptions: {
    started_at: CREATED,
    status: "active",
    canceled_at: null,
    ended_at: null,
    ends_at: null,
    seats: 3,
  },
  checkouts: { status: "succeeded" },
  refunds: { status: "succeeded" },
  payments: { status: "succeeded" },
  benefit_grants: { is_granted: true },
  customers: { deleted_at: null, default_payment_method_id: "pm_1", first_user_event_at: null },
};

/** What the row has to be like that the change is about. */
const ready: Readonly<Record<string, Properties>> = {
  "order.finalize": { status: "draft" },
  "order.pay": { status: "pending" },
  "order.reschedule": { status: "pending" },
  "order.void": { status: "pending" },
  "order.unvoid": { status: "void" },
  "order.unrefund": { status: "refunded" },
  "refund.succeed": { status: "pending" },
  "refund.fail": { status: "pending" },
  "payment.succeed": { status: "pending" },
  "subscription.resume": { status: "paused" },
  "subscription.reinstate": { status: "canceled" },
  "subscription.uncancel": { cancel_at_period_end: true },
  "checkout.confirm": { status: "open" },
  "checkout.expire": { status: "open" },
  "checkout.succeed": { status: "confirmed" },
  "checkout.reopen": { status: "confirmed" },
};

/** Ends whatever is still open, so that what is tried is not one of many. */
export function calm(simulator: Simulator): void {
  for (const list of ["orders", "subscriptions", "checkouts", "refunds", "payments"]) {
    for (const { id } of simulator.rows(list)) {
      simulator.update(list, id, { status: quiet[list]?.status ?? "paid" });
    }
  }
}

export class Cast {
  readonly kind: string;
  /** The list whose row changes. */
  readonly stream: string;
  readonly #simulator: Simulator;
  readonly #ids: Readonly<Record<string, string>>;

  /** Makes a customer and something of all that customers have. */
  constructor(simulator: Simulator, kind: string) {
    this.kind = kind;
    this.stream = changeKinds.get(kind)?.list ?? "";
    this.#simulator = simulator;
    const insert = (list: string, links: Readonly<Record<string, string>> = {}) =>
      simulator.insert(
        list,
        { created_at: CREATED, ...quiet[list], ...(list === this.stream && ready[kind]) },
        links,
      );
    const customers = insert("customers");
    const products = insert("products");
    const discounts = insert("discounts");
    const benefits = insert("benefits");
    const links = { customer: customers, product: products, discount: discounts };
    const subscriptions = insert("subscriptions", links);
    const orders = insert("orders", { ...links, subscription: subscriptions });
    this.#ids = {
      customers,
      products,
      discounts,
      benefits,
      subscriptions,
      orders,
      checkouts: insert("checkouts", links),
      refunds: insert("refunds", { order: orders }),
      payments: insert("payments", { customer: customers, order: orders }),
      benefit_grants: insert("benefit_grants", { customer: customers, benefit: benefits }),
      members: insert("members", { customer: customers }),
    };
    if (kind === "customer.restore") simulator.change("customer.delete", { id: customers });
  }

  /** Makes the change; returns the row that it struck. */
  act(): string {
    const { customers = "", orders = "", products = "", subscriptions = "" } = this.#ids;
    const isCreated = changeKinds.get(this.kind)?.does === "create";
    const id = this.#ids[this.stream];
    if (!isCreated) return this.#simulator.change(this.kind, id === undefined ? {} : { id });
    const links =
      this.stream === "refunds"
        ? { order: orders }
        : { customer: customers, product: products, subscription: subscriptions, order: orders };
    return this.#simulator.change(this.kind, { links });
  }

  /** Whether a row belongs to it. */
  has(id: string): boolean {
    return Object.values(this.#ids).includes(id);
  }
}
