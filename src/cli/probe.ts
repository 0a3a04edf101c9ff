/** What a few requests tell of a stream: whether the token may read it, and how much there is. */
import type { Config } from "../config/config.ts";
import { ForbiddenError, PolarError, RowNotFoundError } from "../polar/errors.ts";
import type { ListReader } from "../polar/list.ts";
import type { ListRequest } from "../polar/page-search.ts";
import { TapError } from "../shared/errors.ts";
import type { ChildSource, ListSource, PeriodSource, Stream } from "../streams/define.ts";
import { DAY_MILLISECONDS, dayRanges, dayText } from "../sync/kinds/calendar.ts";
import {
  REQUESTS_OF_A_PROOF,
  REQUESTS_OF_A_TELLER,
  REQUESTS_OF_WINDOWS,
  type Requests,
} from "./requests.ts";

export interface Found {
  readonly stream: string;
  /** Undefined where no request tells. */
  readonly rows: number | undefined;
  /** About how many requests it takes, by what they read: streams fed by the same list share them. */
  readonly requests: ReadonlyMap<string, Requests>;
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

type Settings = Pick<
  Config,
  | "pageSize"
  | "startDate"
  | "metricsInterval"
  | "metricsLookbackDays"
  | "fullSweepHours"
  | "useExports"
>;

/** Asks for streams, and for a list that several of them read only once. */
export class Prober {
  readonly #reader: ListReader;
  readonly #streams: readonly Stream[];
  readonly #wanted: readonly Stream[];
  readonly #settings: Settings;
  readonly #counts = new Map<string, Promise<Counted>>();

  /** @param wanted those of the streams that would be read */
  constructor(
    reader: ListReader,
    streams: readonly Stream[],
    wanted: readonly Stream[],
    settings: Settings,
  ) {
    this.#reader = reader;
    this.#streams = streams;
    this.#wanted = wanted;
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
        probe.requests.set(source.path, { full: 1, later: 1 });
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
    const proof = source.kind === "list" && pages > 1 ? REQUESTS_OF_A_PROOF : 0;
    const full = pages + proof + this.#exportsOf(stream, counted.rows);
    const later = source.kind === "list" ? full : REQUESTS_OF_WINDOWS;
    const caughtUp = this.#requestsToCatchUp(stream, counted.rows, probe) ?? later;
    probe.requests.set(`${source.path} ${JSON.stringify(query)}`, { full, later: caughtUp });
    return counted;
  }

  /** What a list takes that is only caught up: its newest page, those of open rows, and the tellers. */
  #requestsToCatchUp(stream: Stream, rows: number, probe: StreamProbe): number | undefined {
    const { source } = stream;
    if (source.kind !== "list" || !this.#isCaughtUp(stream, rows)) return undefined;
    for (const { name, source: told } of this.#streams) {
      if (told.kind !== "windows" || !told.tells) continue;
      probe.requests.set(`changes told by ${name}`, { full: 0, later: REQUESTS_OF_A_TELLER });
    }
    return 1 + (source.changes?.open?.length ?? 0) + this.#exportsOf(stream, rows);
  }

  /** The export that a list which is to be caught up is compared with. */
  #exportsOf(stream: Stream, rows: number): number {
    const { source } = stream;
    const hasExport = source.kind === "list" && source.changes?.export !== undefined;
    return hasExport && this.#settings.useExports && this.#isCaughtUp(stream, rows) ? 1 : 0;
  }

  /** Whether a later sync follows the changes of a list, in place of reading it whole. */
  #isCaughtUp({ name, source }: Stream, rows: number): boolean {
    const isRead = this.#wanted.some(
      (one) => one.name === name || (one.source.kind === "nested" && one.source.parent === name),
    );
    const { pageSize, fullSweepHours } = this.#settings;
    const mayBe = source.kind === "list" && source.changes !== undefined;
    return mayBe && isRead && rows > pageSize && fullSweepHours > 0;
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
    const requests = hiding?.rows ?? 0;
    probe.requests.set(`${path} of ${parent}`, { full: requests, later: requests });
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
    const full = parent?.rows ?? 0;
    const later = this.#isCaughtUp(this.#stream(name), full) ? 0 : full;
    probe.requests.set(`${path} of ${name}`, { full, later });
    await probe.attempt(stream, () =>
      this.#readOnce(path.replace("{id}", id), path, query, rowsAt),
    );
  }

  async #askPeriods(stream: Stream, source: PeriodSource, probe: StreamProbe): Promise<void> {
    const { startDate, metricsInterval } = this.#settings;
    const interval = source.interval === "setting" ? metricsInterval : source.interval;
    const today = Date.now();
    const from = Math.max(Date.parse(source.earliest), Date.parse(startDate ?? source.earliest));
    const lookback = this.#settings.metricsLookbackDays * DAY_MILLISECONDS;
    const full = [...dayRanges(from, today, interval)].length;
    const later = [...dayRanges(Math.max(from, today - lookback), today, interval)].length;
    const parent = await this.#countFor(this.#stream(source.parent), probe);
    const parents = parent?.rows ?? 0;
    probe.requests.set(source.path, { full: full * parents, later: later * parents });
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
  readonly requests = new Map<string, Requests>();
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
      if (error instanceof ForbiddenError && error.missingScope) this.missing.add(scope);
      this.problem ??= error.message;
      return undefined;
    }
  }
}
