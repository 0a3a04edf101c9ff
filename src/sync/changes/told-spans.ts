import type { ToldBookmark } from "../bookmarks/feed-bookmark.ts";

/** From when on, up to the next span, and how many rows were told in it. */
interface Span {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly count: number;
}

/** A span is not cut in two before it is this part of the overlap: a bookmark has few of them. */
const SHORTEST_SPAN = 1 / 8;

/**
 * How much a source has told up to `until`, span by span: so that the count of one answer shows whether
 * something was told late, though what was told since is counted with it.
 */
export class ToldSpans {
  readonly until: number;
  readonly #spans: readonly Span[];

  private constructor(until: number, spans: readonly Span[]) {
    this.until = until;
    this.#spans = spans;
  }

  static read({ until, spans }: ToldBookmark): ToldSpans {
    const known = spans.map(({ from, count }) => ({ from: Date.parse(from), count }));
    return new ToldSpans(Date.parse(until), known);
  }

  /** One span, with so many rows. */
  static of(from: number, until: number, count: number): ToldSpans {
    return new ToldSpans(until, [{ from, count }]);
  }

  /** Where the first span begins; undefined if there is none. */
  get from(): number | undefined {
    return this.#spans[0]?.from;
  }

  /** How many rows were told in all spans. */
  get count(): number {
    return this.#spans.reduce((sum, { count }) => sum + count, 0);
  }

  /** With `count` rows more that were told up to `until`, and without what no sync looks back to. */
  extended(until: number, count: number, overlap: number): ToldSpans {
    const last = this.#spans.at(-1);
    const spans =
      last !== undefined && this.until - last.from < overlap * SHORTEST_SPAN
        ? [...this.#spans.slice(0, -1), { from: last.from, count: last.count + count }]
        : [...this.#spans, { from: this.until, count }];
    const first = spans.findLastIndex(({ from }) => from <= until - overlap);
    return new ToldSpans(until, spans.slice(Math.max(first, 0)));
  }

  get bookmark(): ToldBookmark {
    return {
      until: new Date(this.until).toISOString(),
      spans: this.#spans.map(({ from, count }) => ({ from: new Date(from).toISOString(), count })),
    };
  }
}
