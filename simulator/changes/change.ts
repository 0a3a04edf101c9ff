/** What can change in an organization, and what the server tells of it: the words for `kinds.ts`. */
import type { Links } from "../blueprint.ts";
import type { Key, Properties } from "../json.ts";

/** The row that a change strikes. */
export interface Struck {
  /** Empty before the row is there. */
  readonly id: string;
  /** One of its values: what it was for `set` and `fits`, what it has become for the others. */
  readonly key: (name: string) => Key;
  /** The moment of the change, or one so many seconds later, as the API writes times. */
  readonly at: (seconds?: number) => string;
  /** A value of another row. */
  readonly other: (list: string, id: Key, name: string) => Key;
}

/** A change that comes with another one. */
export interface Companion {
  readonly kind: string;
  readonly id?: string;
  readonly given?: Properties;
  readonly links?: Links;
}

export interface ChangeKind {
  /** As `simulator.change` is called: `order.pay`. */
  readonly name: string;
  readonly list: string;
  /** A deleted row is hidden, as the API does it; one that is removed is gone. */
  readonly does: "create" | "update" | "delete" | "restore" | "remove";
  /** What it sets, apart from `modified_at`. */
  readonly set?: (row: Struck) => Properties;
  /** It leaves `modified_at` as it is. */
  readonly unmodified?: boolean;
  /** The row says that it is so many days old. */
  readonly daysAgo?: number;
  /** Names of the system events that it makes. */
  readonly events?: readonly string[] | ((row: Struck) => readonly string[]);
  /** Types of the webhook deliveries that it makes, where an endpoint wants them. */
  readonly deliveries?: readonly string[] | ((row: Struck) => readonly string[]);
  /** What else changes, after it. */
  readonly also?: (row: Struck) => readonly Companion[];
  /** It strikes rows that the list does not show. */
  readonly ofHidden?: boolean;
  /** Which rows it can strike, when none is named. */
  readonly fits?: (row: Struck) => boolean;
}
