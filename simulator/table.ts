/**
 * The rows of one list. A million of them take no memory: row i is made from its index, by filling
 * its id, times and numbers into one of a few hundred templates. Only rows that were changed are
 * kept.
 */
import type { Blueprint, RowMaker, World } from "./blueprint.ts";
import { compile, type Json, type Key, objectOf, propertiesOf, Raw, Slot, type Template, textOf } from "./json.ts";
import { hash, hashText, indexOfUuid, pick, uuid } from "./random.ts";
import { DAY, parseTime, SECOND, timeText } from "./time.ts";

/** So many different templates a table has at most, for listed and for hidden rows. */
const TEMPLATES = 500;
/** The oldest rows are so old. */
const AGE = 400 * DAY;
/** Every so many rows there is a run of rows with one created_at, longer than a page. */
const PERIOD = 2000;
const RUN = 250;

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
  private readonly prepared = new Map<number, Prepared>();
  private readonly alike = new Map<string, number[]>();
  /** The template of each row, once it is known; -1 before. */
  private readonly templates: Int32Array;

  constructor(blueprint: Blueprint, world: World, size: number) {
    this.blueprint = blueprint;
    this.world = world;
    this.listed = size;
    this.made = size + (blueprint.hidden?.(size) ?? 0);
    this.salt = hash(world.seed, hashText(blueprint.name));
    this.innerSalt = hash(this.salt, 1);
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
    const index = indexOfUuid(this.salt, id);
    return this.has(index) ? index : -1;
  }

  key(index: number, name: string): Key {
    const changed = this.changed.get(index);
    if (changed !== undefined) return changed.keys[name] ?? null;
    const key = this.prepare(index).keys[name] ?? null;
    return key instanceof Slot ? key.key(index) : key;
  }

  byteLength(index: number): number {
    return this.changed.get(index)?.body.length ?? this.prepare(index).template.body.length;
  }

  /** Writes the row's JSON into `page` at `offset` and returns where it ends. */
  write(index: number, page: Buffer, offset: number): number {
    const changed = this.changed.get(index);
    const { body, slots } = changed ? { body: changed.body, slots: [] } : this.prepare(index).template;
    body.copy(page, offset);
    for (const { offset: gap, slot } of slots) page.write(slot.text(index), offset + gap, "latin1");
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
  placeInRun(index: number): { readonly position: number; readonly length: number } | null {
    const period = Math.min(this.listed, PERIOD);
    const length = Math.min(Math.floor(period * 0.31), RUN);
    const position = (index % period) - Math.floor(period / 2);
    return index < this.listed && position >= 0 && position < length ? { position, length } : null;
  }

  /** The row's created_at in microseconds. */
  created(index: number): number {
    if (index >= this.made) return this.world.now + (index - this.made) * 1000 + 1;
    const leader = this.leader(index);
    const step = AGE / this.listed;
    const jitter = hash(this.salt, leader, 4) / 2 ** 32;
    const exact = Math.floor(this.world.now - AGE + (leader + jitter) * step);
    if (this.isWhole(index)) return Math.floor(exact / SECOND) * SECOND;
    return exact % SECOND === 0 ? exact + 1 : exact;
  }

  /** The row whose created_at this row has: its own, its neighbour's or that of its run. */
  private leader(index: number): number {
    if (index >= this.listed) return hash(this.salt, index, 5) % Math.max(this.listed, 1);
    const paired = index % 16 === 7 ? index - 1 : index;
    return paired - (this.placeInRun(paired)?.position ?? 0);
  }

  private isWhole(index: number): boolean {
    if (index >= this.made) return false;
    const leader = this.leader(index);
    return this.placeInRun(leader) !== null || hash(this.salt, leader, 6) % 8 === 0;
  }

  private kind(index: number): string {
    const variant = this.blueprint.variant?.(index, this) ?? "";
    return `${this.isHidden(index)} ${this.isWhole(index)} ${variant}`;
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
    const whole = this.isWhole(template);
    const random = (salt: number): number => hash(this.salt, template, salt + 100);
    return {
      index: template,
      hidden: this.isHidden(template),
      whole,
      world: this.world,
      id: new Slot(38, (index) => `"${this.id(index)}"`, (index) => this.id(index)),
      at: (seconds = 0) => {
        const moment = (index: number): number => this.created(index) + seconds * SECOND;
        return new Slot(whole ? 22 : 29, (index) => `"${timeText(moment(index))}"`, moment);
      },
      innerId: (n) => {
        const id = (index: number): string => uuid(this.innerSalt, index * 8 + n);
        return new Slot(38, (index) => `"${id(index)}"`, id);
      },
      random,
      oneIn: (n, salt) => random(salt) % n === 0,
      some: (name, salt) => random(salt) % Math.max(this.world.table(name).made, 1),
    };
  }
}

const timeName = /(_at|_start|_end|timestamp)$/;

/** What a row can be sorted and filtered by: its strings, numbers, flags and times. */
function keysOf(properties: Readonly<Record<string, Json>>): Record<string, Key | Slot> {
  const keys: Record<string, Key | Slot> = {};
  for (const [name, value] of Object.entries(properties)) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const time = typeof key === "string" && timeName.test(name) ? parseTime(key) : null;
    keys[name] = time?.microseconds ?? key;
  }
  return keys;
}

function keyOf(value: Json): Key | Slot | undefined {
  if (value instanceof Raw) return /^[{[]/.test(value.text) ? undefined : JSON.parse(value.text);
  if (typeof value === "bigint") return Number(value);
  if (value === null || value instanceof Slot || typeof value !== "object") return value;
  return undefined;
}
