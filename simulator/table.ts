/**
 * The rows of one list. A million of them take no memory: row i is made from its index, by filling
 * its id, times and numbers into one of a few hundred templates. Only rows that were changed are
 * kept.
 */
import { type Blueprint, type Links, type Role, type RowMaker, roles } from "./blueprint.ts";
import { Calendar } from "./calendar.ts";
import {
  type Form,
  type Json,
  type Key,
  Live,
  Lookup,
  type Properties,
  Slot,
  textOf,
} from "./json.ts";
import { keysOf } from "./keys.ts";
import { hash, hashText, indexOfUuid, uuid, writeUuid } from "./random.ts";
import { Ref } from "./ref.ts";
import { Shape } from "./shape.ts";
import { Templates } from "./templates.ts";
import { SECOND, writeTime } from "./time.ts";
import type { PlaceInRun, Rows, World } from "./world.ts";

/** What a row was told to be. */
interface Own {
  readonly given: Properties;
  readonly links: Links;
  readonly shape: Shape;
}

export class Table implements Rows {
  readonly blueprint: Blueprint;
  readonly world: World;
  readonly listed: number;
  readonly made: number;
  /** The rows that were inserted, changed, hidden, shown and removed, in that order. */
  readonly log: number[] = [];
  #inserted = 0;
  /** Whether rows of other tables have keys of these rows, and templates copies of them. */
  #isLookedUp = false;
  #isCopied = false;
  /** In small organizations, rows refer to some that are not there yet. */
  #isForetold = false;
  readonly #removed = new Set<number>();
  /** Rows that no longer are as hidden or visible as they were made. */
  readonly #hidden = new Map<number, boolean>();
  readonly #own = new Map<number, Own>();
  readonly #salt: number;
  readonly #innerSalt: number;
  readonly #calendar: Calendar;
  readonly #templates: Templates;
  readonly #shapes = new Map<number, Shape>();

  constructor(blueprint: Blueprint, world: World, size: number) {
    this.blueprint = blueprint;
    this.world = world;
    this.listed = size;
    this.made = size + (blueprint.hidden?.(size) ?? 0);
    this.#salt = hash(world.seed, hashText(blueprint.name));
    this.#innerSalt = hash(this.#salt, 1);
    this.#calendar = new Calendar(this.#salt, world.now, this.listed, this.made);
    const kind = (index: number): string =>
      `${this.#wasHidden(index)} ${this.#calendar.isWhole(index)} ${blueprint.variant?.(index, this) ?? ""}`;
    this.#templates = new Templates(this.listed, this.made, this.#salt, kind);
  }

  /** Counts the changes: what was derived from an older version is stale. */
  get version(): number {
    return this.log.length;
  }

