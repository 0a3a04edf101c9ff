import type { Counted } from "../bookmarks/window-bookmark.ts";

/** The rows between two moments that follow each other are more, or fewer, than they were. */
export interface Change {
  /** -Infinity for what was before the first moment. */
  readonly start: number;
  readonly end: number;
  /** How many more; negative when rows have gone. */
  readonly rows: number;
}

/** So many moments are remembered: few enough for a bookmark, and found in few questions. */
const MOST_MOMENTS = 40;

/**
 * Remembers how many rows there were before some moments of the past. Rows that come late, with an
 * old time, change the numbers of all moments after it: asking for the last one tells whether any
 * came, and a search among the others tells when.
 */
export class CountsBehind {
  #moments: Counted[];

  /** In ascending order. */
  constructor(moments: readonly Counted[]) {
    this.#moments = [...moments];
  }

  get moments(): readonly Counted[] {
    return this.#moments;
  }

  get last(): Counted | undefined {
    return this.#moments.at(-1);
  }

  /** Adds a moment after all others. */
  add(moment: Counted): void {
    this.#moments.push(moment);
    while (this.#moments.length > MOST_MOMENTS) this.#moments.splice(this.#leastUseful(), 1);
  }

  /**
   * Where the numbers differ from those remembered, in ascending order; undefined when the API gives
   * none. What came late and what has gone between the same two moments cancel each other out.
   */
  async changes(
    countBefore: (moment: number) => Promise<number | undefined>,
  ): Promise<readonly Change[] | undefined> {
    const known = new Map([[-1, 0]]);
    const differenceAt = async (index: number): Promise<number> => {
      const { before, rows } = this.#at(index);
      const difference = known.get(index) ?? ((await countBefore(before)) ?? Number.NaN) - rows;
      known.set(index, difference);
      return difference;
    };
    const search = async (low: number, high: number): Promise<Change[]> => {
      const rows = (await differenceAt(high)) - (await differenceAt(low));
      if (rows === 0 || low === high) return [];
      const [start, end] = [this.#at(low).before, this.#at(high).before];
      if (high - low === 1) return [{ start, end, rows }];
      const middle = (low + high) >> 1;
      return [...(await search(low, middle)), ...(await search(middle, high))];
    };
    const changes = await search(-1, this.#moments.length - 1);
    return [...known.values()].some(Number.isNaN) ? undefined : changes;
  }

  /** Takes a change as it is: it has been read, or there is nothing to read. */
  settle({ end, rows }: Change): void {
    this.#moments = this.#moments.map((moment) =>
      moment.before < end ? moment : { ...moment, rows: moment.rows + rows },
    );
  }

  #at(index: number): Counted {
    return this.#moments[index] ?? { before: Number.NEGATIVE_INFINITY, rows: 0 };
  }

  /**
   * The moment without which the least more would have to be read: by how likely it is that a row
   * comes so late, which falls with age, and by how many rows are read again when one has.
   */
  #leastUseful(): number {
    const { before: now } = this.#at(this.#moments.length - 1);
    let least = 1;
    let leastCost = Number.POSITIVE_INFINITY;
    for (let index = 1; index < this.#moments.length - 1; index++) {
      const [start, end] = [this.#at(index - 1), this.#at(index + 1)];
      const [oldest, youngest] = [now - start.before, now - end.before];
      const likelihood = (oldest - youngest) / (oldest * Math.sqrt(youngest));
      const cost = likelihood * (end.rows - start.rows + 1);
      if (cost < leastCost) [least, leastCost] = [index, cost];
    }
    return least;
  }
}
