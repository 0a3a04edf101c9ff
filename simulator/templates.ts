/** Which rows of a table share a template: there are a few hundred, however many rows there are. */
import { hash, pick } from "./random.ts";

/** So many different templates a table has at most, for listed and for hidden rows. */
const TEMPLATES = 500;

export class Templates {
  readonly #listed: number;
  readonly #made: number;
  readonly #salt: number;
  /** Rows of different kinds must not share a template. */
  readonly #kind: (index: number) => string;
  readonly #alike = new Map<string, number[]>();
  /** The template of each row, once it is known; -1 before. */
  readonly #known: Int32Array;
  #sharers: Map<number, number[]> | null = null;

  constructor(listed: number, made: number, salt: number, kind: (index: number) => string) {
    this.#listed = listed;
    this.#made = made;
    this.#salt = salt;
    this.#kind = kind;
    this.#known = new Int32Array(made).fill(-1);
    this.#sort(0, listed);
    this.#sort(listed, made);
  }

  /** The row after which a row is made. */
  of(index: number): number {
    const known = this.#known[index] ?? -1;
    if (known >= 0) return known;
    const template = this.#choose(index);
    this.#known[index] = template;
    return template;
  }

  /** The rows that were there from the start and have the template of row `index`. */
  sharers(index: number): readonly number[] {
    if (this.#sharers === null) {
      this.#sharers = new Map();
      for (let row = 0; row < this.#made; row++) {
        const template = this.of(row);
        const sharers = this.#sharers.get(template);
        if (sharers === undefined) this.#sharers.set(template, [row]);
        else sharers.push(row);
      }
    }
    return this.#sharers.get(this.of(index)) ?? [index];
  }

  all(): readonly number[] {
    return [...this.#alike.values()].flat();
  }

  #sort(from: number, to: number): void {
    for (let index = from; index < Math.min(to, from + TEMPLATES); index++) {
      const kind = this.#kind(index);
      const alike = this.#alike.get(kind);
      if (alike === undefined) this.#alike.set(kind, [index]);
      else alike.push(index);
    }
  }

  #choose(index: number): number {
    if (index < Math.min(this.#listed, TEMPLATES)) return index;
    const isHidden = index >= this.#listed && index < this.#made;
    if (isHidden && index < this.#listed + TEMPLATES) return index;
    const alike = this.#alike.get(this.#kind(index));
    return alike === undefined ? index : pick(alike, hash(this.#salt, index, 7));
  }
}