  /** The indexes of all rows that exist now. */
  indexes(): number[] {
    const all = Array.from({ length: this.made + this.#inserted }, (_, index) => index);
    return this.#removed.size === 0 ? all : all.filter((index) => !this.#removed.has(index));
  }

  /** How many rows there have ever been. */
  get size(): number {
    return this.made + this.#inserted;
  }

  /** Whether its rows have that property. */
  knows(name: string): boolean {
    return name in this.#sharedShape(0).properties;
  }

  has(index: number): boolean {
    return index >= 0 && index < this.size && !this.#removed.has(index);
  }

  isHidden(index: number): boolean {
    return this.#hidden.get(index) ?? this.#wasHidden(index);
  }

  /** Whether the row is there since the start. */
  isOriginal(index: number): boolean {
    return index < this.made;
  }

  wasChanged(index: number): boolean {
    return this.#own.has(index);
  }

  id(index: number): string {
    return uuid(this.#salt, index);
  }

  writeId(index: number, bytes: Uint8Array, offset: number): void {
    writeUuid(this.#salt, index, bytes, offset);
  }

  /** The row with this id, or -1. */
  find(id: string): number {
    const index = this.indexOf(id);
    return this.has(index) ? index : -1;
  }

  indexOf(id: string): number {
    return indexOfUuid(this.#salt, id);
  }

  key(index: number, name: string): Key {
    return this.#shape(index).key(index, name);
  }

  originally(index: number, name: string): Key {
    if (!this.isOriginal(index)) return this.key(index, name);
    return this.#sharedShape(index).key(index, name);
  }

  /** Whether that key of the row depends on other rows. */
  looksUp(index: number, name: string): boolean {
    return this.#shape(index).looksUp(name);
  }

  property(index: number, name: string): Json {
    return this.#shape(index).property(name);
  }

  byteLength(index: number): number {
    return this.#shape(index).text().byteLength(index);
  }

  /** Writes the row's JSON into `page` at `offset` and returns where it ends. */
  write(index: number, page: Buffer, offset: number): number {
    return this.#shape(index).text().write(index, page, offset);
  }

  /** The row's JSON text, or that of a part of it. */
  text(index: number, form?: Form): string {
    const text = this.#shape(index).text(form);
    const body = Buffer.allocUnsafe(text.byteLength(index));
    text.write(index, body, 0);
    return body.toString();
  }

  live(of: (index: number) => number, fixed: boolean, form?: Form): Live {
    const find: Live["find"] = (index) => {
      const row = of(index);
      return { text: this.#shape(row).text(form), index: row };
    };
    this.#isCopied ||= fixed;
    return new Live(fixed, find, (other) => this.live(of, fixed, other));
  }

  lookup(of: (index: number) => number, name: string): Lookup {
    this.#isLookedUp = true;
    return new Lookup((index) => this.key(of(index), name));
  }

  /** What the template of a row makes of it, in a form that its properties do not have. */
  render(index: number, make: (row: RowMaker) => Json): string {
    const template = this.#templates.of(index);
    return textOf(make(this.#maker(template, this.#calendar.isWhole(template), {}, {})), index);
  }

  rowsLike(index: number): readonly number[] {
    return this.#templates.sharers(index);
  }

  /** Adds a row that is created now, or at `created`, and returns its index. */
  insert(given: Properties = {}, links: Links = {}, created?: number): number {
    const index = this.made + this.#inserted++;
    this.#calendar.insert(created);
    if (Object.keys(given).length > 0 || Object.keys(links).length > 0) {
      this.#keep(index, given, links);
    }
    this.log.push(index);
    if (this.#isForetold) this.#countChange();
    return index;
  }

  /** Replaces some of a row's properties, and what it refers to. */
  update(index: number, given: Properties, links: Links = {}): void {
    const known = this.#own.get(index);
    this.#keep(index, { ...known?.given, ...given }, { ...known?.links, ...links });
    this.#changed(index);
  }

  /** Hides a row from its list, or shows it again. Rows that contain it still do. */
  hide(index: number, hidden = true): void {
    this.#hidden.set(index, hidden);
    this.#changed(index);
  }

  remove(index: number): void {
    this.#removed.add(index);
    this.#own.delete(index);
    this.#changed(index);
  }

  /** Makes every template now instead of when it is first needed. */
  prepareAll(): void {
    for (const index of this.#templates.all()) this.#shape(index).text();
  }

  placeInRun(index: number): PlaceInRun | null {
    return this.#calendar.placeInRun(index);
  }

  /** The row's created_at in microseconds. */
  created(index: number): number {
    return this.#calendar.created(index);
  }

  #changed(index: number): void {
    this.log.push(index);
    this.#countChange();
  }

  #countChange(): void {
    if (this.#isLookedUp) this.world.lookups++;
    if (this.#isCopied) this.world.copies++;
  }

  #keep(index: number, given: Properties, links: Links): void {
    const whole = this.#calendar.isWhole(index);
    const shape = this.#build(this.#templates.of(index), whole, given, links);
    this.#own.set(index, { given, links, shape });
  }

  #wasHidden(index: number): boolean {
    return index >= this.listed && index < this.made;
  }

  #shape(index: number): Shape {
    if (index >= this.size) this.#isForetold = true;
    return this.#own.get(index)?.shape ?? this.#sharedShape(index);
  }

  #sharedShape(index: number): Shape {
    const template = this.#templates.of(index);
    let shape = this.#shapes.get(template);
    if (shape === undefined) {
      shape = this.#build(template, this.#calendar.isWhole(template), {}, {});
      this.#shapes.set(template, shape);
    }
    return shape;
  }

  #build(template: number, whole: boolean, given: Properties, links: Links): Shape {
    const made = this.blueprint.build(this.#maker(template, whole, given, links));
    const properties = { ...made.properties, ...given };
    const keys = {
      ...keysOf(made.properties),
      ...made.keys,
      ...keysOf(given),
      ...made.derive?.(properties),
    };
    return new Shape(properties, keys, this.world);
  }

  /** The row that a role was given to; undefined if nothing was said of it. */
  #linked(links: Links, role: Role): Ref | null | undefined {
    const id = links[role];
    if (id === undefined || id === null) return id;
    const rows = this.world.table(roles[role]);
    const index = rows.indexOf(id);
    if (index < 0) throw new Error(`${roles[role]} has no row ${id}`);
    return new Ref(rows, index);
  }

  #maker(template: number, whole: boolean, given: Properties, links: Links): RowMaker {
    const { world } = this;
    const random = (salt: number): number => hash(this.#salt, template, salt + 100);
    const some = (name: string, salt: number): number =>
      random(salt) % Math.max(world.table(name).listed, 1);
    const someEver = (name: string, salt: number): number =>
      random(salt) % Math.max(world.table(name).made, 1);
    const refer = (name: string, like: number, salt: number): Ref => {
      const rows = world.table(name);
      if (!world.spread) return new Ref(rows, like);
      const others = rows.rowsLike(like);
      return new Ref(rows, like, (index) =>
        index === template ? like : (others[hash(this.#salt, index, salt) % others.length] ?? like),
      );
    };
    return {
      index: template,
      hidden: this.#wasHidden(template),
      whole,
      world,
      given,
      id: idSlot(this.#salt, 1, 0),
      at: (seconds = 0) => timeSlot(whole, (index) => this.created(index) + seconds * SECOND),
      changedAt: (seconds) =>
        timeSlot(whole, (index) => {
          const moment = this.created(index) + seconds * SECOND;
          return moment < world.now ? moment : this.created(index);
        }),
      innerId: (n) => idSlot(this.#innerSalt, 8, n),
      random,
      oneIn: (n, salt) => random(salt) % n === 0,
      some,
      one: (name, salt) => refer(name, some(name, salt), salt),
      oneEver: (name, salt) => refer(name, someEver(name, salt), salt),
      link: (role, otherwise) => this.#linked(links, role) ?? otherwise(),
      linkIfAny: (role, otherwise) => {
        const linked = this.#linked(links, role);
        return linked === undefined ? otherwise() : linked;
      },
    };
  }
}

const timeSlot = (whole: boolean, moment: (index: number) => number): Slot =>
  Slot.quoted(
    whole ? 20 : 27,
    (index, bytes, offset) => writeTime(moment(index), bytes, offset),
    moment,
  );

/** The id of thing `n` out of `factor` that belong to a row. */
const idSlot = (salt: number, factor: number, n: number): Slot =>
  Slot.quoted(
    36,
    (index, bytes, offset) => writeUuid(salt, index * factor + n, bytes, offset),
    (index) => uuid(salt, index * factor + n),
  );
