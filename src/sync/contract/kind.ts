import type { Rows } from "../../polar/rows.ts";
import type { ReplicationMethod } from "../../singer/catalog.ts";
import type { Source, Stream } from "../../streams/define.ts";
import type { Context, LaneContext } from "./context.ts";
import type { SelectedDeclaration } from "./selected.ts";
import type { Sync } from "./step.ts";

type KindName = Source["kind"];
type SourceOf<K extends KindName> = Extract<Source, { readonly kind: K }>;

/** Which rows of a stream are parents. */
export interface ParentChoice {
  readonly stream: Stream;
  /** Restricts the list by the API's own filter. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Only rows with a value here count. */
  readonly has?: string | undefined;
}

/** The ids of parents, and why they are not all, should that be so. */
export interface Parents {
  /** In ascending order, so that an interrupted sync knows which it has done. */
  readonly ids: readonly string[];
  readonly problem: string | undefined;
  /** Whether they are only those that were touched since the moment that was asked for. */
  readonly areTouchedOnly?: boolean;
  /** Up to when touched ones are among them; undefined where nobody knows. */
  readonly caughtUpAt?: number | undefined;
}

/**
 * Brings the ids of parents. Who has read the rows of all of them as of `since` (milliseconds since
 * the epoch, as the last answer's `caughtUpAt` said) may get those alone that were touched after it.
 */
export type ParentSupply = (lane: LaneContext, since?: number) => Promise<Parents>;

/** How the reading of a list has ended. */
export interface ListEnd {
  /** Whether the rows that have passed are all that the list has, but for some that can't be read. */
  readonly isComplete: boolean;
  /** Whether they are all, with those that the interrupted sync before has read. */
  readonly isProven?: boolean;
  /** Whether all of them have passed in this sync, and none is missing. */
  readonly isWhole: boolean;
  /** How many rows the API counts. */
  readonly count: number;
  /** How many of them can't be read; none, unless said otherwise. */
  readonly unreadable?: number;
  /** Where the list was caught up instead: those that passed were touched after this moment. */
  readonly touchedSince?: number;
  /** Up to when the list is known, where that is kept. */
  readonly caughtUpAt?: number;
}

/** Sees the rows of a list pass by. */
export interface RowObserver {
  add(rows: Rows, row: number): void;
  finish(end: ListEnd): void;
}

/** All that is known of a sync before it is opened. */
export interface StreamTask<S extends Source = Source> {
  readonly stream: Stream;
  readonly source: S;
  /** The selected streams that it brings: itself, and those whose rows stand inside of its rows. */
  readonly members: readonly SelectedDeclaration[];
  /** Whom it asks about, in the order in which its kind has named them. */
  readonly parents: readonly ParentSupply[];
  /** Those who want to see its rows pass by, because they ask about them. */
  readonly observers: readonly RowObserver[];
  /** All streams that there are, selected or not. */
  readonly streams: readonly Stream[];
  readonly streamNamed: (name: string) => Stream;
}

/** A task with its place in the run, and what the state remembers of it. */
export interface OpenTask<S extends Source, Bookmark> extends StreamTask<S> {
  readonly bookmark: Bookmark;
  readonly lane: LaneContext;
}

/** One way to replicate sources of one kind. */
export interface Replication<S extends Source, Bookmark> {
  /** The column that it goes by, for the catalog; undefined when it reads everything. */
  readonly replicationKey?: (source: S) => string;
  /** Throws a UserInputError when the state holds none of ours. */
  readonly readBookmark: (task: StreamTask<S>, context: Context) => Bookmark;
  readonly sync: (task: OpenTask<S, Bookmark>) => Sync;
}

/** A {@link Replication} whose bookmark is its own affair. */
export interface Method<S extends Source> {
  readonly replicationKey: ((source: S) => string | undefined) | undefined;
  /** Reads the bookmark at once. */
  readonly prepare: (task: StreamTask<S>, context: Context) => Prepared;
}

/** A sync that can be opened, once. It does nothing before its first step is asked for. */
export interface Prepared {
  readonly open: (lane: LaneContext) => Sync;
  /** Whether it lives on what the syncs of other lists bring, and so has to come after them. */
  readonly comesLast?: boolean;
}

export function method<S extends Source, Bookmark>(
  replication: Replication<S, Bookmark>,
): Method<S> {
  const { replicationKey, readBookmark, sync } = replication;
  return {
    replicationKey,
    prepare: (task, context) => {
      const bookmark = readBookmark(task, context);
      return { open: (lane) => sync({ ...task, bookmark, lane }) };
    },
  };
}

/** How sources of one kind are read. */
export interface KindDefinition<S extends Source> {
  /** The methods it knows: INCREMENTAL suits the sources that have a replication key. */
  readonly methods: { readonly [M in ReplicationMethod]?: Method<S> };
  /** Whose ids it asks about. */
  readonly parents?: (source: S, streamNamed: StreamTask["streamNamed"]) => readonly ParentChoice[];
}

/** A kind of sources as discovery and the plan see it: it takes any source that is of its kind. */
export interface Kind {
  /** The methods that suit a source; the first is what discovery proposes. */
  readonly methodsOf: (source: Source) => readonly ReplicationMethod[];
  readonly replicationKey: (source: Source, method: ReplicationMethod) => string | undefined;
  readonly parents: (
    source: Source,
    streamNamed: StreamTask["streamNamed"],
  ) => readonly ParentChoice[];
  readonly prepare: (task: StreamTask, method: ReplicationMethod, context: Context) => Prepared;
}

export function defineKind<K extends KindName>(
  name: K,
  definition: KindDefinition<SourceOf<K>>,
): Kind {
  const { methods, parents } = definition;
  const own = (source: Source): SourceOf<K> => {
    if (isOfKind(source, name)) return source;
    throw new RangeError(`a source of the kind ${source.kind} came to ${name}`);
  };
  const key = (source: SourceOf<K>, one: ReplicationMethod) =>
    methods[one]?.replicationKey?.(source);
  return {
    methodsOf: (source) => {
      const isIncremental = key(own(source), "INCREMENTAL") !== undefined;
      return isIncremental ? ["INCREMENTAL", "FULL_TABLE"] : ["FULL_TABLE"];
    },
    replicationKey: (source, one) => key(own(source), one),
    parents: (source, streamNamed) => parents?.(own(source), streamNamed) ?? [],
    prepare: (task, one, context) => {
      const found = methods[one];
      if (!found) throw new RangeError(`${name} can't be replicated as ${one}`);
      return found.prepare({ ...task, source: own(task.source) }, context);
    },
  };
}

function isOfKind<K extends KindName>(source: Source, kind: K): source is SourceOf<K> {
  return source.kind === kind;
}
