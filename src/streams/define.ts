/**
 * The words in which a stream is declared. A declaration is data: discovery, the catalog, the docs,
 * the contract tests and the sync all read it, and nothing here runs.
 */

/** The JSON types a column can have. A column is nullable unless it is part of the primary key. */
export type JsonType = "string" | "integer" | "number" | "boolean" | "object" | "array";

/** Where a column's value comes from, when it is not the item's own property of the same name. */
export type Origin =
  /** A property of the parent row (the order of an order item). */
  | { readonly from: "parent"; readonly property: string }
  /** A property of the item under another name (`id` of a product's benefit is `benefit_id`). */
  | { readonly from: "item"; readonly property: string }
  /** The item's index in its parent's array, counted from 0. */
  | { readonly from: "position" }
  /** A parameter of the request that brought the item (the interval of a metrics period). */
  | { readonly from: "request"; readonly parameter: string };

/** Why a column is off by default. Users can select it all the same. */
export type HiddenReason = "secret" | "personal" | "undocumented";

/** One column of a stream. */
export interface Property<T extends JsonType = JsonType> {
  readonly type: T;
  readonly format?: "date-time" | "date";
  /** One line of our own: the unit, the meaning, the stream that an id points to. */
  readonly description: string;
  /** The values known so far. The API adds new ones within a version. */
  readonly values?: readonly string[];
  /** The stream whose rows this column identifies. */
  readonly references?: string;
  /** A whole number of the smallest units of a currency: cents for USD and EUR, yen for JPY. */
  readonly unit?: "smallest of the currency";
  readonly hidden?: HiddenReason;
  /** Secrets inside of the value, off by default: property paths, which lead through arrays. */
  readonly secretsInside?: readonly (readonly string[])[];
  /** That no row has it is nothing to tell of: not every kind of row does, or not every server. */
  readonly sometimes?: true;
  readonly origin?: Origin;
}

export type Properties = Readonly<Record<string, Property>>;

/** Parameters that restrict a list to a range of time. Both borders are exclusive, to the microsecond. */
export interface TimeRange {
  readonly after: string;
  readonly before: string;
}

/** Query parameters; one with several values is sent as often. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/**
 * A list that is paged by `page` and `limit`. The API breaks no ties, so a walk is repeated in other
 * orders, and over other parts, until the distinct rows add up to `total_count`.
 */
export interface ListSource {
  readonly kind: "list";
  /** The path with its trailing slash, or without: the API redirects the wrong form. */
  readonly path: string;
  /** The best total order the API offers, oldest first: values of the `sorting` parameter. */
  readonly order: readonly string[];
  /** Further keys the API can sort by, for reading again what ties have hidden. */
  readonly otherOrders?: readonly string[];
  /** Filters whose values together cover every row, for reading again part by part. */
  readonly splits?: Readonly<Record<string, readonly string[]>>;
  /** The API sorts by whole milliseconds, though rows show more. */
  readonly wholeMilliseconds?: true;
  /** Ranges of the time at the front of {@link order}, to count what has been seen by. */
  readonly range?: TimeRange;
  /** Query parameters sent with every request. */
  readonly query?: Query;
  /** How the list is caught up between two full sweeps; without it each sync reads it whole. */
  readonly changes?: Changes;
  /** Rows that the list hides unless it is filtered by each of these parents. */
  readonly hiddenUnless?: {
    readonly parameter: string;
    readonly parent: string;
    /** Restricts the parent list to those whose rows are hidden. */
    readonly parentQuery: Readonly<Record<string, string>>;
  };
}

/**
 * What tells which rows of a list have changed, and how those are read again. The API has no filter
 * by the time of the last change; but nearly all that changes belongs to a customer.
 */
export interface Changes {
  /** A sort key, and the property of that name, whose latest times are those of new rows. */
  readonly createdBy: string;
  /** Whom a row belongs to. */
  readonly customer?: {
    /** The property with the customer's id; without one, rows do not say whose they are. */
    readonly property?: string;
    /** The parameter that asks for the rows of customers; without one each row has a path. */
    readonly parameter?: string;
    /** How many customers the parameter takes at once; 100 unless said otherwise. */
    readonly atOnce?: number;
    /** A customer is created before the first of their rows is: a new one has new rows only. */
    readonly comesFirst?: true;
  };
  /** The path of a single row, with `{id}`. */
  readonly rowPath?: string;
  /** What names single rows: a key in the metadata of system events, a prefix of webhooks' types. */
  readonly namedBy?: { readonly event?: string; readonly webhook?: string };
  /**
   * Types of events and webhooks, and lists, that tell of a customer but of none of these rows:
   * `customer` stands for `customer.updated` and so on, too. What is not named may tell of them.
   */
  readonly untouchedBy?: readonly string[];
  /** Filters that bring the rows that may change without a trace. */
  readonly open?: readonly OpenRows[];
  /** Rows of another list that stand whole inside of these. */
  readonly embeds?: { readonly property: string; readonly stream: string };
  /** The same rows as CSV, many in one request; with the `range` of the list, if that has one. */
  readonly export?: CsvExport;
}

/** A CSV export of a list: it shows by digests what has changed without a trace. */
export interface CsvExport {
  readonly path: string;
  /**
   * What to ask for, `createdBy` included: what changes with the row itself, since a product's new
   * name would change them all. Without it the columns are the server's choice.
   */
  readonly columns?: readonly string[];
}

