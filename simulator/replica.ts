/** The database's replica, which most lists are read from: it is some seconds behind. */
import type { Clock } from "./clock.ts";
import { Data, type DataOptions, type Operation } from "./data.ts";
import { SECOND } from "./time.ts";

/** What a replica lags by, and for which lists. */
export interface Lag {
  readonly seconds: number;
  /** The lists that are read from it: those of the real server, unless said otherwise. */
  readonly streams?: readonly string[] | undefined;
}

/** Refunds, benefits, grants, discounts, customer meters, seats, webhooks and events are not. */
const replicated: readonly string[] = [
  "orders",
  "subscriptions",
  "customers",
  "checkouts",
  "products",
  "disputes",
  "payments",
  "license_keys",
  "members",
  "meters",
  "custom_fields",
  "files",
];

export class Replica {
  seconds: number;
  readonly #primary: Data;
  readonly #copy: Data;
  readonly #clock: Clock;
  readonly #streams: ReadonlySet<string>;
  readonly #pending: { readonly at: number; readonly operation: Operation }[] = [];

  constructor(primary: Data, options: DataOptions, clock: Clock, lag: Lag) {
    this.seconds = lag.seconds;
    this.#primary = primary;
    this.#copy = new Data(options);
    this.#clock = clock;
    this.#streams = new Set(lag.streams ?? replicated);
    primary.onOperation = (operation) => {
      this.#pending.push({ at: clock.now, operation });
    };
  }

  /** Where a list is read from, as it is now. */
  for(list: string | undefined): Data {
    if (list === undefined || !this.#streams.has(list)) return this.#primary;
    const until = this.#clock.now - this.seconds * SECOND;
    const due = this.#pending.findIndex(({ at }) => at > until);
    const count = due < 0 ? this.#pending.length : due;
    for (const { operation } of this.#pending.splice(0, count)) this.#copy.apply(operation);
    return this.#copy;
  }
}
