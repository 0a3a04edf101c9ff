/** Selects in a catalog as a user does who edits the file by hand. */
import { z } from "zod";

const catalogShape = z.looseObject({
  streams: z.array(
    z.looseObject({
      tap_stream_id: z.string(),
      metadata: z.array(
        z.looseObject({
          breadcrumb: z.array(z.string()),
          metadata: z.looseObject({
            inclusion: z.string().optional(),
            selected: z.boolean().optional(),
          }),
        }),
      ),
    }),
  ),
});

export type Catalog = z.infer<typeof catalogShape>;

/** What to select: a stream as it is by default (true), or just these columns and its keys. */
export type Selection = Readonly<Record<string, true | readonly string[]>>;

/**
 * A copy of a catalog in which just these streams are selected. A name that the catalog does not
 * have is an error.
 */
export function select(catalog: unknown, selection: Selection): Catalog {
  const copy = catalogShape.parse(structuredClone(catalog));
  const unknown = new Set(Object.keys(selection));
  for (const stream of copy.streams) {
    const columns = selection[stream.tap_stream_id];
    unknown.delete(stream.tap_stream_id);
    const missing = new Set(columns === true ? [] : columns);
    for (const { breadcrumb, metadata } of stream.metadata) {
      const [, column] = breadcrumb;
      if (column === undefined) {
        metadata.selected = columns !== undefined;
      } else if (columns !== undefined && columns !== true) {
        if (metadata.inclusion !== "automatic") metadata.selected = columns.includes(column);
        missing.delete(column);
      }
    }
    for (const column of missing) unknown.add(`${stream.tap_stream_id}.${column}`);
  }
  if (unknown.size > 0) throw new Error(`The catalog does not have ${[...unknown].join(", ")}.`);
  return copy;
}
