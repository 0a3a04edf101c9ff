import type { Config } from "../../config/config.ts";
import type { ListSource, Stream } from "../../streams/define.ts";
import { readChildBookmark } from "../bookmarks/child-bookmark.ts";
import { readPeriodBookmark } from "../bookmarks/period-bookmark.ts";
import { readSweepBookmark } from "../bookmarks/sweep-bookmark.ts";
import { readWindowBookmark } from "../bookmarks/window-bookmark.ts";
import { syncArray } from "../kinds/array.ts";
import { syncChildren } from "../kinds/children.ts";
import { syncFullTable, walkOf } from "../kinds/list.ts";
import {
  canCollect,
  type ParentChoice,
  ParentCollector,
  type Parents,
  readParents,
} from "../kinds/parents.ts";
import { syncPeriods } from "../kinds/periods.ts";
import { syncWindows } from "../kinds/windows.ts";
import { Output, type SelectedDeclaration } from "../records/output.ts";
import { byApiTime } from "./by-api-time.ts";
import type { Context, Place } from "./context.ts";
import type { LanePlan } from "./lanes.ts";

/** What the plan needs to know of the settings. */
export type PlanSettings = Pick<Config, "startDate" | "metricsInterval">;

/**
 * Plans which syncs bring the selected streams: the lists first, since other streams ask about
 * their rows, then the others, each in the order of the declarations.
 * @throws UserInputError when a bookmark is not one of this tap
 */
export function planLanes(
  streams: readonly Stream[],
  selected: readonly SelectedDeclaration[],
  settings: PlanSettings,
  context: Context,
): LanePlan[] {
  const planner = new Planner(streams, selected, settings, context);
  // These say whose rows they ask about, which the lists have to know.
  const others = selected.flatMap((one) => planner.planOther(one));
  const lists = streams.flatMap((stream) =>
    stream.source.kind === "list" ? planner.planList(stream, stream.source) : [],
  );
  return [...lists, ...others];
}

class Planner {
  readonly #streams: readonly Stream[];
  readonly #selected: readonly SelectedDeclaration[];
  readonly #settings: PlanSettings;
  readonly #context: Context;
  readonly #collectors = new Map<Stream, ParentCollector[]>();

  constructor(
    streams: readonly Stream[],
    selected: readonly SelectedDeclaration[],
    settings: PlanSettings,
    context: Context,
  ) {
    this.#streams = streams;
    this.#selected = selected;
    this.#settings = settings;
    this.#context = context;
  }

  /** One lane for a list and for the streams whose rows stand inside of its rows. */
  planList(list: Stream, source: ListSource): LanePlan[] {
    const context = this.#context;
    const members = this.#membersOf(list);
    if (members.length === 0) return [];
    const names = members.map(({ declaration }) => declaration.name);
    const walk = walkOf(source, context);
    const bookmarks = names.map((name) => readSweepBookmark(name, walk, context));
    const collectors = this.#collectors.get(list) ?? [];
    const hiddenBy = source.hiddenUnless && this.#stream(source.hiddenUnless.parent);
    const open = (place: Place) => {
      const own = members.find(({ declaration }) => declaration === list);
      const output = own && new Output(own, context);
      const inside = members.filter((one) => one !== own).map((one) => new Output(one, context));
      const table = { list, source, output, inside, collectors, hiddenBy };
      return syncFullTable(table, bookmarks, context, place);
    };
    return [{ streams: names, open }];
  }

  /** The lane of a stream that is not a list; nothing for a stream that comes with a list. */
  planOther(one: SelectedDeclaration): LanePlan[] {
    const context = this.#context;
    const stream = one.declaration;
    const { source, name } = stream;
    const incremental = one.selection.replicationMethod === "INCREMENTAL";
    const { startDate: start, metricsInterval } = this.#settings;
    const startDate = start === undefined ? undefined : Date.parse(start);
    const plan = (open: LanePlan["open"]) => [{ streams: [name], open }];
    switch (source.kind) {
      case "list":
      case "nested":
        return [];
      case "array": {
        const bookmark = readSweepBookmark(name, walkOf({ order: [] }, context), context);
        return plan((place) =>
          syncArray(stream, source, new Output(one, context), bookmark, context, place),
        );
      }
      case "windows": {
        const read = readWindowBookmark(name, source, context);
        const bookmark = incremental ? read : { value: undefined, progress: undefined };
        return plan((place) => {
          const open = () => {
            const output = new Output(one, context);
            return syncWindows({ stream, source, output }, bookmark, startDate, context, place);
          };
          return byApiTime(open, context);
        });
      }
      case "children": {
        const bookmark = readChildBookmark(name, context);
        const parents = new Map(
          source.parents.map((parent) => [
            parent,
            this.#parents({
              stream: this.#stream(parent.stream),
              query: parent.parentQuery,
              has: parent.parentHas,
            }),
          ]),
        );
        const read = (parent: (typeof source.parents)[number], place: Place) =>
          parents.get(parent)?.(place) ?? Promise.resolve({ ids: [], problem: undefined });
        return plan((place) => {
          const output = new Output(one, context);
          return syncChildren({ stream, source, output, parents: read }, bookmark, context, place);
        });
      }
      case "periods": {
        const read = readPeriodBookmark(name, context);
        const bookmark = incremental ? read : { value: undefined, interval: undefined };
        const interval = source.interval === "setting" ? metricsInterval : source.interval;
        const parents = source.parent
          ? this.#parents({ stream: this.#stream(source.parent) })
          : undefined;
        return plan((place) => {
          const open = () => {
            const output = new Output(one, context);
            const periods = { stream, source, output, interval, startDate, parents };
            return syncPeriods(periods, bookmark, context, place);
          };
          return byApiTime(open, context);
        });
      }
    }
  }

  /**
   * The ids of parents: gathered along the way where their list is read anyhow, and by a reading of
   * their list otherwise.
   */
  #parents(choice: ParentChoice): (place: Place) => Promise<Parents> {
    const context = this.#context;
    const { stream } = choice;
    if (this.#membersOf(stream).length === 0 || !canCollect(choice)) {
      return (place) => readParents(choice, context, place);
    }
    const collector = new ParentCollector(choice);
    this.#collectors.set(stream, [...(this.#collectors.get(stream) ?? []), collector]);
    return async (place) => {
      if (await collector.finished) return { ids: collector.ids, problem: undefined };
      return readParents(choice, context, place);
    };
  }

  /** The selected streams that a list feeds: itself, and those inside of its rows. */
  #membersOf(list: Stream): readonly SelectedDeclaration[] {
    return this.#selected.filter(
      ({ declaration }) =>
        declaration === list ||
        (declaration.source.kind === "nested" && declaration.source.parent === list.name),
    );
  }

  #stream(name: string): Stream {
    const stream = this.#streams.find((one) => one.name === name);
    if (!stream) throw new RangeError(`no stream is called ${name}`);
    return stream;
  }
}
