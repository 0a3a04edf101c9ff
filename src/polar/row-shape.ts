/** More shapes, or longer ones, have no API that means well: they are not worth remembering. */
const MOST_REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 100_000;

/**
 * The names of a row's properties, in order. Nearly all rows of a list have the same, so what is to
 * be done with a row is found out once for each shape.
 */
export class RowShape {
  static readonly #known = new Map<string, RowShape>();

  readonly names: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;

  private constructor(names: readonly string[]) {
    this.names = names;
    this.#positions = new Map(names.map((name, position) => [name, position]));
  }

  /** The shape of these names: the same one each time, unless too many others have come between. */
  static of(names: readonly string[]): RowShape {
    const text = JSON.stringify(names);
    let shape = RowShape.#known.get(text);
    if (!shape) {
      shape = new RowShape(names);
      if (RowShape.#known.size === MOST_REMEMBERED) RowShape.#known.clear();
      if (text.length <= LONGEST_REMEMBERED) RowShape.#known.set(text, shape);
    }
    return shape;
  }

  /** Where the property of this name stands, or -1. The last one counts, as in `JSON.parse`. */
  position(name: string): number {
    return this.#positions.get(name) ?? -1;
  }
}
