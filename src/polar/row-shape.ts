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

  /** The shape of these names: always the same one. */
  static of(names: readonly string[]): RowShape {
    const text = JSON.stringify(names);
    let shape = RowShape.#known.get(text);
    if (!shape) {
      shape = new RowShape(names);
      RowShape.#known.set(text, shape);
    }
    return shape;
  }

  /** Where the property of this name stands, or -1. The last one counts, as in `JSON.parse`. */
  position(name: string): number {
    return this.#positions.get(name) ?? -1;
  }
}
