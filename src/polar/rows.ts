import { InvalidJsonError, JsonIndex } from "./json/json-index.ts";
import { RowShape } from "./row-shape.ts";

/** How deep to index an array of rows: it is at level 0, the rows are at level 1. */
export const LEVEL_OF_PROPERTIES = 2;
/** How deep to index a single row. */
export const LEVEL_OF_OWN_PROPERTIES = 1;

const NOTHING = new JsonIndex();
const NO_SHAPE = RowShape.of([]);

/**
 * The rows of an answer and their top-level properties, by where they stand in its bytes. A row's
 * properties are numbered in order, from {@link first} on.
 */
export class Rows {
  #index = NOTHING;
  /** Per row the number of its object in the index. */
  readonly #objects: number[] = [];
  readonly #shapes: RowShape[] = [];
  /** By the number of the first object that has it. */
  readonly #firstOfShape = new Map<number, RowShape>();

  /**
   * Reads an array of objects, replacing what was there; an element that is none is a row without
   * properties. The index must go down to the properties, and stay as it is for as long as the rows
   * are used.
   */
  read(index: JsonIndex, array: number): void {
    this.clear();
    if (!index.isArray(array)) {
      throw new InvalidJsonError("an array is missing", index.start(array));
    }
    this.#index = index;
    for (const element of index.inside(array)) this.#add(element);
  }

  /** Reads a single object as the only row, in the same way. */
  readOne(index: JsonIndex, object: number): void {
    this.clear();
    this.#index = index;
    this.#add(object);
  }

  /** Forgets all rows. */
  clear(): void {
    this.#index = NOTHING;
    this.#objects.length = 0;
    this.#shapes.length = 0;
    this.#firstOfShape.clear();
  }

  /** How many rows there are. */
  get count(): number {
    return this.#objects.length;
  }

  get bytes(): Buffer {
    return this.#index.bytes;
  }

  shape(row: number): RowShape {
    return this.#shapes[row] ?? NO_SHAPE;
  }

  /** A row's first property; the others follow in the order of the shape. */
  first(row: number): number {
    return (this.#objects[row] ?? 0) + 1;
  }

  keyStart(property: number): number {
    return this.#index.keyStart(property);
  }

  valueStart(property: number): number {
    return this.#index.start(property);
  }

  valueEnd(property: number): number {
    return this.#index.end(property);
  }

  /** The row's property of this name, or -1. */
  find(row: number, name: string): number {
    const position = this.shape(row).position(name);
    return position === -1 ? -1 : this.first(row) + position;
  }

  isArray(property: number): boolean {
    return this.#index.isArray(property);
  }

  /** The JSON text of a row's property of this name; undefined where it has none. */
  textOf(row: number, name: string): string | undefined {
    const property = this.find(row, name);
    return property === -1 ? undefined : this.text(property);
  }

  /** The JSON text of a property's value. */
  text(property: number): string {
    return this.#index.text(property);
  }

  /** The bytes of a property's value. */
  value(property: number): Buffer {
    return this.bytes.subarray(this.valueStart(property), this.valueEnd(property));
  }

  #add(object: number): void {
    const index = this.#index;
    const first = index.isObject(object) ? index.sameKeysAs(object) : undefined;
    this.#objects.push(object);
    this.#shapes.push(first === undefined ? NO_SHAPE : this.#shapeOf(object, first));
  }

  /** The shape of an object, whose keys are those of an object before it, or its own. */
  #shapeOf(object: number, first: number): RowShape {
    const index = this.#index;
    let shape = this.#firstOfShape.get(first);
    if (!shape) {
      shape = RowShape.of(Array.from(index.inside(object), (member) => index.key(member)));
      this.#firstOfShape.set(first, shape);
    }
    return shape;
  }
}
