/** The HTTP side: from a request to bytes on the wire, the broken ones included. */
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import {
  type Answer,
  badToken,
  crash,
  htmlAnswer,
  missingScope,
  noRoute,
  noToken,
  redirect,
  tooManyRequests,
  unknownVersion,
  wrongMethod,
} from "./answers.ts";
import type { Clock } from "./clock.ts";
import type { Data } from "./data.ts";
import { type Fault, FaultClock, repaginated, type Struck } from "./faults.ts";
import { type RateLimit, RateWindow } from "./limits.ts";
import { type Mutations, Mutator } from "./mutations.ts";
import type { PageOptions } from "./pages.ts";
import { hash } from "./random.ts";
import type { Replica } from "./replica.ts";
import { findRoute, otherSlash } from "./routes.ts";
import { sendBody } from "./wire.ts";

/** What the simulator remembers of a request. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** The query as it was sent, without `?`. */
  readonly query: string;
  /** The status sent; 0 if the connection was cut or never answered. */
  status: number;
  /** Which fault struck, if one did. */
  fault: string | null;
  /** Rows on the page that was sent. */
  rows: number;
  readonly hasAuthorization: boolean;
  readonly version: string | null;
  readonly organization: string | null;
  readonly userAgent: string | null;
}

export interface ServerOptions extends PageOptions {
  readonly accessToken: string;
  readonly latencyMilliseconds: number;
  readonly environment: "sandbox" | "production";
  readonly rateLimit: RateLimit | null;
  readonly sendsDate: boolean;
  readonly mutations: Mutations | null;
  readonly replica: Replica | null;
  /** Whose time the `date` header tells: the machine's, if null. */
  readonly clock: Clock | null;
  readonly tls: Certificate | null;
  readonly onRequest: ((request: RecordedRequest) => void) | null;
}

/** What a server shows to be trusted: PEM texts. */
export interface Certificate {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

const versions = ["2026-04", "2026-10", "2027-01"];

export class ApiServer {
  readonly requests: RecordedRequest[] = [];
  /** What the token may read. */
  scopes: readonly string[];
  readonly #data: Data;
  readonly #options: ServerOptions;
  readonly #window: RateWindow | null;
  readonly #mutator: Mutator | null;
  readonly #http: ReturnType<typeof createServer>;
  #clocks: readonly FaultClock[] = [];
  /** Connections that are reset when the next request comes. */
  readonly #doomed = new WeakSet<Socket>();

  constructor(data: Data, scopes: readonly string[], options: ServerOptions) {
    this.#data = data;
    this.scopes = scopes;
    this.#options = options;
    this.#window = options.rateLimit ? new RateWindow(options.rateLimit) : null;
    this.#mutator = options.mutations ? new Mutator(data, options.mutations) : null;
    const receive = (request: IncomingMessage, response: ServerResponse): void =>
      this.#receive(request, response);
    this.#http = options.tls ? createSecureServer(options.tls, receive) : createServer(receive);
    // Idle connections stay open: a connection is cut when a fault says so, and never by chance.
    this.#http.keepAliveTimeout = 0;
  }

  setFaults(faults: readonly Fault[]): void {
    this.#clocks = faults.map((fault, at) => new FaultClock(fault, hash(this.#data.seed, at)));
  }

  /** Starts to listen and returns the port. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, "127.0.0.1", () => {
        resolve(portOf(this.#http.address()));
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const { latencyMilliseconds } = this.#options;
    request.resume();
    const record = recordOf(request);
    this.requests.push(record);
    this.#options.onRequest?.(record);
    if (this.#doomed.has(request.socket)) {
      record.fault = "reset-after-500";
      request.socket.resetAndDestroy();
      return;
    }
    const send = this.#respond(request, response, record);
    // The work is done by then: the latency is all that a client waits for.
    if (latencyMilliseconds > 0) setTimeout(send, latencyMilliseconds);
    else send();
  }

  /** Makes the answer, and returns what sends it. */
  #respond(
    request: IncomingMessage,
    response: ServerResponse,
    record: RecordedRequest,
  ): () => void {
    const fault = this.#faultFor(record);
    record.fault = fault?.kind ?? null;
    const answer = this.#faulty(fault, request, record);
    const poisoned = this.#isPoisoned(answer, record);
    if (poisoned) record.fault = "poison";
    return () => {
      if (request.socket.destroyed) return;
      this.#send(request.socket, response, record, poisoned ? crash(500) : answer, fault);
      if (poisoned || fault?.kind === "reset-after-500") this.#doomed.add(request.socket);
    };
  }

  #faulty(fault: Fault | null, request: IncomingMessage, record: RecordedRequest): Answer {
    if (fault === null) return this.#answer(request, record);
    const instead = answerOf(fault, record);
    if (instead !== null) return instead;
    const asked = fault.kind === "repeat" ? { ...record, query: pageBefore(record.query) } : record;
    return repaginated(this.#answer(request, asked), fault);
  }

