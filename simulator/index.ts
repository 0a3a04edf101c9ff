/**
 * A Polar API to run against. It listens on this machine only, needs no account and no network, and
 * answers as the real server does, down to its error bodies and its oddities: offset paging without
 * a tie-breaker, clamped limits, redirects, rate limits, versions and scopes. The demo, the tests
 * and the benchmark all use it instead of a real organization.
 *
 * Everything in it follows from a seed: the same seed and sizes give the same bytes. Rows refer to
 * each other (an order's customer exists), carry values that are hard to get through a pipeline
 * (integers of 300 digits, `1E-12`, keys named `__proto__`, every kind of Unicode), and can number
 * in the millions, since they are made from templates when they are asked for.
 *
 * What can go wrong does so on demand: see `Fault`. Rows can come, change and go while somebody
 * reads: see `Mutations`, or use `insert`, `update` and `remove`.
 *
 *     const simulator = await startSimulator({ seed: 7, sizes: { orders: 1000 } });
 *     const response = await fetch(`${simulator.url}/v1/orders/?limit=100`, {
 *       headers: { authorization: `Bearer ${simulator.accessToken}` },
 *     });
 *     await simulator.close();
 *
 * `npm run simulator -- --help` starts one from the command line.
 */
import type { Links } from "./blueprint.ts";
import { type ChangeOptions, Changes } from "./changes/changes.ts";
import { Clock } from "./clock.ts";
import { blueprintOf, Data, type DataOptions, usualSizes } from "./data.ts";
import type { Fault } from "./faults.ts";
import type { Properties } from "./json.ts";
import type { RateLimit } from "./limits.ts";
import type { Ties } from "./listing.ts";
import type { Mutations } from "./mutations.ts";
import { type PageOptions, textWithout, unsentProperties } from "./pages.ts";
import { type Lag, Replica } from "./replica.ts";
import { allScopes } from "./routes.ts";
import { blueprints } from "./rows/index.ts";
import { deliveredTypes } from "./rows/webhooks.ts";
import { ApiServer, type Certificate, type RecordedRequest } from "./server.ts";
import { SECOND } from "./time.ts";

export type { Links } from "./blueprint.ts";
export type { ChangeKind } from "./changes/change.ts";
export type { ChangeOptions } from "./changes/changes.ts";
export { changeKinds } from "./changes/kinds.ts";
export { type Fault, type FaultKind, faultKinds, parseFault } from "./faults.ts";
export { type Json, type Properties, Raw } from "./json.ts";
export type { RateLimit } from "./limits.ts";
export type { Ties } from "./listing.ts";
export type { Mutations } from "./mutations.ts";
export type { Lag } from "./replica.ts";
export type { Certificate, RecordedRequest } from "./server.ts";
export { allScopes, deliveredTypes, usualSizes };

export interface SimulatorOptions {
  readonly seed?: number | undefined;
  /** Rows of each list, by stream name. Lists that are not named have their usual size. */
  readonly sizes?: Partial<Record<string, number>> | undefined;
  /** `polar_oat_simulator` unless said otherwise. */
  readonly accessToken?: string | undefined;
  /** What the token may read: everything, unless said otherwise. */
  readonly scopes?: readonly string[] | undefined;
  /** Any free port, unless said otherwise. */
  readonly port?: number | undefined;
  readonly latencyMilliseconds?: number | undefined;
  /** No limit, unless said otherwise. */
  readonly rateLimit?: RateLimit | undefined;
  /** Whether rows that are equal in the order change places with offset and limit. They do. */
  readonly ties?: Ties | undefined;
  /**
   * Every so many-th event was ingested twice, as happens after a retry: it counts twice, and pages
   * that it is on are short. None was, unless said otherwise.
   */
  readonly duplicateEvents?: number | undefined;
  /**
   * Every row refers to rows of its own. Otherwise rows that share a template, of which a list has
   * 500, share customer, subscription and order as well. Rows are not, unless said otherwise.
   */
  readonly spread?: boolean | undefined;
  /**
   * No order is larger than a shop's. Otherwise a few amount to 9007199254740993 cents, which floats
   * cannot hold, and beside which no chart shows anything else.
   */
  readonly ordinaryAmounts?: boolean | undefined;
  readonly maximumPageSize?: number | undefined;
  readonly environment?: "sandbox" | "production" | undefined;
  /**
   * When the simulation begins. All rows are older, those that are inserted are newer. From then on
   * `Simulator.clock` tells the time: it stands still unless it is set.
   */
  readonly now?: Date | undefined;
  /** Whose time the `date` header tells, if there is one: the machine's, unless said otherwise. */
  readonly date?: "machine" | "simulator" | "none" | undefined;
  /** Lists that are read from a replica show the state of so many seconds ago, by `Simulator.clock`. */
  readonly lag?: Lag | undefined;
  /** Serves https with this certificate. */
  readonly tls?: Certificate | undefined;
  /** Called for each request before it is answered, for changes in the middle of a run. */
  readonly onRequest?: ((request: RecordedRequest) => void) | undefined;
  readonly faults?: readonly Fault[] | undefined;
  readonly mutations?: Mutations | undefined;
  /** Sends properties that the API got after its responses were recorded. */
  readonly newerProperties?: boolean | undefined;
  /** Sorts the lists and makes the templates before listening, for benchmarks. */
  readonly renderedAhead?: boolean | undefined;
}

