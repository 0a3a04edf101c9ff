/**
 * The rows of one list. A million of them take no memory: row i is made from its index, by filling
 * its id, times and numbers into one of a few hundred templates. Only rows that were changed are
 * kept.
 */
import type { Blueprint, RowMaker, World } from "./blueprint.ts";
import { Calendar, type PlaceInRun } from "./calendar.ts";
import {
  compile,
  type Json,
  type Key,
  objectOf,
  propertiesOf,
  Raw,
  Slot,
  type Template,
  textOf,
} from "./json.ts";
import { keysOf } from "./keys.ts";
import { hash, hashText, indexOfUuid, pick, uuid, writeUuid } from "./random.ts";
import { SECOND, writeTime } from "./time.ts";
import { VersionCache } from "./version-cache.ts";

/** So many different templates a table has at most, for listed and for hidden rows. */
const TEMPLATES = 500;

interface Changed {
  readonly body: Buffer;
  readonly keys: Readonly<Record<string, Key>>;
}

interface Prepared {
  readonly template: Template;
  readonly keys: Readonly<Record<string, Key | Slot>>;
}

export class Table {
  readonly blueprint: Blueprint;
  readonly world: World;
  /** Rows that the list shows at the start; hidden ones follow them, then inserted ones. */
  readonly listed: number;
  readonly made: number;
  /** Counts the changes: what was derived from an older version is stale. */
  version = 0;
  private inserted = 0;
  private readonly removed = new Set<number>();
  private readonly changed = new Map<number, Changed>();
  private readonly salt: number;
  private readonly innerSalt: number;
  private readonly calendar: Calendar;
  private readonly prepared = new Map<number, Prepared>();
  private readonly alike = new Map<string, number[]>();
  private readonly columns = new VersionCache<readonly Key[]>();
  /** The template of each row, once it is known; -1 before. */
  private readonly templates: Int32Array;

  constructor(blueprint: Blueprint, world: World, size: number) {
    this.blueprint = blueprint;
    this.world = world;
    this.listed = size;
    this.made = size + (blueprint.hidden?.(size) ?? 0);
    this.salt = hash(world.seed, hashText(blueprint.name));
    this.innerSalt = hash(this.salt, 1);
    this.calendar = new Calendar(this.salt, world.now, this.listed, this.made);
    this.templates = new Int32Array(this.made).fill(-1);
    this.sortTemplates(0, size);
    this.sortTemplates(size, this.made);
  }

  /** The indexes of all rows that exist now. */
  indexes(): number[] {
    const all = Array.from({ length: this.made + this.inserted }, (_, index) => index);
    return this.removed.size === 0 ? all : all.filter((index) => !this.removed.has(index));
  }

  has(index: number): boolean {
    return index >= 0 && index < this.made + this.inserted && !this.removed.has(index);
  }

  isHidden(index: number): boolean {
    return index >= this.listed && index < this.made;
  }

  /** Whether the row is there since the start. */
  isOriginal(index: number): boolean {
    return index < this.made;
  }

  wasChanged(index: number): boolean {
    return this.changed.has(index);
  }

  id(index: number): string {
    return uuid(this.salt, index);
  }

  /** The row with this id, or -1. */
  find(id: string): number {
    const index = this.indexOf(id);
    return this.has(index) ? index : -1;
  }

  /** The row that was made with this id, whether or not it is still there. */
  indexOf(id: string): number {
    return indexOfUuid(this.salt, id);
  }

  key(index: number, name: string): Key {
    const changed = this.changed.get(index);
    if (changed !== undefined) return changed.keys[name] ?? null;
    const key = this.prepare(index).keys[name] ?? null;
    return key instanceof Slot ? key.key(index) : key;
  }

  /** The keys of that name of all rows, by index: made once for as long as nothing changes. */
  column(name: string): readonly Key[] {
    return this.columns.get(name, this.version, () => {
      const keys: Key[] = [];
      for (const index of this.indexes()) keys[index] = this.key(index, name);
      return keys;
    });
  }

  byteLength(index: number): number {
    return this.changed.get(index)?.body.length ?? this.prepare(index).template.body.length;
  }

  /** Writes the row's JSON into `page` at `offset` and returns where it ends. */
  write(index: number, page: Buffer, offset: number): number {
    const changed = this.changed.get(index);
    const { body, slots } = changed
      ? { body: changed.body, slots: [] }
      : this.prepare(index).template;
    body.copy(page, offset);
    for (const { offset: gap, slot } of slots) slot.write(index, page, offset + gap);
    return offset + body.length;
  }