  #faultFor(record: RecordedRequest): Fault | null {
    const struck = struckOf(record);
    // Each clock must see each request.
    const striking = this.#clocks.filter(
      (clock) => clock.fault.kind !== "poison" && clock.strikes(struck),
    );
    return striking[0]?.fault ?? null;
  }

  #isPoisoned({ rows = [] }: Answer, record: RecordedRequest): boolean {
    if (rows.length === 0) return false;
    return this.#clocks.some(
      (clock) =>
        clock.fault.kind === "poison" &&
        rows.some((id) => clock.fault.ids?.includes(id)) &&
        clock.strikes(struckOf(record)),
    );
  }

  /** The layers of the real server, from the outermost to the row. */
  #answer(request: IncomingMessage, record: RecordedRequest): Answer {
    const version = record.version ?? "2026-04";
    if (!versions.includes(version)) return unknownVersion;
    const token = tokenOf(request);
    if (token !== null && token !== this.#options.accessToken) return badToken;
    if (token !== null && this.#window?.admits(token, Date.now()) === false) {
      return tooManyRequests(this.#window.retryAfterSeconds);
    }
    const found = findRoute(record.path);
    if (found === null) return this.#redirectOrNothing(request, record);
    const { route, id } = found;
    const method = route.method ?? "GET";
    if (record.method !== method) return wrongMethod(method);
    if (token === null) return noToken;
    if (!route.scopes.some((scope) => this.scopes.includes(scope))) {
      return missingScope(route.scopes);
    }
    if (route.list !== undefined) this.#mutator?.beforeAnswer(route.list);
    const query = new URLSearchParams(record.query);
    const data = this.#options.replica?.for(route.reads) ?? this.#data;
    return route.answer({ data, options: this.#options, query, version, id });
  }

  #redirectOrNothing(request: IncomingMessage, { path, query }: RecordedRequest): Answer {
    const other = otherSlash(path);
    if (findRoute(other) === null) return noRoute;
    return redirect(`http://${request.headers.host}${other}${query === "" ? "" : `?${query}`}`);
  }

  #send(
    socket: Socket,
    response: ServerResponse,
    record: RecordedRequest,
    answer: Answer,
    fault: Fault | null,
  ): void {
    if (fault?.kind === "stall") return;
    if (fault?.kind === "reset") {
      socket.resetAndDestroy();
      return;
    }
    record.status = answer.status;
    record.rows = answer.rows?.length ?? 0;
    const chunked =
      answer.layer === "rate" || answer.streamed === true || fault?.kind === "truncate-chunked";
    // The real server sends no `connection` header.
    response.removeHeader("connection");
    response.sendDate = false;
    response.writeHead(
      answer.status,
      STATUS_CODES[answer.status] ?? "",
      this.#headersOf(answer, record.version ?? "2026-04", chunked, fault),
    );
    sendBody(socket, response, answer.body, fault);
  }

  /** What time it is, by the clock of whoever answers. */
  #date(fault: Fault | null): Date {
    const { clock } = this.#options;
    const now = clock === null ? Date.now() : clock.now / 1000;
    const skew = fault?.kind === "clock" ? (fault.seconds ?? 0) * 1000 : 0;
    return new Date(now + skew);
  }

  #headersOf(answer: Answer, version: string, chunked: boolean, fault: Fault | null): string[] {
    const { layer } = answer;
    const headers: (readonly [string, string])[] = [["server", "uvicorn"]];
    if (this.#options.sendsDate) headers.unshift(["date", this.#date(fault).toUTCString()]);
    if (!chunked) headers.push(["content-length", String(answer.body.length)]);
    headers.push(...(answer.headers ?? []));
    const isInner = layer === undefined || layer === "scope";
    if (isInner && this.#options.environment === "sandbox") headers.push(["x-polar-sandbox", "1"]);
    if (layer === undefined) headers.push(["cache-control", "private, no-store"]);
    if (layer !== "version" && layer !== "crash") headers.push(["polar-version", version]);
    return headers.flat();
  }
}

/** The faults that are an answer of their own. */
function answerOf(fault: Fault, { path, query }: RecordedRequest): Answer | null {
  switch (fault.kind) {
    case "status":
      return crash(fault.status ?? 503);
    case "reset-after-500":
      return crash(500);
    case "expire":
      return badToken;
    case "rate-limit":
      return tooManyRequests(fault.seconds ?? 1);
    case "html":
      return htmlAnswer(fault.status ?? 403, fault.title ?? "Attention Required! | Cloudflare");
    case "redirect":
      return redirect(`${fault.to ?? ""}${path}${query === "" ? "" : `?${query}`}`);
    default:
      return null;
  }
}

function recordOf({ method = "", url = "", headers }: IncomingMessage): RecordedRequest {
  const [path = "", query = ""] = url.split(/\?(.*)/s);
  const header = (name: string): string | null => {
    const value = headers[name];
    return typeof value === "string" ? value : null;
  };
  return {
    method,
    path,
    query,
    status: 0,
    fault: null,
    rows: 0,
    hasAuthorization: (headers.authorization ?? "") !== "",
    version: header("polar-version"),
    organization: header("polar-organization"),
    userAgent: header("user-agent"),
  };
}

const pageOf = (query: string): number => Number(new URLSearchParams(query).get("page") ?? 1);

const struckOf = ({ path, query }: RecordedRequest): Struck => ({
  path,
  query,
  page: pageOf(query),
});

/** The query for the page before; the first page has none. */
function pageBefore(query: string): string {
  const before = new URLSearchParams(query);
  before.set("page", String(Math.max(1, pageOf(query) - 1)));
  return before.toString();
}

const tokenOf = (request: IncomingMessage): string | null =>
  /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === "object" && address !== null ? address.port : 0;