/** A row as the API holds it. */
export interface Row {
  readonly id: string;
  /** The list does not show it. */
  readonly hidden: boolean;
  /** It is there since the start. */
  readonly original: boolean;
  readonly changed: boolean;
  /** Its JSON text as it is now, as a page of API version 2026-10 contains it. */
  readonly json: string;
}

export interface Simulator {
  readonly url: string;
  readonly accessToken: string;
  readonly organizationId: string;
  /** All requests so far, in the order in which they came. */
  readonly requests: readonly RecordedRequest[];
  /** What a list holds now, hidden rows included. */
  rows(stream: string): readonly Row[];
  /** Ids that the list has shown from the start until now. */
  persistentIds(stream: string): readonly string[];
  /** The time of the simulation, which changes and the replica go by. */
  readonly clock: SettableClock;
  /**
   * Makes a change as the server does, with the events and deliveries that it makes of it, and
   * returns the id of its row. `changeKinds` has all kinds. Throws if no row fits.
   */
  change(kind: string, options?: ChangeOptions): string;
  /** The same; null if no row fits. */
  tryChange(kind: string, options?: ChangeOptions): string | null;
  /** Makes the first endpoint want these types of deliveries, which are all unless said otherwise. */
  subscribe(types?: readonly string[]): void;
  /**
   * Adds a row that is created now, and returns its id. Properties replace made-up ones. Nothing
   * else changes, and no event tells of it.
   */
  insert(stream: string, properties?: Properties, links?: Links): string;
  /** Replaces properties, and nothing else. */
  update(stream: string, id: string, properties: Properties, links?: Links): void;
  /** Removes a row without a trace. */
  remove(stream: string, id: string): void;
  /** Replaces the faults. */
  setFaults(faults: readonly Fault[]): void;
  /** Replaces the scopes of the token. */
  setScopes(scopes: readonly string[]): void;
  /** How many seconds the replica is behind; only with the option `lag`. */
  setLag(seconds: number): void;
  close(): Promise<void>;
}

/** It never goes back. What is due until the new time is done before the call returns. */
export interface SettableClock {
  readonly now: Date;
  set(time: Date): void;
  advance(seconds: number): void;
}

