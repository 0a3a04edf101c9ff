/** Values that were derived from one version of a table, by name. A newer version makes them anew. */
export class VersionCache<Value> {
  readonly #known = new Map<string, { readonly version: number; readonly value: Value }>();
  readonly #most: number;

  /** Keeps `most` values, those that were made last. */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  get(name: string, version: number, make: () => Value): Value {
    const known = this.#known.get(name);
    if (known?.version === version) return known.value;
    const value = make();
    this.#known.delete(name);
    this.#known.set(name, { version, value });
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest);
    return value;
  }
}
