/** What the API documents about the endpoint behind a stream, from `test/fixtures/polar-api.json`. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Source, Stream } from "../../src/streams/define.ts";
import { streams } from "../../src/streams/index.ts";

const documentedProperty = z.object({
  type: z.array(z.string()),
  format: z.literal("date-time").optional(),
  values: z.array(z.string()).optional(),
});
export type DocumentedProperty = z.infer<typeof documentedProperty>;

const endpoint = z.object({
  scopes: z.array(z.string()),
  parameters: z.record(
    z.string(),
    z.object({ type: z.array(z.string()), values: z.array(z.string()).optional() }),
  ),
  properties: z.record(
    z.string(),
    documentedProperty.extend({ nested: z.record(z.string(), documentedProperty).optional() }),
  ),
});
export type Endpoint = z.infer<typeof endpoint>;

const fixture = new URL("../fixtures/polar-api.json", import.meta.url);
const endpoints = z.record(z.string(), endpoint).parse(JSON.parse(readFileSync(fixture, "utf8")));

/** The endpoint of a path; an unknown path is a mistake in a declaration. */
export function endpointAt(path: string): Endpoint {
  const found = endpoints[path];
  if (found === undefined) throw new Error(`The API has no endpoint ${path}.`);
  return found;
}

/** The stream of a name; an unknown name is a mistake in a declaration. */
export function streamNamed(name: string): Stream {
  const found = streams.find((stream) => stream.name === name);
  if (found === undefined) throw new Error(`There is no stream ${name}.`);
  return found;
}

/** The paths that bring a stream's rows: those of its parent, if it has no request of its own. */
export function pathsOf(source: Source): readonly string[] {
  if (source.kind === "nested") return pathsOf(streamNamed(source.parent).source);
  if (source.kind === "children") return source.parents.map((parent) => parent.path);
  return [source.path];
}

/** Where the rows stand in the answer: at a property, or at the answer's `items`. */
function rowsAt(source: Source): string {
  if (source.kind === "nested") return source.array;
  return source.kind === "children" || source.kind === "periods" ? source.rowsAt : "items";
}

/** The documented properties of a stream's rows. */
export function documentedProperties(stream: Stream): Record<string, DocumentedProperty> {
  const [path = ""] = pathsOf(stream.source);
  const { properties } = endpointAt(path);
  const at = rowsAt(stream.source);
  return stream.source.kind !== "nested" && at === "items"
    ? properties
    : (properties[at]?.nested ?? {});
}
