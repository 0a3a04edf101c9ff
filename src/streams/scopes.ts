/** What a token must be allowed to read. */
import type { Source, Stream } from "./define.ts";

/** The scopes that the stream needs, and those it reads its parents from. */
export function scopesOf(stream: Stream, streams: readonly Stream[]): string[] {
  const parents = parentsOf(stream.source).flatMap((name) =>
    streams.filter((parent) => parent.name === name),
  );
  return [...new Set([stream.scope, ...parents.flatMap((parent) => scopesOf(parent, streams))])];
}

function parentsOf(source: Source): string[] {
  switch (source.kind) {
    case "children":
      return source.parents.map((parent) => parent.stream);
    case "nested":
      return [source.parent];
    case "periods":
      return source.parent === undefined ? [] : [source.parent];
    case "list":
      return source.hiddenUnless === undefined ? [] : [source.hiddenUnless.parent];
    default:
      return [];
  }
}
