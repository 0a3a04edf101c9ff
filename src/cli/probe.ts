/** What a few requests tell of a stream: whether the token may read it, and how much there is. */
import type { Config } from "../config/config.ts";
import { ForbiddenError, PolarError, RowNotFoundError } from "../polar/errors.ts";
import type { ListReader } from "../polar/list.ts";
import type { ListRequest } from "../polar/page-search.ts";
import { TapError } from "../shared/errors.ts";
import type { ChildSource, ListSource, PeriodSource, Stream } from "../streams/define.ts";
import { dayRanges, dayText } from "../sync/kinds/calendar.ts";

export interface Found {
  readonly stream: string;
  /** Undefined where no request tells. */
  readonly rows: number | undefined;
  /**
   * About how many requests a full sync makes for it, by what they read: streams that are fed by
   * the same list share them.
   */
  readonly requests: ReadonlyMap<string, number>;
  /** Scopes that the token lacks, its own and those of its parents. */
  readonly missingScopes: readonly string[];
  /** Why it can't be read. */
  readonly problem: string | undefined;
}

interface Counted {
  readonly rows: number;
  /** The id of one of the rows. */
  readonly id: string | undefined;
}

/** Nobody's id. */
const NOBODY = "00000000-0000-4000-8000-000000000000";

type Query = ListRequest["query"];

type Settings = Pick<Config, "pageSize" | "startDate" | "metricsInterval">;

/** Asks for streams, and for a list that several of them read only once. */
export class Prober {
  readonly #reader: ListReader;
  readonly #streams: readonly Stream[];
  readonly #settings: Settings;
  readonly #counts = new Map<string, Promise<Counted>>();

  constructor(reader: ListReader, streams: readonly Stream[], settings: Settings) {
    this.#reader = reader;
    this.#streams = streams;
    this.#settings = settings;
  }

  /** @throws PolarError that ends a run: no stream would fare better */
  async probe(stream: Stream): Promise<Found> {
    const probe = new StreamProbe();
    const rows = await this.#ask(stream, probe);
    const { requests, problem } = probe;
    return { stream: stream.name, rows, requests, problem, missingScopes: [...probe.missing] };
  }

  async #ask(stream: Stream, probe: StreamProbe): Promise<number | undefined> {
    const { source } = stream;
    switch (source.kind) {
      case "list":
        await this.#askHidden(source, probe);
        return (await this.#countFor(stream, probe))?.rows;
      case "windows":
        return (await this.#countFor(stream, probe))?.rows;
      case "nested":
        await this.#countFor(this.#stream(source.parent), probe);
        return undefined;
      case "array": {
        probe.requests.set(source.path, 1);
        return probe.attempt(stream, () => this.#readOnce(source.path, source.path, {}, undefined));
      }
      case "children":
        for (const parent of source.parents) await this.#askChildren(stream, parent, source, probe);
        return undefined;
      case "periods":
        await this.#askPeriods(stream, source, probe);
        return undefined;
    }
  }

  /** Counts a list, and notes its pages as requests. */
  async #countFor(
    stream: Stream,
    probe: StreamProbe,
    filter: Query = {},
  ): Promise<Counted | undefined> {
    const { source } = stream;
    if (source.kind !== "list" && source.kind !== "windows") return undefined;
    const query = { ...(source.kind === "list" ? source.query : {}), ...filter };
    const counted = await probe.attempt(stream, () => this.#count(source.path, query));
    if (counted === undefined) return undefined;
    const pages = Math.max(1, Math.ceil(counted.rows / this.#settings.pageSize));
    probe.requests.set(`${source.path} ${JSON.stringify(query)}`, pages);
    return counted;
  }

  #count(path: string, query: Query): Promise<Counted> {
    const key = `${path} ${JSON.stringify(query)}`;
    const known = this.#counts.get(key) ?? this.#countAnew(path, query);
    this.#counts.set(key, known);
    return known;
  }

  async #countAnew(path: string, query: Query): Promise<Counted> {
    const request = { path, endpoint: path, sorting: [], query, rowsAt: "items", priority: 0 };
    const page = await this.#reader.read(request, 1, 1);
    const [rows] = page;
    const text = rows && rows.count > 0 ? rows.textOf(0, "id") : undefined;
    page.release();
    return { rows: page.totalCount ?? 0, id: text?.replaceAll('"', "") };
  }

  /** Rows that a list hides are asked for parent by parent. */
  async #askHidden({ path, hiddenUnless }: ListSource, probe: StreamProbe): Promise<void> {
    if (hiddenUnless === undefined) return;
    const { parent, parentQuery } = hiddenUnless;
    const hiding = await this.#countFor(this.#stream(parent), probe, parentQuery);
    probe.requests.set(`${path} of ${parent}`, hiding?.rows ?? 0);
  }

  async #askChildren(
    stream: Stream,
    { stream: name, path, parameter, parentQuery }: ChildSource["parents"][number],
    { rowsAt }: ChildSource,
    probe: StreamProbe,
  ): Promise<void> {
    const parent = await this.#countFor(this.#stream(name), probe, parentQuery);
    const id = parent?.id ?? NOBODY;
    const query = parameter === undefined ? {} : { [parameter]: id };
    probe.requests.set(`${path} of ${name}`, parent?.rows ?? 0);
    await probe.attempt(stream, () =>
      this.#readOnce(path.replace("{id}", id), path, query, rowsAt),
    );
  }

