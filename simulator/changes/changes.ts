/** Makes changes as the server does: the row, and then all that comes with it. */
import type { Links } from "../blueprint.ts";
import type { Clock } from "../clock.ts";
import type { Data } from "../data.ts";
import type { Properties } from "../json.ts";
import { hash } from "../random.ts";
import type { Table } from "../table.ts";
import { DAY, SECOND, timeText } from "../time.ts";
import type { ChangeKind, Struck } from "./change.ts";
import { Deliveries } from "./deliveries.ts";
import { isDelayed, systemEvent } from "./events.ts";
import { changeKinds } from "./kinds.ts";

/** What a change is to be, beyond its kind. */
export interface ChangeOptions {
  /** The row to strike. Without it one is chosen by the seed, among those that fit. */
  readonly id?: string;
  /** Properties, beside those that the kind sets. */
  readonly given?: Properties;
  /** What the row is to refer to, by id: a created order's customer, for example. */
  readonly links?: Links;
  /** What a created row says of when it was created: for imports and late events. */
  readonly at?: Date | undefined;
}

/** `customer.*` events are written by a background job, so many seconds after the change. */
const JOB_SECONDS = 2;
/** So many rows are tried before all are looked at. */
const TRIES = 100;

export class Changes {
  readonly #data: Data;
  readonly #clock: Clock;
  readonly #deliveries: Deliveries;
  #made = 0;

  constructor(data: Data, clock: Clock) {
    this.#data = data;
    this.#clock = clock;
    this.#deliveries = new Deliveries(data);
  }

  /** Makes a change and returns the id of its row; null if no row fits. */
  change(name: string, options: ChangeOptions = {}): string | null {
    const kind = changeKinds.get(name);
    if (kind === undefined) throw new Error(`no change is called "${name}"`);
    this.#made++;
    const table = this.#data.table(kind.list);
    const now = this.#clock.tick();
    const moment = momentOf(kind, options, now);
    const row =
      kind.does === "create"
        ? this.#create(kind, table, options, moment)
        : this.#strike(kind, table, options, moment);
    if (row === null) return null;
    this.#tell(kind, this.#struck(table, row, moment), now);
    return table.id(row);
  }

  #create(kind: ChangeKind, table: Table, options: ChangeOptions, moment: number): number {
    const given = {
      ...(table.knows("modified_at") ? { modified_at: null } : {}),
      ...kind.set?.(this.#struck(table, -1, moment)),
      ...options.given,
    };
    return this.#data.insert(kind.list, given, options.links ?? {}, moment);
  }

  #strike(kind: ChangeKind, table: Table, options: ChangeOptions, moment: number): number | null {
    const row = options.id === undefined ? this.#choose(kind, table) : table.find(options.id);
    if (row === null) return null;
    if (row < 0) throw new Error(`${kind.list} has no row ${options.id}`);
    if (kind.does === "remove") {
      this.#data.remove(kind.list, row);
      return row;
    }
    const isModified = kind.unmodified !== true && table.knows("modified_at");
    const given = {
      ...(isModified ? { modified_at: timeText(moment) } : {}),
      ...kind.set?.(this.#struck(table, row, moment)),
      ...options.given,
    };
    this.#data.update(kind.list, row, given, options.links);
    if (kind.does !== "update") this.#data.hide(kind.list, row, kind.does === "delete");
    return row;
  }

  /** The events, deliveries and further changes that come with a change. */
  #tell(kind: ChangeKind, row: Struck, now: number): void {
    const listOf = (names: ChangeKind["events"]): readonly string[] =>
      typeof names === "function" ? names(row) : (names ?? []);
    for (const type of listOf(kind.deliveries))
      this.#deliveries.deliver(type, kind.list, row.id, now);
    for (const name of listOf(kind.events)) {
      const write = (): void => {
        const { given, customer, created } = systemEvent(this.#data, name, kind.list, row);
        this.#data.insert("events", given, { customer }, created ?? this.#clock.now);
      };
      this.#clock.later(isDelayed(name) ? JOB_SECONDS : 0, write);
    }
    for (const { kind: name, ...options } of kind.also?.(row) ?? []) this.change(name, options);
  }

  #struck(table: Table, row: number, moment: number): Struck {
    return {
      id: row < 0 ? "" : table.id(row),
      key: (name) => (row < 0 ? null : table.key(row, name)),
      at: (seconds = 0) => timeText(moment + seconds * SECOND),
      other: (list, id, name) => this.#data.keyOf(list, id, name),
    };
  }

  /** A row that the change can strike, by seed. */
  #choose(kind: ChangeKind, table: Table): number | null {
    const fits = (row: number): boolean =>
      table.has(row) &&
      table.isHidden(row) === (kind.ofHidden ?? kind.does === "restore") &&
      (kind.fits?.(this.#struck(table, row, 0)) ?? true);
    const size = table.size;
    const start = hash(this.#data.seed, this.#made, 11) % Math.max(size, 1);
    for (let tries = 0; tries < Math.min(TRIES, size); tries++) {
      const row = hash(this.#data.seed, this.#made, 12 + tries) % size;
      if (fits(row)) return row;
    }
    for (let at = 0; at < size; at++) if (fits((start + at) % size)) return (start + at) % size;
    return null;
  }
}

function momentOf(kind: ChangeKind, { at }: ChangeOptions, now: number): number {
  if (at !== undefined) return at.getTime() * 1000 + (now % 1000);
  return now - (kind.daysAgo ?? 0) * DAY;
}
