/** Whether one stream of a catalog, a column of it, or something inside a column is selected. */
import type { CatalogStream, Metadata } from "./catalog.ts";

/** Property names from the stream (an empty path) inwards: `["customer", "email"]`. */
export type PropertyPath = readonly string[];

/**
 * The property path of a breadcrumb such as `["properties", "customer", "properties", "email"]`. The
 * step into the elements of an array, `items`, leaves no trace: what is said of an element is said
 * of all.
 */
export function propertyPath(breadcrumb: readonly string[]): PropertyPath | undefined {
  const path: string[] = [];
  for (let at = 0; at < breadcrumb.length; at++) {
    if (breadcrumb[at] === "items" && at > 0) continue;
    const name = breadcrumb[++at];
    if (breadcrumb[at - 1] !== "properties" || name === undefined) return undefined;
    path.push(name);
  }
  return path;
}

/**
 * The rules of the Singer SDK: what is inside something deselected is off; `unsupported` is off;
 * `automatic` is on; then `selected` decides, then `selected-by-default`, then what it is inside of.
 */
export class SelectionRules {
  readonly #selectedAtTop: boolean | undefined;
  readonly #metadata = new Map<string, { path: PropertyPath; metadata: Metadata }>();

  /** Of several entries for one breadcrumb the last counts. Breadcrumbs that are no path do not. */
  constructor(stream: Pick<CatalogStream, "selected" | "metadata">) {
    this.#selectedAtTop = stream.selected ?? undefined;
    for (const { breadcrumb, metadata } of stream.metadata ?? []) {
      const path = propertyPath(breadcrumb);
      if (path !== undefined) this.#metadata.set(JSON.stringify(path), { path, metadata });
    }
  }

  isSelected(path: PropertyPath): boolean {
    // Without any metadata the SDK takes all of the stream.
    if (this.#metadata.size === 0) return this.#selectedAtTop ?? true;
    const isOuterSelected = path.length === 0 ? undefined : this.isSelected(path.slice(0, -1));
    if (isOuterSelected === false) return false;
    const metadata = this.metadataOf(path);
    const selected = metadata?.selected ?? (path.length === 0 ? this.#selectedAtTop : undefined);
    if (metadata?.inclusion === "unsupported") return false;
    if (metadata?.inclusion === "automatic") {
      // Inside a column the word comes from Meltano, which marks every breadcrumb it adds with it,
      // and not from discovery: there a deselection is meant.
      return path.length < 2 || selected !== false;
    }
    return selected ?? metadata?.["selected-by-default"] ?? isOuterSelected ?? false;
  }

  metadataOf(path: PropertyPath): Metadata | undefined {
    return this.#metadata.get(JSON.stringify(path))?.metadata;
  }

  /** All paths that the catalog has metadata for. */
  paths(): PropertyPath[] {
    return [...this.#metadata.values()].map(({ path }) => path);
  }

  /** What is deselected inside these columns, without what is inside something deselected. */
  deselectedInside(columns: ReadonlySet<string>): PropertyPath[] {
    return this.paths().filter(
      (path) =>
        path.length > 1 &&
        columns.has(path[0] ?? "") &&
        !this.isSelected(path) &&
        this.isSelected(path.slice(0, -1)),
    );
  }
}
