import type { ListSource, Stream } from "../streams/define.ts";
import type { Context } from "./context.ts";
import { syncFullTable, walkOf } from "./full-table.ts";
import type { LanePlan } from "./lanes.ts";
import { Output, type SelectedDeclaration } from "./output.ts";
import { readSweepBookmark } from "./sweep-bookmark.ts";

/**
 * Plans which syncs bring the selected streams, in the order of the declarations.
 * @throws UserInputError when a bookmark is not one of this tap
 */
export function planLanes(
  streams: readonly Stream[],
  selected: readonly SelectedDeclaration[],
  context: Context,
): LanePlan[] {
  return streams.flatMap((stream) => {
    const { source } = stream;
    return source.kind === "list" ? planList(stream, source, selected, context) : [];
  });
}

/** One lane for a list and for the streams whose rows stand inside of its rows. */
function planList(
  list: Stream,
  source: ListSource,
  selected: readonly SelectedDeclaration[],
  context: Context,
): LanePlan[] {
  const own = selected.find(({ declaration }) => declaration.name === list.name);
  const inside = selected.filter(
    ({ declaration }) =>
      declaration.source.kind === "nested" && declaration.source.parent === list.name,
  );
  const names = [...(own ? [own] : []), ...inside].map(({ declaration }) => declaration.name);
  if (names.length === 0) return [];
  const { state } = context;
  const bookmarks = names.map((name) =>
    readSweepBookmark(
      state.bookmark(name),
      `${state.source}: bookmarks.${name}`,
      walkOf(source, context),
    ),
  );
  return [
    {
      streams: names,
      open: (place) => {
        const output = own ? new Output(own, context) : undefined;
        const outputs = inside.map((one) => new Output(one, context));
        return syncFullTable({ list, source, output, inside: outputs }, bookmarks, context, place);
      },
    },
  ];
}
