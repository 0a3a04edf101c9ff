/** The data behind the API: a table for each list, made when it is first needed. */
import type { Blueprint } from "./blueprint.ts";
import { Listing, type Ties } from "./listing.ts";
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
  /** When the simulation begins. */
  readonly now: Date;
}

/** The names of all lists with their usual sizes. */
export const usualSizes: ReadonlyMap<string, number> = new Map(
  blueprints.map(({ name, size }) => [name, size]),
);

export class Data implements World {
  readonly seed: number;
  readonly now: number;
  version = 0;
  readonly spread: boolean;
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
