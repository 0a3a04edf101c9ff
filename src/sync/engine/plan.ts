import type { Source, Stream } from "../../streams/define.ts";
import type { Context, LaneContext } from "../contract/context.ts";
import { kinds } from "../kinds/index.ts";
import type { StreamTask } from "../kinds/kind.ts";
import {
  canCollect,
  type ParentChoice,
  ParentCollector,
  type Parents,
  readParents,
} from "../kinds/parents.ts";
import type { SelectedDeclaration } from "../records/output.ts";
import type { LanePlan } from "./lanes.ts";

/**
 * Plans which syncs bring the selected streams: the lists first, since other streams ask about
 * their rows, then the others, each in the order of the declarations.
 * @throws UserInputError when a bookmark is not one of this tap
 */
export function planLanes(
  streams: readonly Stream[],
  selected: readonly SelectedDeclaration[],
  context: Context,
): LanePlan[] {
  const planner = new Planner(streams, selected, context);
  const isList = ({ source }: Stream) => source.kind === "list";
  // These say whose rows they ask about, which the lists have to know.
  const others = streams.filter((stream) => !isList(stream)).flatMap((one) => planner.plan(one));
  const lists = streams.filter(isList).flatMap((one) => planner.plan(one));
  return [...lists, ...others];
}

/** Joins the kinds of sources to the streams that ask for their rows. */
class Planner {
  readonly #streams: readonly Stream[];
  readonly #selected: readonly SelectedDeclaration[];
  readonly #context: Context;
  readonly #collectors = new Map<Stream, ParentCollector[]>();

  constructor(
    streams: readonly Stream[],
    selected: readonly SelectedDeclaration[],
    context: Context,
  ) {
    this.#streams = streams;
    this.#selected = selected;
    this.#context = context;
  }

  /** The lane that a stream's source is read in; none when nothing of it is selected. */
  plan(stream: Stream): LanePlan[] {
    const { source } = stream;
    const members = this.#membersOf(stream);
    if (members.length === 0 || isInside(source)) return [];
    const kind = kinds[source.kind];
    const streamNamed = (name: string) => this.#streamNamed(name);
    const task: StreamTask = {
      stream,
      source,
      members,
      parents: kind.parents(source, streamNamed).map((choice) => this.#parents(choice)),
      collectors: this.#collectors.get(stream) ?? [],
      streamNamed,
    };
    const open = kind.prepare(task, methodOf(members), this.#context);
    const names = members.map(({ declaration }) => declaration.name);
    return [{ streams: names, open: (place) => open({ ...this.#context, ...place }) }];
  }

  /**
   * The ids of parents: gathered along the way where their list is read anyhow, and by a reading of
   * their list otherwise.
   */
  #parents(choice: ParentChoice): (lane: LaneContext) => Promise<Parents> {
    const { stream } = choice;
    if (this.#membersOf(stream).length === 0 || !canCollect(choice)) {
      return (lane) => readParents(choice, lane);
    }
    const collector = new ParentCollector(choice);
    this.#collectors.set(stream, [...(this.#collectors.get(stream) ?? []), collector]);
    return async (lane) => {
      if (await collector.finished) return { ids: collector.ids, problem: undefined };
      return readParents(choice, lane);
    };
  }

  /** The selected streams that a source feeds: its own, and those inside of its rows. */
  #membersOf(stream: Stream): readonly SelectedDeclaration[] {
    return this.#selected.filter(
      ({ declaration }) => declaration === stream || isInside(declaration.source, stream.name),
    );
  }

  #streamNamed(name: string): Stream {
    const stream = this.#streams.find((one) => one.name === name);
    if (!stream) throw new RangeError(`no stream is called ${name}`);
    return stream;
  }
}

/** Whether rows stand inside the rows of another stream: of this one, if one is named. */
function isInside(source: Source, parent?: string): boolean {
  return source.kind === "nested" && (parent === undefined || source.parent === parent);
}

/** Streams that are fed by the same rows are read in one way: everything, if one of them wants it. */
function methodOf(members: readonly SelectedDeclaration[]) {
  const methods = members.map(({ selection }) => selection.replicationMethod);
  return methods.includes("FULL_TABLE") ? "FULL_TABLE" : "INCREMENTAL";
}
