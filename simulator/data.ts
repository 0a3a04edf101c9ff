/** The data behind the API: a table for each list, made when it is first needed. */
import type { Blueprint, Links } from "./blueprint.ts";
import type { Key, Properties } from "./json.ts";
import { Listing, type Ties } from "./listing.ts";
import { hash, hashText, uuid } from "./random.ts";
import { blueprints } from "./rows/index.ts";
import { Table } from "./table.ts";
import type { World } from "./world.ts";

export interface DataOptions {
  readonly seed: number;
  /** Rows of each list, by name. Lists that are not named have their usual size. */
  readonly sizes: Partial<Record<string, number>>;
  readonly ties: Ties;
  /** Every so many-th event was ingested twice; 0 for none. */
  readonly duplicateEvents: number;
  readonly spread: boolean;
  readonly ordinaryAmounts: boolean;
  /** When the simulation begins. */
  readonly now: Date;
}

/** Something that was done to the rows of a list. */
export type Operation = { readonly list: string } & (
  | {
      readonly does: "insert";
      readonly given: Properties;
      readonly links: Links;
      readonly created: number | undefined;
    }
  | {
      readonly does: "update";
      readonly row: number;
      readonly given: Properties;
      readonly links: Links;
    }
  | { readonly does: "hide"; readonly row: number; readonly hidden: boolean }
  | { readonly does: "remove"; readonly row: number }
);

/** The names of all lists with their usual sizes. */
export const usualSizes: ReadonlyMap<string, number> = new Map(
  blueprints.map(({ name, size }) => [name, size]),
);

export class Data implements World {
  readonly seed: number;
  readonly now: number;
  lookups = 0;
  copies = 0;
  /** Told of everything that is done to the rows. */
  onOperation: ((operation: Operation) => void) | null = null;
  #ids = 0;
  readonly spread: boolean;
  readonly ordinaryAmounts: boolean;
  readonly organizationId: string;
  readonly #options: DataOptions;
  readonly #tables = new Map<string, Table>();
  readonly #listings = new Map<string, Listing>();

  constructor(options: DataOptions) {
    const unknown = Object.keys(options.sizes).find((name) => !usualSizes.has(name));
    if (unknown !== undefined) throw new Error(`no list is called "${unknown}"`);
    this.#options = options;
    this.seed = options.seed;
    this.spread = options.spread;
    this.ordinaryAmounts = options.ordinaryAmounts;
    this.now = options.now.getTime() * 1000;
    this.organizationId = this.table("organizations").id(0);
  }

  table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      const blueprint = blueprintOf(name);
      table = new Table(blueprint, this, this.#options.sizes[name] ?? blueprint.size);
      this.#tables.set(name, table);
    }
    return table;
  }

  /** Adds a row; see {@link Table.insert}. */
  insert(list: string, given: Properties, links: Links = {}, created?: number): number {
    this.#apply({ does: "insert", list, given, links, created });
    return this.table(list).size - 1;
  }

  update(list: string, row: number, given: Properties, links: Links = {}): void {
    this.#apply({ does: "update", list, row, given, links });
  }

  hide(list: string, row: number, hidden: boolean): void {
    this.#apply({ does: "hide", list, row, hidden });
  }

  remove(list: string, row: number): void {
    this.#apply({ does: "remove", list, row });
  }

  /** Repeats what was done to other data of the same seed and sizes. */
  apply(operation: Operation): void {
    const table = this.table(operation.list);
    switch (operation.does) {
      case "insert":
        table.insert(operation.given, operation.links, operation.created);
        return;
      case "update":
        table.update(operation.row, operation.given, operation.links);
        return;
      case "hide":
        table.hide(operation.row, operation.hidden);
        return;
      case "remove":
        table.remove(operation.row);
    }
  }

  #apply(operation: Operation): void {
    this.apply(operation);
    this.onOperation?.(operation);
  }

  /** A value of the row with that id; null if there is none. */
  keyOf(list: string, id: Key, name: string): Key {
    const table = this.table(list);
    const row = typeof id === "string" ? table.find(id) : -1;
    return row < 0 ? null : table.key(row, name);
  }

  /** An id of something that is in no list. */
  newId(kind: string): string {
    return uuid(hash(this.seed, hashText(kind)), this.#ids++);
  }

  /** Makes all templates and sorts every list once, so that no request has to. */
  renderAhead(): void {
    for (const { name, order } of blueprints) {
      const table = this.table(name);
      table.prepareAll();
      const orders = name === "orders" ? [order, ["created_at", "invoice_number"]] : [order];
      for (const sorting of orders) {
        const selection = { sorting, conditions: [], revealed: false, name: sorting.join("&") };
        this.listing(name).count(selection);
      }
    }
  }

  listing(name: string): Listing {
    let listing = this.#listings.get(name);
    if (listing === undefined) {
      const twiceEvery = name === "events" ? this.#options.duplicateEvents : 0;
      listing = new Listing(this.table(name), this.#options.ties, twiceEvery);
      this.#listings.set(name, listing);
    }
    return listing;
  }
}

export function blueprintOf(name: string): Blueprint {
  const blueprint = blueprints.find((candidate) => candidate.name === name);
  if (blueprint === undefined) throw new Error(`no list is called "${name}"`);
  return blueprint;
}