/** What tells of changes: a system event, or the delivery of a webhook. */
export type Telling = "event" | "webhook";

/** Rows to look at again in each sync. */
export interface OpenRows {
  readonly query?: Query;
  /** What the query asks for in the words of columns, where its parameters are none. */
  readonly columns?: Query;
  /** A parameter that takes the time since which to ask. */
  readonly sinceParameter?: string;
  /** Only rows created within so many hours. */
  readonly withinHours?: number;
  /** What tells of the same changes, too: where that is read, these rows are not asked for. */
  readonly toldBy?: Telling;
}

/** A list that is read in windows of time, each a small list of its own. */
export interface WindowSource {
  readonly kind: "windows";
  readonly path: string;
  readonly order: readonly string[];
  /** The property that the windows cut, an ISO 8601 time. It is the replication key. */
  readonly timestamp: string;
  /** Parameter names of the window's borders. Both are exclusive, in whole milliseconds. */
  readonly startParameter: string;
  readonly endParameter: string;
  /** No row is older than this time; needed where `order` does not bring the oldest first. */
  readonly earliest?: string;
  /** How far back from the bookmark the next sync reads again, for rows that came late. */
  readonly lookbackMinutes: number;
  /** As in {@link ListSource}. */
  readonly splits?: ListSource["splits"];
  /** The API may hold a row several times, and counts it as often. */
  readonly mayRepeatRows?: true;
  /** Its rows tell of changes to rows of lists: see {@link Changes}. */
  readonly tells?: {
    /** Restricts it to the rows that do. */
    readonly query?: Query;
    /** How a row names what has changed. */
    readonly as: Telling;
    /** As in {@link Changes}. */
    readonly embeds?: Changes["embeds"];
  };
}

/** One request, or one paged list, for each row of a parent stream. */
export interface ChildSource {
  readonly kind: "children";
  readonly parents: readonly {
    readonly stream: string;
    /** Path with `{id}` for the parent's id, or a plain path when `parameter` carries it. */
    readonly path: string;
    readonly parameter?: string;
    /** Restricts the parent list by the API's own filter. */
    readonly parentQuery?: Readonly<Record<string, string>>;
    /** Only parents that have a value here can have children. */
    readonly parentHas?: string;
  }[];
  /** The name of the array that holds the rows in the answer. */
  readonly rowsAt: string;
  readonly paged: boolean;
}

/** Rows that stand inside the rows of another stream and need no request of their own. */
export interface NestedSource {
  readonly kind: "nested";
  readonly parent: string;
  /** The parent's property that holds the rows. */
  readonly array: string;
  /** Only the declared columns count: the rest of the item stands in the stream it points to. */
  readonly linksOnly?: boolean;
}

/** A request whose whole answer is one JSON array of rows: no envelope, no pages, no count. */
export interface ArraySource {
  readonly kind: "array";
  readonly path: string;
}

/** Aggregates over periods of time: a row per period and parent. */
export interface PeriodSource {
  readonly kind: "periods";
  /** Path with `{id}` for the parent's id, or a plain path when `parameter` carries it. */
  readonly path: string;
  readonly parent: string;
  readonly parameter?: string;
  /** The setting that names the one parent, so that their list is not needed. */
  readonly parentSetting?: "organization_id";
  /** The name of the array that holds the rows in the answer. */
  readonly rowsAt: string;
  /** Parameter names of the range's borders, both inclusive. */
  readonly startParameter: string;
  readonly endParameter: string;
  /** Whether the borders are dates (`2026-01-31`) or timestamps. */
  readonly borders: "date" | "date-time";
  /** A fixed interval, or the one of the `metrics_interval` setting. */
  readonly interval: "setting" | "day";
  /** The first day the API accepts, `YYYY-MM-DD`. */
  readonly earliest: string;
}

export type Source =
  | ListSource
  | WindowSource
  | ChildSource
  | NestedSource
  | ArraySource
  | PeriodSource;

/** A stream as its file declares it. */
export interface StreamDefinition<P extends Properties = Properties> {
  /** Table name: lower case with underscores. */
  readonly name: string;
  /** One line of our own. */
  readonly description: string;
  /** The scope that the access token needs. */
  readonly scope: string;
  readonly primaryKey?: readonly (keyof P & string)[];
  /** Off unless the catalog selects it. */
  readonly optional?: boolean;
  readonly source: Source;
  readonly properties: P;
}

/** A stream with its defaults filled in. */
export interface Stream<P extends Properties = Properties> {
  readonly name: string;
  readonly description: string;
  readonly scope: string;
  readonly primaryKey: readonly string[];
  readonly selectedByDefault: boolean;
  readonly source: Source;
  readonly properties: P;
}

/**
 * Declares a stream: key `id` and selected by default, unless said otherwise. The description of an
 * optional stream names its scope, since a token made for the default streams lacks it.
 */
export function defineStream<const P extends Properties>(
  definition: StreamDefinition<P>,
): Stream<P> {
  const { name, description, scope, source, properties, optional = false } = definition;
  return {
    name,
    description: optional ? `${description} Needs the scope ${scope}.` : description,
    scope,
    primaryKey: definition.primaryKey ?? ["id"],
    selectedByDefault: !optional,
    source,
    properties,
  };
}