  async #askPeriods(stream: Stream, source: PeriodSource, probe: StreamProbe): Promise<void> {
    const { startDate, metricsInterval } = this.#settings;
    const interval = source.interval === "setting" ? metricsInterval : source.interval;
    const today = Date.now();
    const from = Math.max(Date.parse(source.earliest), Date.parse(startDate ?? source.earliest));
    const ranges = [...dayRanges(from, today, interval)].length;
    const parent =
      source.parent === undefined
        ? undefined
        : await this.#countFor(this.#stream(source.parent), probe);
    const parents = source.parent === undefined ? 1 : (parent?.rows ?? 0);
    probe.requests.set(source.path, ranges * parents);
    const day = dayText(today);
    const [start, end] =
      source.borders === "date" ? [day, day] : [`${day}T00:00:00Z`, `${day}T23:59:59Z`];
    const query = { [source.startParameter]: start, [source.endParameter]: end, interval };
    const path = source.path.replace("{id}", parent?.id ?? NOBODY);
    await probe.attempt(stream, () => this.#readOnce(path, source.path, query, source.rowsAt));
  }

  async #readOnce(
    path: string,
    endpoint: string,
    query: Query,
    rowsAt: string | undefined,
  ): Promise<number> {
    const page = await this.#reader.readOnce({ path, endpoint, query, priority: 0 }, rowsAt);
    const { count } = page.rows;
    page.release();
    return count;
  }

  #stream(name: string): Stream {
    const stream = this.#streams.find((one) => one.name === name);
    if (!stream) throw new RangeError(`no stream is called ${name}`);
    return stream;
  }
}

/** What has been found of one stream. */
class StreamProbe {
  readonly requests = new Map<string, number>();
  readonly missing = new Set<string>();
  problem: string | undefined;

  /** Asks for a stream, or for the parent of one; a refusal becomes the problem. */
  async attempt<T>({ scope }: Stream, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      const endsAll = error instanceof PolarError && error.endsRun;
      if (endsAll || !(error instanceof TapError)) throw error;
      // A parent that is gone by now, or has no children by nature: the answer was not refused.
      if (error instanceof RowNotFoundError) return undefined;
      if (error instanceof ForbiddenError && error.message.includes(scope)) this.missing.add(scope);
      this.problem ??= error.message;
      return undefined;
    }
  }
}

/**
 * The requests of a full sync of those of these streams that can be read: what several of them
 * share is read once.
 */
export function requestsOf(found: readonly Pick<Found, "requests" | "problem">[]): number {
  const readable = found.filter(({ problem }) => problem === undefined);
  const all = new Map(readable.flatMap(({ requests }) => [...requests]));
  return [...all.values()].reduce((sum, requests) => sum + requests, 0);
}
