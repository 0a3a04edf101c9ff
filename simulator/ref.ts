/** From a row to another one that it refers to. */
import { type Form, type Json, type Key, Live, type Lookup, Slot } from "./json.ts";
import type { Rows } from "./world.ts";

/** The part of a row that is one property. */
const propertyForms = new Map<string, Form>();

export function onlyProperty(name: string): Form {
  let form = propertyForms.get(name);
  if (form === undefined) {
    form = (properties) => properties[name] ?? null;
    propertyForms.set(name, form);
  }
  return form;
}

export class Ref {
  readonly #table: Rows;
  /** A row of which the one referred to is a copy: what templates decide can be read from it. */
  readonly like: number;
  /** The row that row `index` refers to. */
  readonly of: (index: number) => number;
  readonly #fixed: boolean;

  constructor(table: Rows, like: number, of?: (index: number) => number) {
    this.#table = table;
    this.like = like;
    this.of = of ?? (() => like);
    this.#fixed = of === undefined;
  }

  /** The id of the row. */
  get id(): string | Slot {
    const table = this.#table;
    const { of } = this;
    if (this.#fixed) return table.id(this.like);
    return Slot.quoted(
      36,
      (index, bytes, offset) => table.writeId(of(index), bytes, offset),
      (index) => table.id(of(index)),
    );
  }

  /** The row, or a part of it. */
  embed(form?: Form): Live {
    return this.#table.live(this.of, this.#fixed, form);
  }

  /** One property, to sort and filter by as well. */
  property(name: string): Live {
    const { fixed, find, as } = this.embed(onlyProperty(name));
    return new Live(fixed, find, as, this.key(name).key);
  }

  key(name: string): Lookup {
    return this.#table.lookup(this.of, name);
  }

  /** The row of another table whose id that row has as `property`. */
  via(property: string, table: string): Ref {
    const target = this.#table.world.table(table);
    const follow = (row: number): number =>
      target.indexOf(String(this.#table.originally(row, property)));
    const like = follow(this.like);
    return this.#fixed ? new Ref(target, like) : new Ref(target, like, (i) => follow(this.of(i)));
  }

  /** A key of the row as it was made, which is the same for all copies of it. */
  fact(name: string): Key {
    return this.#table.originally(this.like, name);
  }
}

export const idOrNull = (ref: Ref | null): Json => (ref === null ? null : ref.id);
export const embedOrNull = (ref: Ref | null, form?: Form): Json =>
  ref === null ? null : ref.embed(form);
