/** Rows that come, change and go while somebody reads the list that they are in. */
import type { Data } from "./data.ts";
import { hash } from "./random.ts";
import { timeText } from "./time.ts";

export interface Mutations {
  /** Changes come before every n-th request to a list, and strike that list. */
  readonly everyRequests: number;
  /** So many rows each time. */
  readonly insert?: number | undefined;
  readonly update?: number | undefined;
  readonly remove?: number | undefined;
  /** Only these lists. */
  readonly streams?: readonly string[] | undefined;
  /** Ends after so many times. */
  readonly times?: number | undefined;
}

export class Mutator {
  readonly #data: Data;
  readonly #mutations: Mutations;
  #requests = 0;
  #turns = 0;

  constructor(data: Data, mutations: Mutations) {
    this.#data = data;
    this.#mutations = mutations;
  }

  /** To be called before each answer from the list `name`. */
  beforeAnswer(name: string): void {
    const { everyRequests, streams, times = Infinity } = this.#mutations;
    if (streams !== undefined && !streams.includes(name)) return;
    if (++this.#requests % everyRequests !== 0 || this.#turns >= times) return;
    this.#turns++;
    this.#mutate(name);
  }

  #mutate(name: string): void {
    const { insert = 0, update = 0, remove = 0 } = this.#mutations;
    for (let n = 0; n < insert; n++) this.#data.insert(name, {});
    this.#someRows(name, update, 1).forEach((row) => {
      const seconds = this.#turns * 1_000_000;
      this.#data.update(name, row, { modified_at: timeText(this.#data.now + seconds) });
    });
    this.#someRows(name, remove, 2).forEach((row) => {
      this.#data.remove(name, row);
    });
  }

  /** Rows that the list shows, chosen by seed. */
  #someRows(name: string, count: number, salt: number): Set<number> {
    const table = this.#data.table(name);
    const rows = table.indexes().filter((row) => !table.isHidden(row));
    const chosen = new Set<number>();
    for (let n = 0; n < count && rows.length > 0; n++) {
      const at = hash(this.#data.seed, this.#turns * 1000 + n, salt) % rows.length;
      for (const row of rows.splice(at, 1)) chosen.add(row);
    }
    return chosen;
  }
}
