/** A simulator behind TLS, and a proxy before it: what stands between a company and the API. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import type { Simulator } from "../../simulator/index.ts";
import { listen } from "./listening.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));

/** The certificate of polar.test, which a client must be told to trust. */
export const certificate = fixture("certificate");

/** A host that no name server knows: only the proxy can reach it. */
export const apiHost = "polar.test";

/** Serves a simulator under the certificate of {@link apiHost}; resolves to the port. */
export function serveTls(simulator: Simulator): Promise<number> {
  const keys = { key: readFileSync(fixture("key")), cert: readFileSync(certificate) };
  const server = createTlsServer(keys, (client) => {
    join(client, connect(Number(new URL(simulator.url).port), "127.0.0.1"));
  });
  return listen(server);
}

/** What a proxy has been asked for. */
export interface Proxy {
  readonly url: string;
  /** The target and the credentials of each CONNECT. */
  readonly tunnels: { readonly target: string; readonly authorization: string | undefined }[];
  /** Everything that went through, in both directions. */
  passed(): string;
}

/** Starts a proxy whose tunnels all end at `port`; it answers with `status` when that is not 200. */
export async function startProxy(port: number, status = 200): Promise<Proxy> {
  const tunnels: Proxy["tunnels"] = [];
  const passed: Buffer[] = [];
  const server = createServer();
  server.on("connect", (request, client: Socket) => {
    tunnels.push({
      target: request.url ?? "",
      authorization: request.headers["proxy-authorization"],
    });
    client.write(`HTTP/1.1 ${status} from the proxy\r\n\r\n`);
    if (status !== 200) {
      client.end();
      return;
    }
    const api = connect(port, "127.0.0.1");
    for (const side of [client, api]) side.on("data", (chunk) => passed.push(chunk));
    join(client, api);
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return { url, tunnels, passed: () => Buffer.concat(passed).toString("latin1") };
}

/** Joins two sockets; when either ends or breaks, so does the other. */
function join(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one);
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on("error", () => peer.destroy());
    socket.on("close", () => peer.destroy());
  }
}
