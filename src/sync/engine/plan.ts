import type { ReplicationMethod } from "../../singer/catalog.ts";
import type { Source, Stream } from "../../streams/define.ts";
import type { Context } from "../contract/context.ts";
import type { ParentChoice, ParentSupply, RowObserver, StreamTask } from "../contract/kind.ts";
import { LaneProgress } from "../contract/lane-progress.ts";
import type { SelectedDeclaration } from "../contract/selected.ts";
import { kinds } from "../kinds/index.ts";
import { canCollect, ParentCollector, readParents } from "../lists/parents.ts";
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
  const isLast = ({ comesLast = false }: PlannedLane) => comesLast;
  return [...lists.filter((lane) => !isLast(lane)), ...lists.filter(isLast), ...others];
}

interface PlannedLane extends LanePlan {
  readonly comesLast?: boolean;
}

/** Joins the kinds of sources to the streams that ask for their rows. */
class Planner {
  readonly #streams: readonly Stream[];
  readonly #selected: readonly SelectedDeclaration[];
  readonly #context: Context;
  readonly #observers = new Map<Stream, RowObserver[]>();

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
  plan(stream: Stream): PlannedLane[] {
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
      observers: this.#observers.get(stream) ?? [],
      streams: this.#streams,
      streamNamed,
    };
    const prepared = kind.prepare(task, methodOf(stream, members), this.#context);
    const names = members.map(({ declaration }) => declaration.name);
    const progress = new LaneProgress(names);
    return [
      {
        ...prepared,
        streams: names,
        progress,
        open: (place) => prepared.open({ ...this.#context, ...place, progress }),
      },
    ];
  }

  /**
   * The ids of parents: gathered along the way where their list is read anyhow, and by a reading of
   * their list otherwise.
   */
  #parents(choice: ParentChoice): ParentSupply {
    const { stream } = choice;
    if (this.#membersOf(stream).length === 0 || !canCollect(choice)) {
      return (lane) => readParents(choice, lane);
    }
    const collector = new ParentCollector(choice);
    this.#observers.set(stream, [...(this.#observers.get(stream) ?? []), collector]);
    return async (lane, since) => (await collector.parents(since)) ?? readParents(choice, lane);
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

/**
 * Rows that stand inside of others follow these: the user's choice for a list counts for them, too.
 * Where the list itself is not selected, it is read as discovery would have it.
 */
function methodOf(list: Stream, members: readonly SelectedDeclaration[]): ReplicationMethod {
  const own = members.find(({ declaration }) => declaration === list);
  const [proposed = "FULL_TABLE"] = kinds[list.source.kind].methodsOf(list.source);
  return own?.selection.replicationMethod ?? proposed;
}