/** Starts a simulator. Whoever starts one has to close it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const ofData = dataOptions(options);
  const data = new Data(ofData);
  const clock = new Clock(data.now);
  const replica = options.lag ? new Replica(data, ofData, clock, options.lag) : null;
  const pageOptions = {
    maximumPageSize: options.maximumPageSize ?? 100,
    newerProperties: options.newerProperties ?? false,
  };
  const accessToken = options.accessToken ?? "polar_oat_simulator";
  const server = new ApiServer(data, options.scopes ?? allScopes, {
    accessToken,
    latencyMilliseconds: options.latencyMilliseconds ?? 0,
    environment: options.environment ?? "sandbox",
    sendsDate: options.date !== "none",
    rateLimit: options.rateLimit ?? null,
    mutations: options.mutations ?? null,
    replica,
    clock: options.date === "simulator" ? clock : null,
    tls: options.tls ?? null,
    onRequest: options.onRequest ?? null,
    ...pageOptions,
  });
  const setFaults = (faults: readonly Fault[]): void => {
    server.setFaults(faults.map((fault) => withIds(data, fault)));
  };
  setFaults(options.faults ?? []);
  if (options.renderedAhead) data.renderAhead();
  const port = await server.listen(options.port ?? 0);
  return {
    url: `${options.tls ? "https" : "http"}://127.0.0.1:${port}`,
    accessToken,
    organizationId: data.organizationId,
    requests: server.requests,
    clock: settable(clock),
    ...rowFunctions(data, pageOptions),
    ...changeFunctions(data, clock),
    setFaults,
    setScopes: (scopes) => {
      server.scopes = scopes;
    },
    setLag: (seconds) => {
      if (replica === null) throw new Error("this simulator was started without a lag");
      replica.seconds = seconds;
    },
    close: () => server.close(),
  };
}

const settable = (clock: Clock): SettableClock => ({
  get now() {
    return new Date(clock.now / 1000);
  },
  set: (time) => clock.set(time.getTime() * 1000),
  advance: (seconds) => clock.set(clock.now + seconds * SECOND),
});

function changeFunctions(
  data: Data,
  clock: Clock,
): Pick<Simulator, "change" | "tryChange" | "subscribe"> {
  const changes = new Changes(data, clock);
  return {
    change: (kind, options) => {
      const id = changes.change(kind, options);
      if (id === null) throw new Error(`no row fits ${kind}`);
      return id;
    },
    tryChange: (kind, options) => changes.change(kind, options),
    subscribe: (types = deliveredTypes) => {
      data.update("webhook_endpoints", 0, { events: types, enabled: true });
    },
  };
}

function dataOptions(options: SimulatorOptions): DataOptions {
  return {
    seed: options.seed ?? 1,
    sizes: options.sizes ?? {},
    ties: options.ties ?? "shuffled",
    duplicateEvents: options.duplicateEvents ?? 0,
    spread: options.spread ?? false,
    ordinaryAmounts: options.ordinaryAmounts ?? false,
    now: options.now ?? new Date("2026-08-20T12:00:00Z"),
  };
}

function rowFunctions(
  data: Data,
  pageOptions: PageOptions,
): Pick<Simulator, "rows" | "persistentIds" | "insert" | "update" | "remove"> {
  const existing = (stream: string, id: string): number => {
    const row = data.table(stream).find(id);
    if (row < 0) throw new Error(`${stream} has no row ${id}`);
    return row;
  };
  return {
    rows: (stream) => {
      const table = data.table(stream);
      return table.indexes().map((row) => ({
        id: table.id(row),
        hidden: table.isHidden(row),
        original: table.isOriginal(row),
        changed: table.wasChanged(row),
        get json() {
          return textWithout(table, row, unsentProperties(table, "2026-10", pageOptions));
        },
      }));
    },
    persistentIds: (stream) => {
      const table = data.table(stream);
      const persistent = table
        .indexes()
        .filter((row) => table.isOriginal(row) && !table.isHidden(row));
      return persistent.map((row) => table.id(row));
    },
    insert: (stream, properties = {}, links = {}) =>
      data.table(stream).id(data.insert(stream, properties, links)),
    update: (stream, id, properties, links) => {
      data.update(stream, existing(stream, id), properties, links);
    },
    remove: (stream, id) => {
      data.remove(stream, existing(stream, id));
    },
  };
}

/** Poison that is given by position gets the ids of those rows. */
function withIds(data: Data, fault: Fault): Fault {
  if (fault.rows === undefined) return fault;
  const list = blueprints.find(({ path }) => path === fault.path);
  if (list === undefined) throw new Error("poisoned rows need the path of their list");
  const table = data.table(blueprintOf(list.name).name);
  const { path: _, rows, ...rest } = fault;
  return { ...rest, ids: [...(fault.ids ?? []), ...rows.map((row) => table.id(row))] };
}