  /** The row's JSON text. */
  text(index: number): string {
    const body = Buffer.allocUnsafe(this.byteLength(index));
    this.write(index, body, 0);
    return body.toString();
  }

  /** Some of the row's properties, to stand inside a row of another table. */
  embed(index: number, make: (row: RowMaker) => Json): Raw {
    return new Raw(textOf(make(this.maker(this.templateOf(index))), index));
  }

  /** Adds a row that is created now and returns its index. */
  insert(changes: Readonly<Record<string, Json>> = {}): number {
    const index = this.made + this.inserted++;
    this.version++;
    if (Object.keys(changes).length > 0) this.update(index, changes);
    return index;
  }

  /** Replaces some of a row's properties. */
  update(index: number, changes: Readonly<Record<string, Json>>): void {
    const properties = new Map<string, Json>(propertiesOf(this.text(index)));
    for (const [name, value] of Object.entries(changes)) properties.set(name, value);
    const keys: Record<string, Key> = {};
    for (const name of Object.keys(this.prepare(index).keys)) keys[name] = this.key(index, name);
    for (const [name, key] of Object.entries(keysOf(changes))) {
      keys[name] = key instanceof Slot ? key.key(index) : key;
    }
    this.changed.set(index, { body: Buffer.from(objectOf(properties)), keys });
    this.version++;
  }

  remove(index: number): void {
    this.removed.add(index);
    this.changed.delete(index);
    this.version++;
  }

  /** Makes every template now instead of when it is first needed. */
  prepareAll(): void {
    for (const indexes of this.alike.values()) for (const index of indexes) this.prepare(index);
  }

  /** Where a row stands in its run of equal created_at; null if it stands in none. */
  placeInRun(index: number): PlaceInRun | null {
    return this.calendar.placeInRun(index);
  }

  /** The row's created_at in microseconds. */
  created(index: number): number {
    return this.calendar.created(index);
  }

  private kind(index: number): string {
    const variant = this.blueprint.variant?.(index, this) ?? "";
    return `${this.isHidden(index)} ${this.calendar.isWhole(index)} ${variant}`;
  }

  private sortTemplates(from: number, to: number): void {
    for (let index = from; index < Math.min(to, from + TEMPLATES); index++) {
      const kind = this.kind(index);
      const alike = this.alike.get(kind);
      if (alike === undefined) this.alike.set(kind, [index]);
      else alike.push(index);
    }
  }

  private templateOf(index: number): number {
    const known = this.templates[index] ?? -1;
    if (known >= 0) return known;
    const template = this.chooseTemplate(index);
    this.templates[index] = template;
    return template;
  }

  private chooseTemplate(index: number): number {
    if (index < Math.min(this.listed, TEMPLATES)) return index;
    if (this.isHidden(index) && index < this.listed + TEMPLATES) return index;
    const alike = this.alike.get(this.kind(index));
    return alike === undefined ? index : pick(alike, hash(this.salt, index, 7));
  }

  private prepare(index: number): Prepared {
    const template = this.templateOf(index);
    const known = this.prepared.get(template);
    if (known !== undefined) return known;
    const { properties, keys } = this.blueprint.build(this.maker(template));
    const prepared = { template: compile(properties), keys: { ...keysOf(properties), ...keys } };
    this.prepared.set(template, prepared);
    return prepared;
  }

  private maker(template: number): RowMaker {
    const whole = this.calendar.isWhole(template);
    const random = (salt: number): number => hash(this.salt, template, salt + 100);
    return {
      index: template,
      hidden: this.isHidden(template),
      whole,
      world: this.world,
      id: idSlot(this.salt, 1, 0),
      at: (seconds = 0) => timeSlot(whole, (index) => this.created(index) + seconds * SECOND),
      changedAt: (seconds) =>
        timeSlot(whole, (index) => {
          const moment = this.created(index) + seconds * SECOND;
          return moment < this.world.now ? moment : this.created(index);
        }),
      innerId: (n) => idSlot(this.innerSalt, 8, n),
      random,
      oneIn: (n, salt) => random(salt) % n === 0,
      some: (name, salt) => random(salt) % Math.max(this.world.table(name).listed, 1),
      someEver: (name, salt) => random(salt) % Math.max(this.world.table(name).made, 1),
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
