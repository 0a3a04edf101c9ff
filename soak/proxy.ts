/** A wire that breaks: what goes from the simulator to the tap passes here, or does not. */
import { connect, createServer, type Server, type Socket } from "node:net";

export const breakageKinds = [
  /** The connection is reset as soon as the request has come. */
  "refuse",
  /** So many bytes of the answer, then the connection ends. */
  "cut",
  /** The same with a reset. */
  "reset",
  /** So many bytes of the answer, then nothing more. */
  "hang",
  /** One byte of the answer becomes 0, which no head and no JSON may have. */
  "damage",
  /** The answer in small pieces. */
  "dribble",
  /** Bytes that are no HTTP. */
  "nonsense",
  /** A gateway that does not reach the server. */
  "gateway",
] as const;

export interface Breakage {
  readonly kind: (typeof breakageKinds)[number];
  /** It strikes this request, counted from 1, should the answer be that long. */
  readonly request: number;
  /** Where in the answer. */
  readonly byte: number;
}

/** A limit of requests in a window of time, and how it tells how long to wait. */
export interface RateLimit {
  readonly requests: number;
  readonly milliseconds: number;
  readonly says: "seconds" | "fractions" | "date" | "nothing";
}

/** What a proxy does to the requests of one run. */
export interface Weather {
  readonly breakages: readonly Breakage[];
  readonly rateLimit: RateLimit | null;
  /** The API's time. */
  readonly now: () => Date;
  readonly onStrike: (kind: string) => void;
}

const PIECE = 7;

export class BreakingProxy {
  readonly #server: Server;
  readonly #upstream: number;
  readonly #sockets = new Set<Socket>();
  #weather: Weather | undefined;
  #requests = 0;
  #window = { start: Number.NEGATIVE_INFINITY, used: 0 };

  constructor(upstream: number) {
    this.#upstream = upstream;
    this.#server = createServer({ noDelay: true }, (client) => this.#serve(client));
  }

  /** Resolves to the port. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address ? address.port : 0);
      });
    });
  }

  /** From now on, requests are counted anew. */
  begin(weather: Weather): void {
    this.#weather = weather;
    this.#requests = 0;
    this.#window = { start: Number.NEGATIVE_INFINITY, used: 0 };
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(client: Socket): void {
    const api = connect({ port: this.#upstream, host: "127.0.0.1", noDelay: true });
    for (const [socket, peer] of [
      [client, api],
      [api, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => peer.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        peer.destroy();
      });
    }
    let answer = new Answer(client, api, undefined);
    client.on("data", (chunk) => {
      // The tap sends the head of a request at once, and nothing after it.
      const next = this.#answerTo(client, api);
      if (!next) return;
      answer = next;
      api.write(chunk);
    });
    api.on("data", (chunk: Buffer) => answer.pass(chunk));
  }

  /** How the answer to the next request goes through; undefined if it has been given already. */
  #answerTo(client: Socket, api: Socket): Answer | undefined {
    const request = ++this.#requests;
    const { breakages = [], rateLimit = null, now, onStrike } = this.#weather ?? {};
    if (rateLimit && !this.#admits(rateLimit)) {
      onStrike?.(`429 that says ${rateLimit.says}`);
      client.write(tooMany(rateLimit, now?.() ?? new Date()));
      return undefined;
    }
    const breakage = breakages.find((one) => one.request === request);
    const strike = () => breakage && onStrike?.(`${breakage.kind} on the wire`);
    switch (breakage?.kind) {
      case "refuse":
        strike();
        client.resetAndDestroy();
        return undefined;
      case "nonsense":
        strike();
        client.end("\u0000\u0001SSH-2.0-no HTTP at all\r\n\r\n");
        return undefined;
      case "gateway":
        strike();
        client.write("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 11\r\n\r\nBad Gateway");
        return undefined;
      default:
        return new Answer(client, api, breakage && { ...breakage, strike });
    }
  }

  #admits({ requests, milliseconds }: RateLimit): boolean {
    const now = performance.now();
    if (now - this.#window.start >= milliseconds) this.#window = { start: now, used: 0 };
    return ++this.#window.used <= requests;
  }
}

type Strike = Breakage & { readonly strike: () => void };

/** The bytes of one answer on their way. */
class Answer {
  readonly #client: Socket;
  readonly #api: Socket;
  readonly #breakage: Strike | undefined;
  #passed = 0;

  constructor(client: Socket, api: Socket, breakage: Strike | undefined) {
    this.#client = client;
    this.#api = api;
    this.#breakage = breakage;
  }

  pass(chunk: Buffer): void {
    const breakage = this.#breakage;
    const at = (breakage?.byte ?? 0) - this.#passed;
    this.#passed += chunk.length;
    if (!breakage || at >= chunk.length) {
      this.#client.write(chunk);
      return;
    }
    if (at >= 0) breakage.strike();
    switch (breakage.kind) {
      case "cut":
        this.#client.end(chunk.subarray(0, Math.max(0, at)));
        this.#api.destroy();
        return;
      case "reset":
        this.#client.resetAndDestroy();
        this.#api.destroy();
        return;
      case "hang":
        if (at > 0) this.#client.write(chunk.subarray(0, at));
        return;
      case "damage":
        if (at >= 0) chunk[at] = 0;
        this.#client.write(chunk);
        return;
      default:
        for (let from = 0; from < chunk.length; from += PIECE) {
          this.#client.write(chunk.subarray(from, from + PIECE));
        }
    }
  }
}

function tooMany({ says, milliseconds }: RateLimit, now: Date): string {
  const header = {
    seconds: "retry-after: 1\r\n",
    fractions: `retry-after: ${milliseconds / 1_000}\r\n`,
    date: `retry-after: ${new Date(now.getTime() + 2_000).toUTCString()}\r\n`,
    nothing: "",
  }[says];
  return `HTTP/1.1 429 Too Many Requests\r\n${header}content-length: 0\r\n\r\n`;
}
