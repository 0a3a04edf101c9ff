import { areDifferent, type SortKeys } from "./sort-keys.ts";

/** What one pass has met. */
interface Met {
  readonly offsets: number[];
  /** Of these, how many are certainly different rows. */
  different: number;
  /** The sort keys of the first and the last readable row since the last one that was not. */
  first: SortKeys | undefined;
  last: SortKeys | undefined;
}

/**
 * The rows that the server fails to send, or sends without a key. Such a row has no id, so it can't be
 * told from another: among ties one may be met at two places, while the readable row that should
 * stand at one of them is missed. Two are certainly different when the readable rows between them
 * are not all tied.
 */
export class UnreadableRows {
  readonly #passes: Met[] = [];

  beginPass(): void {
    this.#passes.push({ offsets: [], different: 0, first: undefined, last: undefined });
  }

  /** Those behind an interrupted sweep, all different. */
  resume(offsets: readonly number[]): void {
    this.#pass?.offsets.push(...offsets);
    if (this.#pass) this.#pass.different = offsets.length;
  }

  /** Whether the pass has met any: only then it matters what stands between them. */
  get any(): boolean {
    return (this.#pass?.offsets.length ?? 0) > 0;
  }

  /** A readable row's sort keys, in the order of the pass. */
  passBy(keys: SortKeys): void {
    const pass = this.#pass;
    if (!pass) return;
    pass.first ??= keys;
    pass.last = keys;
  }

  /** A row that can't be read, in the order of the pass. */
  meet(offset: number): void {
    const pass = this.#pass;
    if (!pass) return;
    if (pass.offsets.length === 0 || areDifferent(pass.first, pass.last)) pass.different++;
    pass.offsets.push(offset);
    pass.first = undefined;
    pass.last = undefined;
  }

  /** The offsets that the first pass has met: places in the declared order. */
  get offsets(): readonly number[] {
    return this.#passes[0]?.offsets ?? [];
  }

  /** How many there are at least, by what was met since a pass began. */
  least(since: number): number {
    return Math.max(0, ...this.#passes.slice(since).map(({ different }) => different));
  }

  /** How many there may be, if no pass has met one twice. */
  most(since: number): number {
    return Math.max(0, ...this.#passes.slice(since).map(({ offsets }) => offsets.length));
  }

  get #pass(): Met | undefined {
    return this.#passes.at(-1);
  }
}
