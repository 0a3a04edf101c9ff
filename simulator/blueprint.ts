/** The words in which a list of the API is described: where it is, how it is asked, what is in it. */
import type { Key, Lookup, Properties, Slot } from "./json.ts";
import type { Ref } from "./ref.ts";
import type { Rows, World } from "./world.ts";

/** A query parameter that narrows a list. It compares its value with the row's key of that name. */
export interface Filter {
  readonly parameter: string;
  readonly key: string;
  readonly form:
    | { readonly is: "id" | "text" | "flag" }
    /** An id of which the last one counts. */
    | { readonly is: "single-id" }
    | { readonly is: "choice"; readonly values: readonly string[] }
    | {
        readonly is: "time";
        readonly keeps: (key: number, bound: number) => boolean;
        /** Refuses a time without an offset. Other endpoints take it as UTC. */
        readonly aware: boolean;
      };
}

export const byId = (parameter: string, key = parameter): Filter => ({
  parameter,
  key,
  form: { is: "id" },
});
export const bySingleId = (parameter: string, key = parameter): Filter => ({
  parameter,
  key,
  form: { is: "single-id" },
});
export const byText = (parameter: string, key = parameter): Filter => ({
  parameter,
  key,
  form: { is: "text" },
});
export const byFlag = (parameter: string, key = parameter): Filter => ({
  parameter,
  key,
  form: { is: "flag" },
});
export const byChoice = (
  parameter: string,
  values: readonly string[],
  key = parameter,
): Filter => ({ parameter, key, form: { is: "choice", values } });
export const byTime = (
  parameter: string,
  key: string,
  keeps: (key: number, bound: number) => boolean,
  aware = false,
): Filter => ({ parameter, key, form: { is: "time", keeps, aware } });

export const later = (key: number, bound: number): boolean => key > bound;
export const earlier = (key: number, bound: number): boolean => key < bound;

/** What a row is made with. Copies of a template share everything but the slots. */
export interface RowMaker {
  /** The template's index in the table. */
  readonly index: number;
  /** Whether the list hides the row. */
  readonly hidden: boolean;
  /** Whether the row's own times have no fraction. */
  readonly whole: boolean;
  readonly world: World;
  readonly id: Slot;
  /** The row's created_at, or a time so many seconds after it. */
  readonly at: (seconds?: number) => Slot;
  /** A time so many seconds after created_at, if that is past; otherwise created_at. */
  readonly changedAt: (seconds: number) => Slot;
  /** The id of the n-th thing (up to 8) inside this row. */
  readonly innerId: (n: number) => Slot;
  /** A random 32-bit number, another one for each `salt`. */
  readonly random: (salt: number) => number;
  /** True in one of `n` cases. */
  readonly oneIn: (n: number, salt: number) => boolean;
  /** The index of some row of another table that its list shows at the start. */
  readonly some: (table: string, salt: number) => number;
  /** A row of another table, which another copy of the template may have another one of. */
  readonly one: (table: string, salt: number) => Ref;
  /** The same, with those among them that the list hides, such as deleted customers. */
  readonly oneEver: (table: string, salt: number) => Ref;
  /** What whoever inserted or changed the row said that it refers to; otherwise what is made up. */
  readonly link: (role: Role, otherwise: () => Ref) => Ref;
  readonly linkIfAny: (role: Role, otherwise: () => Ref | null) => Ref | null;
  /** The properties that the row was given. */
  readonly given: Properties;
}

/** What a row can be told to refer to, with the table of each. */
export const roles = {
  customer: "customers",
  subscription: "subscriptions",
  order: "orders",
  product: "products",
  discount: "discounts",
  checkout: "checkouts",
  payment: "payments",
  benefit: "benefits",
  member: "members",
  meter: "meters",
  endpoint: "webhook_endpoints",
} as const;

export type Role = keyof typeof roles;

/** The ids of the rows that a row refers to; null for none. */
export type Links = { readonly [role in Role]?: string | null };

/**
 * A row's properties in the server's order. Lists can be sorted and filtered by those that are no
 * objects, and by further keys.
 */
export interface Made {
  readonly properties: Properties;
  readonly keys?: Readonly<Record<string, Key | Slot | Lookup>>;
  /** Keys that follow from the properties, and change with them. */
  readonly derive?: (properties: Properties) => Readonly<Record<string, Key>>;
}

/** A list of the API. */
export interface Blueprint {
  readonly name: string;
  readonly path: string;
  readonly scopes: readonly string[];
  /** Values of `sorting`, without `-`. Empty: the list takes no such parameter. */
  readonly sorting: readonly string[];
  /** The order without `sorting`. Empty: no ORDER BY at all. */
  readonly order: readonly string[];
  readonly filters: readonly Filter[];
  /**
   * A list for each row of another table: the path has `*` for its id, and `key` names it in the
   * list's rows.
   */
  readonly parent?: { readonly table: string; readonly key: string };
  /** It has an answer of its own instead of pages. */
  readonly unpaged?: boolean;
  /** Rows in the list, unless the options say otherwise. */
  readonly size: number;
  /** Further rows that the list does not show. */
  readonly hidden?: (size: number) => number;
  /** The parameter that makes the list show hidden rows as well. */
  readonly revealedBy?: string;
  /** Rows of different variants do not share a template. */
  readonly variant?: (index: number, table: Rows) => string;
  /** On an empty page it says that there are no rows at all, and it knows `cursor_pagination`. */
  readonly forgetful?: boolean;
  /** Whether one row can be asked for by its id. */
  readonly single: boolean;
  /** Properties that the server sends from this API version on, or (`later`) not yet. */
  readonly since?: Readonly<Record<string, string>>;
  readonly build: (row: RowMaker) => Made;
}
